//! From the command line to the answer.

use crate::answer::{self, Told};
use crate::model::Model;
use crate::options::{self, Format, Options};
use crate::scores;
use std::ffi::OsString;
use std::io::{Read, Write};
use vision::description::read_model;
use vision::inference::Size;
use vision::{defence, inference, input, program, tensor, Failure};

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
    let classify = |options| classify(&options, source).map(String::into_bytes);
    program::answer(options::parse(arguments)?, (options::HELP, VERSION), classify, output)
}

fn classify(options: &Options, source: impl Read) -> Result<String, Failure> {
    let file = defence::while_decoding(|| input::read_picture(source))?;
    let (model, labels) = read_model(&options.model, Model::parse)?;
    let prepared = tensor::prepare(&file, &model.input, options.accepted)?;
    drop(file);
    let size = Size::Exactly(model.output.classes * model.output.element_type.size());
    let [output] = inference::run(&options.model, &model.input, &prepared.bytes, [size])?;
    let count = match options.format {
        Format::Text => 1,
        Format::Json => options.top_k,
    };
    let best = scores::best(&model.output, &output, count).map_err(Failure::Host)?;
    Ok(match options.format {
        // A model has at least one class.
        Format::Text => answer::text(best[0], &labels),
        Format::Json => answer::json(
            &Told {
                model: &options.model,
                classes: model.output.classes,
                is_damaged: prepared.is_damaged,
            },
            &best,
            &labels,
        )?,
    })
}
