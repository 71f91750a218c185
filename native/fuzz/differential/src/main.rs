//! Writes modules for the differential fuzzer, which runs them in several engines and compares the
//! results.
//!
//! A module's name tells its kind: `valid-…` is WebAssembly 2.0, `extended-…` uses features of
//! WasmEdge 0.17 beyond that, `invalid-…` is neither. The exports of a valid module tell what to
//! call (`cases.rs`, `accesses.rs`).

mod accesses;
mod binary;
mod cases;
mod instructions;
mod mutants;
mod random;
mod smith;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::binary::Verdict;
use crate::random::Random;

const USAGE: &str =
    "usage: differential-guests generate --out FOLDER --seed N --count N [--corpus FOLDER]…
       differential-guests accesses --out FOLDER";

#[derive(Default)]
struct Options {
    out: PathBuf,
    seed: u64,
    count: u64,
    corpus: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().ok_or(USAGE)?;
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        match name.as_str() {
            "--out" => options.out = value.into(),
            "--seed" => options.seed = value.parse()?,
            "--count" => options.count = value.parse()?,
            "--corpus" => options.corpus.push(value.into()),
            _ => return Err(USAGE.into()),
        }
    }
    fs::create_dir_all(&options.out)?;
    match command.as_str() {
        "generate" => generate(&options),
        "accesses" => {
            for (name, module) in accesses::modules() {
                write(&options.out, &name, &module)?;
            }
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

/// Each module depends only on its number, not on the modules before it.
fn generate(options: &Options) -> Result<(), Box<dyn Error>> {
    let corpus = read_corpus(&options.corpus)?;
    for number in options.seed..options.seed + options.count {
        let random = &mut Random::new(number);
        let (kind, module) = match random.below(10) {
            0 | 1 => ("mutant", mutants::of_smith(random)),
            2 if !corpus.is_empty() => ("corpus", mutants::of_corpus(random, &corpus)),
            3 => ("beyond", smith::module_beyond(random)),
            _ => ("smith", smith::module(random)),
        };
        // The generator may run out of input.
        let Some(module) = module else { continue };
        let module = match cases::add(&module, random) {
            Some(with_cases) if binary::verdict(&with_cases) != Verdict::Invalid => with_cases,
            _ => module,
        };
        write(&options.out, &format!("{kind}-{number:08}"), &module)?;
    }
    Ok(())
}

fn read_corpus(folders: &[PathBuf]) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            files.push(entry?.path());
        }
    }
    // The order in a folder depends on its file system.
    files.sort();
    let mut modules = Vec::new();
    for file in files {
        let bytes = fs::read(file)?;
        if bytes.starts_with(b"\0asm") {
            modules.push(bytes);
        }
    }
    Ok(modules)
}

fn write(folder: &Path, name: &str, module: &[u8]) -> Result<(), Box<dyn Error>> {
    let verdict = match binary::verdict(module) {
        Verdict::Valid => "valid",
        Verdict::Extended => "extended",
        Verdict::Invalid => "invalid",
    };
    fs::write(folder.join(format!("{verdict}-{name}.wasm")), module)?;
    Ok(())
}
