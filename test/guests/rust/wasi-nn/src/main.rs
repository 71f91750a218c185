//! Test guest: runs a model through every function of `wasi_ephemeral_nn`, in WasmEdge's form.
//!
//! Standard input contains the bytes of all inputs, one after the other; the bytes of all outputs
//! are written to standard output. If a function fails, it is named on standard error as `function:
//! errno N`, with exit code 1. See [`USAGE`].

mod arguments;
mod imports;

use arguments::{Arguments, Input, Source, USAGE};
use imports::{GraphBuilder, Tensor};
use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

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
    let graph = load(arguments)?;
    let mut context = 0;
    // SAFETY: here and below the host reads and writes what the arguments point to, all alive
    // during the call.
    check("init_execution_context", unsafe {
        imports::init_execution_context(graph, &mut context)
    })?;
    let mut source = io::stdin().lock();
    for input in &arguments.inputs {
        set_input(context, input, &mut source)?;
    }
    for _ in 0..arguments.repeat {
        if arguments.single {
            // SAFETY: as above.
            check("compute_single", unsafe { imports::compute_single(context) })?;
        } else {
            // SAFETY: as above.
            check("compute", unsafe { imports::compute(context) })?;
        }
    }
    let mut outputs = Vec::new();
    for index in 0..arguments.outputs {
        outputs.extend(get_output(context, index, arguments)?);
    }
    if arguments.single {
        // SAFETY: as above.
        check("fini_single", unsafe { imports::fini_single(context) })?;
    }
    if arguments.unload {
        // SAFETY: as above.
        check("finalize_execution_context", unsafe {
            imports::finalize_execution_context(context)
        })?;
        // SAFETY: as above.
        check("unload", unsafe { imports::unload(graph) })?;
    }
    Ok(outputs)
}

fn load(arguments: &Arguments) -> Result<u32, String> {
    let mut graph = 0;
    match (&arguments.source, &arguments.config) {
        (Source::Name(name), None) => {
            // SAFETY: the host reads and writes what the arguments point to, all alive during the
            // call.
            check("load_by_name", unsafe {
                imports::load_by_name(name.as_ptr(), name.len(), &mut graph)
            })?;
        }
        (Source::Name(name), Some(config)) => {
            // SAFETY: as above.
            check("load_by_name_with_config", unsafe {
                imports::load_by_name_with_config(
                    name.as_ptr(),
                    name.len(),
                    config.as_ptr(),
                    config.len(),
                    &mut graph,
                )
            })?;
        }
        (Source::File(path), _) => {
            let model = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
            let builders = [GraphBuilder { data: model.as_ptr(), length: model.len() }];
            // SAFETY: as above. The model's bytes are dropped after the call: the host must not
            // need them longer.
            check("load", unsafe {
                imports::load(
                    builders.as_ptr(),
                    builders.len(),
                    arguments.encoding,
                    arguments.target,
                    &mut graph,
                )
            })?;
        }
    }
    Ok(graph)
}

fn set_input(context: u32, input: &Input, source: &mut dyn Read) -> Result<(), String> {
    let mut data = vec![0; input.bytes];
    source.read_exact(&mut data).map_err(|error| format!("input {}: {error}", input.index))?;
    let tensor = Tensor {
        dimensions: input.shape.as_ptr(),
        dimensions_length: input.shape.len(),
        element_type: input.element_type,
        data: data.as_ptr(),
        data_length: data.len(),
    };
    // SAFETY: the host reads the tensor and what it points to, all alive during the call.
    check("set_input", unsafe { imports::set_input(context, input.index, &tensor) })
}

fn get_output(context: u32, index: u32, arguments: &Arguments) -> Result<Vec<u8>, String> {
    let mut data = vec![0; arguments.output_bytes];
    let mut written = 0;
    let (name, errno) = if arguments.single {
        // SAFETY: the host writes at most the buffer's length and one number, alive during the
        // call.
        let errno = unsafe {
            imports::get_output_single(context, index, data.as_mut_ptr(), data.len(), &mut written)
        };
        ("get_output_single", errno)
    } else {
        // SAFETY: as above.
        let errno = unsafe {
            imports::get_output(context, index, data.as_mut_ptr(), data.len(), &mut written)
        };
        ("get_output", errno)
    };
    check(name, errno)?;
    if written > data.len() {
        return Err(format!("{name}: {written} bytes written into {}", data.len()));
    }
    if data[written..].iter().any(|&byte| byte != 0) {
        return Err(format!("{name}: more than the {written} bytes it told"));
    }
    data.truncate(written);
    Ok(data)
}

fn check(function: &str, errno: i32) -> Result<(), String> {
    if errno == 0 {
        Ok(())
    } else {
        Err(format!("{function}: errno {errno}"))
    }
}
