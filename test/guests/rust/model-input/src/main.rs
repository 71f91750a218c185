//! Test guest: prints a picture as a model's input, either as the guests make it or in the simplest
//! possible way.

use jpeg::general::decode;
use jpeg::{Channels, Damaged, Fit};
use std::env;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use vision::description::{ElementType, Input, Normalize};
use vision::input::Accepted;
use vision::{tensor, Failure};

const USAGE: &str = "usage: model-input made|plain SIDE < picture > tensor
       model-input whole < picture > pixels

made   as the guests make it
plain  a JPEG, decoded whole, each pixel the mean of the area that it covers
whole  as the guests see it: a line with width and height, then red, green and blue of each pixel
SIDE   pixels a side: 1 to 4096; the tensor is uint8, [1, SIDE, SIDE, 3]
";

const MAX_PIXELS: u64 = 50_000_000;

/// Larger than any picture, so that all of its pixels are decoded.
const ALL: (u16, u16) = (u16::MAX, u16::MAX);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (way, side) = match arguments[..] {
        ["whole"] => ("whole", 1),
        [way @ ("made" | "plain"), side] => match side.parse() {
            Ok(side @ 1..=4096) => (way, side),
            _ => return usage(),
        },
        _ => return usage(),
    };
    let mut file = Vec::new();
    let result = match io::stdin().read_to_end(&mut file) {
        Err(error) => Err(error.to_string()),
        Ok(_) if way == "made" => made(&file, side).map_err(|failure| failure.to_string()),
        Ok(_) if way == "whole" => whole(&file).map_err(|error| error.to_string()),
        Ok(_) => plain(&file, side).map_err(|error| error.to_string()),
    };
    match result.and_then(|tensor| write(&tensor)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn write(tensor: &[u8]) -> Result<(), String> {
    let mut output = io::stdout();
    let written = output.write_all(tensor).and_then(|()| output.flush());
    written.map_err(|error| error.to_string())
}

fn usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(64)
}

fn made(file: &[u8], side: u16) -> Result<Vec<u8>, Failure> {
    let input = Input {
        shape: vec![1, side.into(), side.into(), 3],
        height: side,
        width: side,
        channels: Channels::Rgb,
        element_type: ElementType::Uint8,
        normalize: Normalize::default(),
        fit: Fit::Stretch,
    };
    Ok(tensor::prepare(file, &input, Accepted::default())?.bytes)
}

fn whole(file: &[u8]) -> Result<Vec<u8>, picture::Error> {
    let (width, height) = picture::size(file)?;
    let picture = picture::decode(file, width, height, Fit::Stretch, MAX_PIXELS)?;
    let mut output = format!("{width} {height}\n").into_bytes();
    match picture.channels {
        Channels::Rgb => output.extend(picture.samples),
        Channels::Grey => output.extend(picture.samples.into_iter().flat_map(|grey| [grey; 3])),
    }
    Ok(output)
}

fn plain(jpeg: &[u8], side: u16) -> Result<Vec<u8>, jpeg::Error> {
    let decoded = decode(jpeg, ALL, Fit::Stretch, MAX_PIXELS, Damaged::Refuse)?;
    let picture = decoded.picture.turned(decoded.orientation);
    let (channels, samples) = (picture.channels, &picture.samples);
    let (width, height) = (picture.width, picture.height);
    let side = usize::from(side);
    let columns: Vec<_> = (0..side).map(|index| covered(index, side, width)).collect();
    let mut tensor = Vec::with_capacity(3 * side * side);
    for rows in (0..side).map(|index| covered(index, side, height)) {
        for columns in &columns {
            for channel in 0..3 {
                let channel = channel % channels.count();
                let (mut sum, mut area) = (0.0, 0.0);
                for &(row, share) in &rows {
                    for &(column, other_share) in columns {
                        let sample = samples[(row * width + column) * channels.count() + channel];
                        sum += f64::from(sample) * share * other_share;
                        area += share * other_share;
                    }
                }
                tensor.push((sum / area).round() as u8);
            }
        }
    }
    Ok(tensor)
}

/// The pixels, of `length`, covered by the pixel `index` of `side`, and the covered share of each.
fn covered(index: usize, side: usize, length: usize) -> Vec<(usize, f64)> {
    let ratio = length as f64 / side as f64;
    let (start, end) = (index as f64 * ratio, (index + 1) as f64 * ratio);
    let last = (end.ceil() as usize).min(length);
    (start as usize..last)
        .map(|pixel| (pixel, end.min(pixel as f64 + 1.0) - start.max(pixel as f64)))
        .filter(|&(_, share)| share > 0.0)
        .collect()
}
