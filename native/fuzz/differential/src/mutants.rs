//! Modules with random changes; most are no longer valid.

use wasm_encoder::CodeSection;
use wasmparser::{BinaryReader, CodeSectionReader};

use crate::binary::{self, Section, Verdict, CODE};
use crate::random::Random;
use crate::smith;

/// Types, opcodes, prefixes, and the ends of a LEB128 number's bytes.
const BYTES: [u8; 24] = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x0b, 0x0c, 0x0f, 0x10, 0x11, 0x13, 0x1a, 0x20, 0x3f, 0x40, 0x60,
    0x6f, 0x70, 0x7b, 0x7f, 0x80, 0xfc, 0xfd, 0xff,
];

pub fn of_smith(random: &mut Random) -> Option<Vec<u8>> {
    let module = smith::module(random)?;
    mutant(&module, random)
}

pub fn of_corpus(random: &mut Random, corpus: &[Vec<u8>]) -> Option<Vec<u8>> {
    let module = random.choose(corpus);
    if random.one_in(8) {
        return Some(module.clone());
    }
    mutant(module, random)
}

/// Most base modules are valid, because functions of invalid ones would never run.
fn mutant(module: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let attempts = *random.choose(&[1, 30]);
    let mut mutants = (0..attempts).map(|_| any_mutant(module, random));
    let first = mutants.next()?;
    if binary::verdict(&first) == Verdict::Valid {
        return Some(first);
    }
    let valid = mutants.find(|each| binary::verdict(each) == Verdict::Valid);
    Some(valid.unwrap_or(first))
}

fn any_mutant(module: &[u8], random: &mut Random) -> Vec<u8> {
    let mut module = module.to_vec();
    // A single change has the best chance to leave the module valid.
    for _ in 0..*random.choose(&[1, 1, 1, 2, 4]) {
        module = match binary::sections(&module) {
            Some(sections) if !sections.is_empty() && !random.one_in(16) => {
                change_section(sections, random)
            }
            _ => {
                change(&mut module, random);
                module
            }
        };
    }
    module
}

fn change_section(mut sections: Vec<Section>, random: &mut Random) -> Vec<u8> {
    let code = sections.iter().position(|section| section.id == CODE);
    let index = match code {
        Some(code) if !random.one_in(4) => code,
        _ => random.below(sections.len()),
    };
    match random.below(12) {
        0 => {
            let other = random.below(sections.len());
            sections.swap(index, other);
        }
        1 => {
            sections.remove(index);
        }
        _ => {
            let section = &mut sections[index];
            if section.id != CODE || change_body(section, random).is_none() {
                change(&mut section.content, random);
            }
        }
    }
    binary::assemble(&sections)
}

/// Changes one function and corrects its length.
fn change_body(section: &mut Section, random: &mut Random) -> Option<()> {
    let reader = CodeSectionReader::new(BinaryReader::new(&section.content, 0)).ok()?;
    let mut bodies = Vec::new();
    for body in reader {
        bodies.push(body.ok()?.as_bytes().to_vec());
    }
    if bodies.is_empty() {
        return None;
    }
    let index = random.below(bodies.len());
    change(&mut bodies[index], random);
    let mut code = CodeSection::new();
    for body in &bodies {
        code.raw(body);
    }
    let mut empty = Section { id: CODE, content: vec![0] };
    binary::extend(&mut empty, &code)?;
    section.content = empty.content;
    Some(())
}

fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.is_empty() {
        bytes.push(random.next() as u8);
        return;
    }
    let at = random.below(bytes.len());
    match random.below(8) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.next() as u8,
        2 => bytes[at] = bytes[at].wrapping_add(1),
        3 => bytes[at] = bytes[at].wrapping_sub(1),
        4 => {
            bytes.remove(at);
        }
        5 => bytes.insert(at, *random.choose(&BYTES)),
        6 => {
            let length = 1 + random.below(8.min(bytes.len() - at));
            let part = bytes[at..at + length].to_vec();
            let target = random.below(bytes.len());
            bytes.splice(target..target, part);
        }
        _ => bytes[at] = *random.choose(&BYTES),
    }
}
