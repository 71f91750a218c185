//! The command line.

use std::ffi::OsString;
use vision::arguments::{self, accepts_damaged, model_name, number, usage, Command};
use vision::input::Accepted;
use vision::Failure;

/// Detections below this score are omitted unless `--threshold` says otherwise.
pub const DEFAULT_THRESHOLD: f32 = 0.5;

/// What `--help` prints.
pub const HELP: &str = "\
Finds objects in the picture on standard input.

Usage: object-detection [OPTIONS] < picture.jpg

The picture is JPEG, PNG, WebP, GIF or BMP, raw or as hexadecimal text (upper or lower case,
white space is ignored).
The model belongs to the host, which describes it in /models/NAME.json and /models/NAME.labels.txt.
It must end with the operator TFLite_Detection_PostProcess, as SSD and EfficientDet do.

Options:
  --model NAME      the host's name for the model [default: default]
  --format FORMAT   text: one sentence; json: one line with the boxes in pixels; annotated: the same
                    line, then the picture with the boxes drawn, as JPEG [default: text]
  --threshold S     lowest score to report, 0 to 1 [default: 0.5]
  --max-results N   largest number of objects to report, highest scores first [default: all]
  --max-pixels N    reject pictures with more pixels than this [default: 200000000]
  --damaged WHAT    for a truncated or otherwise damaged JPEG: refuse, or accept what can be decoded
                    [default: refuse]
  -h, --help        print this help and exit
  -V, --version     print name and version and exit

Exit codes:
  0   the answer is on standard output
  64  invalid options
  65  not a picture; damaged; an unsupported variant; or too expensive (pixels, work, memory)
  70  the host has no such model or cannot run it, or the model is not a detector
";

/// One line for an invalid command line.
pub const USAGE: &str =
    "usage: object-detection [--model NAME] [--format text|json|annotated] [--threshold S] \
                         [--max-results N] [--max-pixels N] [--damaged refuse|accept] [--help] [--version] < picture.jpg";

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One sentence.
    Text,
    /// One line of JSON.
    Json,
    /// The same line, followed by a JPEG.
    Annotated,
}

/// The caller's options.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The host's name for the model.
    pub model: String,
    /// The form of the answer.
    pub format: Format,
    /// The lowest score to report.
    pub threshold: f32,
    /// The maximum number of detections to report; at least 1.
    pub max_results: usize,
    /// Which pictures are accepted.
    pub accepted: Accepted,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            model: "default".into(),
            format: Format::Text,
            threshold: DEFAULT_THRESHOLD,
            max_results: usize::MAX,
            accepted: Accepted::default(),
        }
    }
}

/// Parses the arguments after the program's name.
///
/// # Errors
/// [`Failure::Usage`] names the first argument that is unknown, lacks its value, or has an invalid
/// one.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command<Options>, Failure> {
    let names =
        ["--model", "--format", "--threshold", "--max-results", "--max-pixels", "--damaged"];
    arguments::read(arguments, &names, Options::default(), |options, name, value| {
        match name {
            "--model" => options.model = model_name(value)?,
            "--format" => options.format = format(&value)?,
            "--threshold" => options.threshold = threshold(&value)?,
            "--max-results" => options.max_results = number(name, &value)?,
            "--damaged" => options.accepted.damaged = accepts_damaged(&value)?,
            _ => options.accepted.max_pixels = number(name, &value)?,
        }
        Ok(())
    })
}

fn format(value: &str) -> Result<Format, Failure> {
    match value {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        "annotated" => Ok(Format::Annotated),
        _ => Err(usage(format!("--format must be text, json or annotated, not \"{value}\""))),
    }
}

fn threshold(value: &str) -> Result<f32, Failure> {
    match value.parse() {
        Ok(threshold) if (0.0..=1.0).contains(&threshold) => Ok(threshold),
        _ => Err(usage(format!("--threshold must be a number from 0 to 1, not \"{value}\""))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vision::input::DEFAULT_MAX_PIXELS;

    fn parse_words(words: &[&str]) -> Result<Command<Options>, Failure> {
        parse(words.iter().map(OsString::from))
    }

    #[test]
    fn nothing_given_means_the_defaults() {
        assert_eq!(parse_words(&[]), Ok(Command::Run(Options::default())));
    }

    #[test]
    fn every_option_is_read() {
        let expected = Options {
            model: "ssd".into(),
            format: Format::Annotated,
            threshold: 0.25,
            max_results: 3,
            accepted: Accepted { max_pixels: 1_000_000, damaged: true },
        };
        let words = [
            "--model=ssd",
            "--format",
            "annotated",
            "--threshold",
            "0.25",
            "--max-results=3",
            "--max-pixels",
            "1000000",
            "--damaged",
            "accept",
        ];
        assert_eq!(parse_words(&words), Ok(Command::Run(expected)));
        assert_eq!(parse_words(&["--help", "--nonsense"]), Ok(Command::Help));
        assert_eq!(parse_words(&["-V"]), Ok(Command::Version));
    }

    #[test]
    fn help_names_every_option() {
        let options =
            ["--model", "--format", "--threshold", "--max-results", "--max-pixels", "--damaged"];
        for option in options.into_iter().chain(["--help", "--version"]) {
            assert!(HELP.contains(option) && USAGE.contains(option), "{option}");
        }
        assert!(HELP.contains(&DEFAULT_MAX_PIXELS.to_string()));
        assert!(HELP.contains(&format!("[default: {DEFAULT_THRESHOLD}]")));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let wrong: &[&[&str]] = &[
            &["picture.jpg"],
            &["--top-k", "3"],
            &["--model", "../etc/passwd"],
            &["--format", "xml"],
            &["--threshold", "NaN"],
            &["--threshold", "-0.1"],
            &["--threshold", "1.1"],
            &["--threshold", "50%"],
            &["--max-results", "0"],
            &["--max-pixels="],
            &["--damaged", "yes"],
        ];
        for words in wrong {
            assert!(matches!(parse_words(words), Err(Failure::Usage(_))), "{words:?}");
        }
    }
}
