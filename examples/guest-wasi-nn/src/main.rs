//! Labels the JPEG on standard input, with a model of the host that has uint8 input and output.
//!
//! The host loads the model once and keeps it; this program requests it by name. Two files that the
//! host provides describe the model. Exit code 65: the picture cannot be decoded; 70: a problem with
//! the model.

use jpeg_decoder::{Decoder, PixelFormat};
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::io;
use std::process::ExitCode;
use wasi_nn::{ExecutionTarget, GraphBuilder, GraphEncoding, TensorType};

const MODEL: &str = "default";
const DATA_ERROR: u8 = 65;
const SOFTWARE_ERROR: u8 = 70;

/// The host's description of the model.
struct Model {
    height: usize,
    width: usize,
    labels: Vec<String>,
}

fn main() -> ExitCode {
    let model = match Model::read() {
        Ok(model) => model,
        Err(error) => return fail(SOFTWARE_ERROR, &*error),
    };
    let pixels = match decode(model.width, model.height) {
        Ok(pixels) => pixels,
        Err(error) => return fail(DATA_ERROR, &*error),
    };
    match infer(&model, &pixels) {
        Ok(scores) => {
            let (class, score) = best(&scores);
            let unknown = format!("class {class}");
            println!("{} {score}", model.labels.get(class).unwrap_or(&unknown));
            ExitCode::SUCCESS
        }
        Err(error) => fail(SOFTWARE_ERROR, &error),
    }
}

fn fail(code: u8, error: &dyn Error) -> ExitCode {
    eprintln!("wasi-nn-guest: {error}");
    ExitCode::from(code)
}

impl Model {
    fn read() -> Result<Self, Box<dyn Error>> {
        let description: Value =
            serde_json::from_slice(&fs::read(format!("/models/{MODEL}.json"))?)?;
        let input = &description["inputs"][0];
        let side = |index: usize| input["shape"][index].as_u64().map(|side| side as usize);
        let (Some("uint8"), Some(height), Some(width), Some(3)) =
            (input["type"].as_str(), side(1), side(2), side(3))
        else {
            return Err(format!("the model's input is not a uint8 picture: {input}").into());
        };
        let labels = fs::read_to_string(format!("/models/{MODEL}.labels.txt"))?;
        Ok(Self { height, width, labels: labels.lines().map(str::to_owned).collect() })
    }
}

/// The picture on standard input as rows of red, green and blue, in the requested size.
fn decode(width: usize, height: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut decoder = Decoder::new(io::stdin().lock());
    // Decoded at an eighth, a quarter or half of its size if that is enough.
    let (picture_width, picture_height) = decoder.scale(width as u16, height as u16)?;
    let samples = decoder.decode()?;
    let channels = match decoder.info().map(|info| info.pixel_format) {
        Some(PixelFormat::RGB24) => 3,
        Some(PixelFormat::L8) => 1,
        other => return Err(format!("pixel format {other:?} is not supported").into()),
    };
    let (picture_width, picture_height) = (usize::from(picture_width), usize::from(picture_height));
    let mut pixels = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        for column in 0..width {
            // Takes the nearest pixel.
            let x = (2 * column + 1) * picture_width / (2 * width);
            let y = (2 * row + 1) * picture_height / (2 * height);
            let first = (y * picture_width + x) * channels;
            pixels.extend((0..3).map(|channel| samples[first + channel.min(channels - 1)]));
        }
    }
    Ok(pixels)
}

/// The scores of all classes, 0 to 255.
fn infer(model: &Model, pixels: &[u8]) -> Result<Vec<u8>, wasi_nn::Error> {
    let graph = GraphBuilder::new(GraphEncoding::TensorflowLite, ExecutionTarget::CPU)
        .build_from_cache(MODEL)?;
    let mut context = graph.init_execution_context()?;
    let shape = [1, model.height, model.width, 3];
    context.set_input(0, TensorType::U8, &shape, pixels)?;
    context.compute()?;
    let mut scores = vec![0; model.labels.len()];
    let length = context.get_output(0, &mut scores)?;
    scores.truncate(length);
    Ok(scores)
}

fn best(scores: &[u8]) -> (usize, u8) {
    let best = scores.iter().enumerate().max_by_key(|(_, score)| **score);
    best.map_or((0, 0), |(class, score)| (class, *score))
}
