//! Test guest: runs a model through `wasmedge_tensorflowlite` in its form since WasmEdge 0.13.
//!
//! `tensorflow-lite MODEL [--input NAME LENGTH]... [--output NAME]... [--repeat N]`
//!
//! MODEL is a file of the guest, whose bytes are passed to the host. Standard input contains the
//! bytes of all inputs, one after the other, LENGTH bytes each (`-`: the rest); the bytes of all
//! outputs are written to standard output. If a function fails, it is named on standard error as
//! `function: errno N`, with exit code 1.

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

const USAGE: &str =
    "usage: tensorflow-lite MODEL [--input NAME LENGTH|-]... [--output NAME]... [--repeat N]";

/// The interface as the crate `wasmedge_tensorflow_interface` 0.3 declares it.
mod imports {
    #[link(wasm_import_module = "wasmedge_tensorflowlite")]
    extern "C" {
        pub(super) fn create_session(model: *const u8, length: usize, session: *mut u32) -> i32;
        pub(super) fn delete_session(session: u32) -> i32;
        pub(super) fn run_session(session: u32) -> i32;
        pub(super) fn get_output_tensor(
            session: u32,
            name: *const u8,
            name_length: usize,
            tensor: *mut u32,
        ) -> i32;
        pub(super) fn get_tensor_len(session: u32, tensor: u32, length: *mut usize) -> i32;
        pub(super) fn get_tensor_data(
            session: u32,
            tensor: u32,
            buffer: *mut u8,
            buffer_length: usize,
            written: *mut usize,
        ) -> i32;
        pub(super) fn append_input(
            session: u32,
            name: *const u8,
            name_length: usize,
            data: *const u8,
            data_length: usize,
        ) -> i32;
    }
}

struct Arguments {
    model: String,
    /// Name and length; without a length: the rest of standard input.
    inputs: Vec<(String, Option<usize>)>,
    outputs: Vec<String>,
    /// How many times the session runs.
    repeat: usize,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut arguments =
            Self { model: words.next()?, inputs: Vec::new(), outputs: Vec::new(), repeat: 1 };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--input" => {
                    let name = words.next()?;
                    let length = match words.next()?.as_str() {
                        "-" => None,
                        length => Some(length.parse().ok()?),
                    };
                    arguments.inputs.push((name, length));
                }
                "--output" => arguments.outputs.push(words.next()?),
                "--repeat" => arguments.repeat = words.next()?.parse().ok()?,
                _ => return None,
            }
        }
        Some(arguments)
    }
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(64);
    };
    match run(&arguments) {
        Ok(output) => match io::stdout().write_all(&output).and_then(|()| io::stdout().flush()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error.to_string()),
        },
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}

fn run(arguments: &Arguments) -> Result<Vec<u8>, String> {
    let model =
        fs::read(&arguments.model).map_err(|error| format!("{}: {error}", arguments.model))?;
    let mut session = 0;
    // SAFETY: here and below the host reads and writes what the arguments point to, all alive
    // during the call.
    check("create_session", unsafe {
        imports::create_session(model.as_ptr(), model.len(), &mut session)
    })?;
    // The host must not need the model's bytes any longer.
    drop(model);

    let mut source = io::stdin().lock();
    for (name, length) in &arguments.inputs {
        let data =
            read_input(&mut source, *length).map_err(|error| format!("input {name}: {error}"))?;
        // SAFETY: as above.
        check("append_input", unsafe {
            imports::append_input(session, name.as_ptr(), name.len(), data.as_ptr(), data.len())
        })?;
    }
    for _ in 0..arguments.repeat {
        // SAFETY: as above.
        check("run_session", unsafe { imports::run_session(session) })?;
    }
    let mut outputs = Vec::new();
    for name in &arguments.outputs {
        outputs.extend(read_output(session, name)?);
    }
    // SAFETY: as above.
    check("delete_session", unsafe { imports::delete_session(session) })?;
    Ok(outputs)
}

fn read_input(source: &mut dyn Read, length: Option<usize>) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    match length {
        None => {
            source.read_to_end(&mut data)?;
        }
        Some(length) => {
            data.resize(length, 0);
            source.read_exact(&mut data)?;
        }
    }
    Ok(data)
}

fn read_output(session: u32, name: &str) -> Result<Vec<u8>, String> {
    let mut tensor = 0;
    // SAFETY: the host reads and writes what the arguments point to, all alive during the call.
    check("get_output_tensor", unsafe {
        imports::get_output_tensor(session, name.as_ptr(), name.len(), &mut tensor)
    })?;
    let mut length = 0;
    // SAFETY: as above.
    check("get_tensor_len", unsafe { imports::get_tensor_len(session, tensor, &mut length) })?;
    let mut data = vec![0; length];
    let mut written = 0;
    // SAFETY: as above.
    check("get_tensor_data", unsafe {
        imports::get_tensor_data(session, tensor, data.as_mut_ptr(), data.len(), &mut written)
    })?;
    if written != length {
        return Err(format!("get_tensor_data: {written} bytes, get_tensor_len said {length}"));
    }
    Ok(data)
}

fn check(function: &str, errno: i32) -> Result<(), String> {
    if errno == 0 {
        Ok(())
    } else {
        Err(format!("{function}: errno {errno}"))
    }
}
