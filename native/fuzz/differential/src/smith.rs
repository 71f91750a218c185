use arbitrary::Unstructured;
use wasm_encoder::{EntityType, ImportSection, TypeSection, ValType};
use wasm_smith::{Config, MemoryOffsetChoices, Module};

use crate::random::Random;

/// The limit of loops and recursion: the guest traps when it is used up.
const FUEL: u32 = 1000;

/// A module of WebAssembly 2.0 that terminates, and whose NaNs are the same everywhere. None if the
/// generator gives up.
pub fn module(random: &mut Random) -> Option<Vec<u8>> {
    let length = *random.choose(&[4096, 16_384, 65_536]);
    let bytes = random.bytes(length);
    let mut module = Module::new(config(random), &mut Unstructured::new(&bytes)).ok()?;
    module.ensure_termination(FUEL).ok()?;
    Some(module.to_bytes())
}

/// A module that may use features beyond WebAssembly 2.0: each must be refused, or run as in V8.
pub fn module_beyond(random: &mut Random) -> Option<Vec<u8>> {
    let bytes = random.bytes(4096);
    let mut config = config(random);
    // One feature at a time, because the first one that is refused would hide the others.
    match random.below(8) {
        0 => config.custom_page_sizes_enabled = true,
        1 => config.exceptions_enabled = true,
        2 => config.extended_const_enabled = true,
        3 => config.gc_enabled = true,
        4 => config.memory64_enabled = true,
        5 => config.threads_enabled = true,
        6 => config.max_memories = 3,
        _ => config.tail_call_enabled = true,
    }
    let mut module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    module.ensure_termination(FUEL).ok()?;
    Some(module.to_bytes())
}

fn config(random: &mut Random) -> Config {
    Config {
        available_imports: Some(imports()),
        export_everything: true,
        canonicalize_nans: true,
        // Most of them then run to the end.
        disallow_traps: !random.one_in(3),
        max_imports: 1,
        min_funcs: 6,
        max_funcs: 20,
        max_instructions: *random.choose(&[40, 120, 400]),
        max_memories: 1,
        min_memories: u32::from(!random.one_in(8)),
        max_memory32_bytes: 4 * 65_536,
        memory_max_size_required: random.one_in(2),
        // In bounds, around the end, anywhere.
        memory_offset_choices: if random.one_in(2) {
            MemoryOffsetChoices(90, 9, 1)
        } else {
            MemoryOffsetChoices(40, 40, 20)
        },
        max_tables: 3,
        min_tables: 1,
        max_table_elements: 40,
        table_max_size_required: true,
        max_types: 12,
        max_globals: 12,
        max_data_segments: 6,
        max_element_segments: 6,
        max_elements: 20,
        bulk_memory_enabled: true,
        multi_value_enabled: true,
        reference_types_enabled: true,
        saturating_float_to_int_enabled: true,
        sign_extension_ops_enabled: true,
        simd_enabled: true,
        custom_page_sizes_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        ..Config::default()
    }
}

/// Host functions that behave the same in every engine.
fn imports() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut imports = ImportSection::new();
    imports.import("wasi_snapshot_preview1", "sched_yield", EntityType::Function(0));
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&imports);
    module.finish()
}
