//! Labels the JPEG on standard input. Arguments: `INPUT OUTPUT WIDTH HEIGHT`, the names of the model's
//! tensors and its size. The model, `/model.tflite`, has uint8 input and output.
//!
//! Written like guests for WasmEdge 0.8 to 0.12.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;
use wasmedge_tensorflow_interface::{wasmedge_image_load_jpg_to_rgb8, ModelType, Session};

const USAGE: u8 = 64;
const DATA_ERROR: u8 = 65;
const SOFTWARE_ERROR: u8 = 70;

fn main() -> ExitCode {
    match run() {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err((code, message)) => {
            eprintln!("{message}");
            ExitCode::from(code)
        }
    }
}

fn run() -> Result<String, (u8, String)> {
    let usage = || (USAGE, "usage: INPUT OUTPUT WIDTH HEIGHT".to_owned());
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output, width, height] = &arguments[..] else {
        return Err(usage());
    };
    let width: u16 = width.parse().map_err(|_| usage())?;
    let height: u16 = height.parse().map_err(|_| usage())?;
    let unreadable = |error: io::Error| (SOFTWARE_ERROR, error.to_string());
    let model = fs::read("/model.tflite").map_err(unreadable)?;
    let labels = fs::read_to_string("/labels.txt").map_err(unreadable)?;

    let mut jpeg = Vec::new();
    io::stdin().read_to_end(&mut jpeg).map_err(unreadable)?;
    let pixels = load_jpeg(&jpeg, width, height)
        .ok_or_else(|| (DATA_ERROR, "the picture cannot be decoded".to_owned()))?;

    let scores = infer(&model, input, output, &pixels, [1, height.into(), width.into(), 3]);
    let (class, score) = scores
        .iter()
        .enumerate()
        .max_by_key(|(_, score)| **score)
        .ok_or_else(|| (SOFTWARE_ERROR, format!("the model has no output {output}")))?;
    Ok(format!("{} {score}", labels.lines().nth(class).unwrap_or("?")))
}

/// The scores of all classes, 0 to 255; none if the model has no such output. Any other failure ends the
/// program, because the crate cannot report it.
///
/// Everything that uses the session is in one function with a single exit: so the optimizer sees that the
/// model's type is a constant, and removes the crate's calls of `wasmedge_tensorflow`.
fn infer(model: &[u8], input: &str, output: &str, pixels: &[u8], shape: [i64; 4]) -> Vec<u8> {
    let mut session = Session::new(model, ModelType::TensorFlowLite);
    session.add_input(input, pixels, &shape).run();
    session.get_output(output)
}

/// Rows of red, green and blue. The crate's own `load_jpg_image_to_rgb8` would return a black picture if
/// the host cannot decode the file.
fn load_jpeg(jpeg: &[u8], width: u16, height: u16) -> Option<Vec<u8>> {
    let mut pixels = vec![0; usize::from(width) * usize::from(height) * 3];
    // SAFETY: the host reads the picture and writes width × height × 3 bytes, all alive during the call.
    let errno = unsafe {
        wasmedge_image_load_jpg_to_rgb8(
            jpeg.as_ptr(),
            jpeg.len() as u32,
            width.into(),
            height.into(),
            pixels.as_mut_ptr(),
        )
    };
    (errno == 0).then_some(pixels)
}
