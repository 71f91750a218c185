//! Modules as lists of sections, whose bytes stay unchanged.

use wasm_encoder::{Encode, RawSection};
use wasmparser::{Parser, Validator, WasmFeatures};

pub const TYPES: u8 = 1;
pub const FUNCTIONS: u8 = 3;
pub const EXPORTS: u8 = 7;
pub const CODE: u8 = 10;

/// A section's number and its content.
pub struct Section {
    pub id: u8,
    pub content: Vec<u8>,
}

/// What guests may use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// WebAssembly 2.0.
    Valid,
    /// With some of the extensions that WasmEdge 0.17 supports.
    Extended,
    Invalid,
}

pub fn verdict(module: &[u8]) -> Verdict {
    let extended = WasmFeatures::WASM2
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::RELAXED_SIMD;
    if is_valid_with(module, WasmFeatures::WASM2) {
        Verdict::Valid
    } else if is_valid_with(module, extended) {
        Verdict::Extended
    } else {
        Verdict::Invalid
    }
}

fn is_valid_with(module: &[u8], features: WasmFeatures) -> bool {
    Validator::new_with_features(features).validate_all(module).is_ok()
}

/// The sections of a module; none if they are truncated.
pub fn sections(module: &[u8]) -> Option<Vec<Section>> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Some((id, range)) = payload.ok()?.as_section() {
            let content = module.get(range.start as usize..range.end as usize)?.to_vec();
            sections.push(Section { id, content });
        }
    }
    Some(sections)
}

pub fn assemble(sections: &[Section]) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    for Section { id, content } in sections {
        module.section(&RawSection { id: *id, data: content });
    }
    module.finish()
}

/// Adds the items of `more` to a section that is a vector of items.
pub fn extend(section: &mut Section, more: &impl Encode) -> Option<()> {
    let mut encoded = Vec::new();
    more.encode(&mut encoded);
    let (_, size_length) = unsigned(&encoded)?;
    let (added, added_at) = unsigned(&encoded[size_length..])?;
    let (count, items_at) = unsigned(&section.content)?;
    let mut content = Vec::new();
    (count + added).encode(&mut content);
    content.extend_from_slice(&section.content[items_at..]);
    content.extend_from_slice(&encoded[size_length + added_at..]);
    section.content = content;
    Some(())
}

/// A 32-bit LEB128 number, and its length.
pub fn unsigned(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut value = 0u32;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}
