//! From the command line to the answer.

use crate::{embedded, host};
use image_classification::answer::{self, Told};
use image_classification::model::Model;
use image_classification::options::{self, Format, Options};
use image_classification::scores;
use jpeg::{Channels, Picture};
use std::ffi::OsString;
use std::io::{Read, Write};
use vision::{defence, input, program, tensor, Failure};

/// What `--help` prints.
pub const HELP: &str = "\
Classifies the JPEG picture on standard input with the model that this program carries.

Usage: image-classification-wasmedge-tensorflow [OPTIONS] < picture.jpg

The picture is hexadecimal text (either case, white space ignored), or the same as raw JPEG. The host
decodes it.

Options:
  --format FORMAT   text: one sentence; json: one line with the best classes [default: text]
  --top-k N         number of classes that json lists, at most all of the model's [default: 5]
  -h, --help        print this help and exit
  -V, --version     print name and version and exit

Exit codes:
  0   the answer is on standard output
  64  invalid options
  65  not a JPEG, or one that the host cannot decode
  70  the host cannot run the model
";

/// One line for an invalid command line.
pub const USAGE: &str = "usage: image-classification-wasmedge-tensorflow [--format text|json] \
                         [--top-k N] [--help] [--version] < picture.jpg";

/// The model's name in the answer.
const MODEL_NAME: &str = "default";

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
    program::answer(options::parse(arguments)?, (HELP, VERSION), classify, output)
}

fn classify(options: &Options, source: impl Read) -> Result<String, Failure> {
    refuse_foreign(options)?;
    let jpeg = defence::while_decoding(|| input::read_picture(source))?;
    let model = embedded::model()
        .map_err(|reason| Failure::Host(format!("the embedded model: {reason}")))?;
    let output = infer(&model, &jpeg)?;
    let count = match options.format {
        Format::Text => 1,
        Format::Json => options.top_k,
    };
    let best = scores::best(&model.output, &output, count).map_err(Failure::Host)?;
    let labels = embedded::labels();
    Ok(match options.format {
        // A model has at least one class.
        Format::Text => answer::text(best[0], &labels),
        Format::Json => answer::json(
            &Told { model: MODEL_NAME, classes: model.output.classes, is_damaged: false },
            &best,
            &labels,
        )?,
    })
}

/// The options of the other guest that have no meaning here.
fn refuse_foreign(options: &Options) -> Result<(), Failure> {
    let defaults = Options::default();
    if options.model != defaults.model {
        return Err(Failure::Usage("--model: this program includes its model".into()));
    }
    if options.accepted.max_pixels != defaults.accepted.max_pixels {
        return Err(Failure::Usage("--max-pixels: the host decodes and has its own limit".into()));
    }
    if options.accepted.damaged {
        return Err(Failure::Usage(
            "--damaged: the host decodes, and rejects damaged pictures".into(),
        ));
    }
    Ok(())
}

/// The bytes of the model's output for this picture.
fn infer(model: &Model, jpeg: &[u8]) -> Result<Vec<u8>, Failure> {
    let (width, height) = (model.input.width, model.input.height);
    let samples = host::load_jpg_to_rgb8(jpeg, width, height).ok_or_else(|| {
        Failure::Data(
            "the host cannot decode the JPEG picture: it is damaged, not supported, or too large"
                .into(),
        )
    })?;
    let picture = Picture {
        width: usize::from(width),
        height: usize::from(height),
        channels: Channels::Rgb,
        samples,
        is_damaged: false,
    };
    let mut session = host::Session::new(embedded::MODEL)
        .ok_or_else(|| Failure::Host("the host refused the embedded model".into()))?;
    session.append_input(embedded::INPUT_NAME, &tensor::input_bytes(picture, &model.input));
    if !session.run() {
        return Err(Failure::Host("the host could not run the model".into()));
    }
    let output = session.output(embedded::OUTPUT_NAME).unwrap_or_default();
    let expected = model.output.classes * model.output.element_type.size();
    if output.len() == expected {
        Ok(output)
    } else {
        Err(Failure::Host(format!(
            "the model's output has {} bytes, expected {expected}",
            output.len()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(arguments: &[&str], input: &[u8]) -> Failure {
        let mut output = Vec::new();
        let result = run(arguments.iter().map(OsString::from), input, &mut output);
        assert!(output.is_empty());
        result.unwrap_err()
    }

    #[test]
    fn what_the_other_guest_is_told_is_refused() {
        let message = |failure| match failure {
            Failure::Usage(message) => message,
            other => panic!("{other:?}"),
        };
        assert!(message(failure(&["--model", "other"], b"")).contains("includes its model"));
        assert!(message(failure(&["--max-pixels", "1"], b"")).contains("its own limit"));
        assert!(message(failure(&["--damaged", "accept"], b"")).contains("and rejects damaged"));
        assert!(message(failure(&["--nonsense"], b"")).contains("--nonsense"));
    }

    #[test]
    fn what_is_no_picture_never_reaches_the_host() {
        assert!(matches!(failure(&[], b""), Failure::Data(message) if message.contains("empty")));
        assert!(matches!(failure(&[], b"hello"), Failure::Data(_)));
    }

    #[test]
    fn help_and_version() {
        let text = |argument: &str| {
            let mut output = Vec::new();
            run([OsString::from(argument)], &b""[..], &mut output).unwrap();
            String::from_utf8(output).unwrap()
        };
        assert_eq!(text("--help"), HELP);
        assert!(text("--version").starts_with("image-classification-wasmedge-tensorflow "));
    }
}
