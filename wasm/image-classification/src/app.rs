//! From the command line to the answer.

use crate::defence;
use crate::failure::Failure;
use crate::inference::{self, TensorType};
use crate::labels::{Labels, MAX_LABEL_BYTES};
use crate::model::{ElementType, Input, Model, MAX_DESCRIPTION_BYTES};
use crate::options::{self, Command, Format, Options};
use crate::{answer, input, scores, tensor};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// Where the host puts its descriptions of models.
pub const MODELS: &str = "/models";

/// Does what the arguments (after the program's name) ask for.
///
/// # Errors
/// A [`Failure`]; nothing has been written to `output` then, unless writing itself failed.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    source: impl Read,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let answer = match options::parse(arguments)? {
        Command::Help => options::HELP.to_owned(),
        Command::Version => {
            format!("{} {}\n", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        }
        Command::Classify(options) => classify(&options, source)?,
    };
    output
        .write_all(answer.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| Failure::Host(format!("cannot write the answer: {error}")))
}

fn classify(options: &Options, source: impl Read) -> Result<String, Failure> {
    let jpeg = defence::while_decoding(|| input::read_jpeg(source))?;
    let (model, labels) = read_model(Path::new(MODELS), &options.model)?;
    let bytes = prepare(&jpeg, &model.input, options.max_pixels)?;
    drop(jpeg);
    let element_type = match model.input.element_type {
        ElementType::Uint8 | ElementType::Int8 => TensorType::U8,
        ElementType::Float32 => TensorType::F32,
    };
    let mut output = vec![0; model.output.classes * model.output.element_type.size()];
    inference::run(&options.model, &model.input.shape, element_type, &bytes, &mut output)?;
    let count = match options.format {
        Format::Text => 1,
        Format::Json => options.top_k,
    };
    let best = scores::best(&model.output, &output, count).map_err(Failure::Host)?;
    Ok(match options.format {
        // A model has at least one class.
        Format::Text => answer::text(best[0], &labels),
        Format::Json => answer::json(&options.model, &best, &labels),
    })
}

/// Decodes, resizes and turns the picture, and makes the input tensor's bytes of it.
///
/// # Errors
/// Those of [`jpeg::decode`], as [`Failure::Data`].
pub fn prepare(jpeg: &[u8], input: &Input, max_pixels: u64) -> Result<Vec<u8>, Failure> {
    let picture =
        defence::while_decoding(|| jpeg::decode(jpeg, input.width, input.height, max_pixels))?;
    Ok(tensor::input_bytes(picture, input))
}

/// Reads the host's description and labels of the model `name` out of `directory`.
fn read_model(directory: &Path, name: &str) -> Result<(Model, Labels), Failure> {
    let path = directory.join(format!("{name}.json"));
    let wrong = |reason: String| Failure::Host(format!("{}: {reason}", path.display()));
    let description = read_file(&path, MAX_DESCRIPTION_BYTES)?.ok_or_else(|| {
        Failure::Host(format!(
            "the host has no model named \"{name}\": {} is not there",
            path.display()
        ))
    })?;
    let description =
        std::str::from_utf8(&description).map_err(|error| wrong(format!("not UTF-8: {error}")))?;
    let model = Model::parse(description).map_err(wrong)?;
    let labels = read_file(&directory.join(format!("{name}.labels.txt")), MAX_LABEL_BYTES)?;
    Ok((model, Labels::new(labels)))
}

/// The file's bytes, or nothing if there is no such file.
fn read_file(path: &Path, max_bytes: u64) -> Result<Option<Vec<u8>>, Failure> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(max_bytes + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) if bytes.len() as u64 > max_bytes => {
            Err(Failure::Host(format!("{} is larger than {max_bytes} bytes", path.display())))
        }
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Host(format!("cannot read {}: {error}", path.display()))),
    }
}
