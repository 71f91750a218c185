//! From the command line to the answer.

use crate::annotate::annotated;
use crate::answer::{self, Names};
use crate::detections::{detections, Wanted};
use crate::model::Model;
use crate::options::{self, Format, Options};
use crate::outputs::assign;
use picture::Fit;
use std::ffi::OsString;
use std::io::{Read, Write};
use vision::description::read_model;
use vision::inference::Size;
use vision::{defence, inference, input, program, tensor, Failure};

/// The maximum size of an output in bytes: boxes of 4,096 detections. A model's description does
/// not always have the size.
const MAX_OUTPUT_BYTES: usize = 64 << 10;

/// What `--version` prints.
const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");

/// Does what the arguments (after the program's name) request.
///
/// # Errors
/// A [`Failure`]; nothing has been written to `output` in that case, unless writing itself failed.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    source: impl Read,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let detect = |options| detect(&options, source);
    program::answer(options::parse(arguments)?, (options::HELP, VERSION), detect, output)
}

fn detect(options: &Options, source: impl Read) -> Result<Vec<u8>, Failure> {
    let file = defence::while_decoding(|| input::read_picture(source))?;
    let (model, labels) = read_model(&options.model, Model::parse)?;
    let names = Names::new(labels);
    let prepared = tensor::prepare(&file, &model.input, options.accepted)?;
    let sizes = [Size::AtMost(MAX_OUTPUT_BYTES); 4];
    let outputs = inference::run(&options.model, &model.input, &prepared.bytes, sizes)?;
    let mut outputs = outputs.into_iter().zip(&model.outputs);
    let mut next =
        || outputs.next().map(|(bytes, tensor)| (&tensor.name[..], tensor.values(&bytes)));
    let outputs = std::array::from_fn(|_| next().unwrap_or_default());
    let outputs = assign(outputs).map_err(Failure::Host)?;

    let (width, height) = picture::size(&file)?;
    let size = (usize::from(width), usize::from(height));
    let wanted = Wanted { threshold: options.threshold, max_results: options.max_results };
    let found = detections(&outputs, size, wanted).map_err(Failure::Host)?;
    if options.format == Format::Text {
        return Ok(answer::text(&found, &names).into());
    }
    let mut answer =
        answer::json(&options.model, size, &found, &names, prepared.is_damaged)?.into_bytes();
    if options.format == Format::Annotated {
        let picture =
            input::decode_picture(&file, (width, height), Fit::Stretch, options.accepted)?;
        drop(file);
        answer.extend(annotated(picture, &found, &names)?);
    }
    Ok(answer)
}
