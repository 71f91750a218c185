//! Labels the JPEG on standard input. Arguments: `INPUT OUTPUT WIDTH HEIGHT`, the names of the model's
//! tensors and its size. The model, `/model.tflite`, has uint8 input and output.
//!
//! Written like guests for WasmEdge 0.13 and later. The crate panics if the host rejects something.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use wasmedge_tensorflow_interface::{load_jpg_image_to_rgb8, TFLiteSession};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output, width, height] = &arguments[..] else {
        return Err("usage: INPUT OUTPUT WIDTH HEIGHT".into());
    };
    let model = fs::read("/model.tflite")?;
    let labels = fs::read_to_string("/labels.txt")?;

    let mut jpeg = Vec::new();
    io::stdin().read_to_end(&mut jpeg)?;
    let pixels = load_jpg_image_to_rgb8(&jpeg, width.parse()?, height.parse()?);

    let mut session = TFLiteSession::new(&model);
    session.add_input(input, &pixels).run();
    let scores: Vec<u8> = session.get_output(output);
    let best = scores.iter().enumerate().max_by_key(|(_, score)| **score);
    let (class, score) = best.ok_or("the model has no classes")?;
    println!("{} {score}", labels.lines().nth(class).unwrap_or("?"));
    Ok(())
}
