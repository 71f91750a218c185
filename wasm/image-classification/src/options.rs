//! The command line.

use std::ffi::OsString;
use vision::arguments::{self, accepts_damaged, model_name, number, usage, Command};
use vision::input::Accepted;
use vision::Failure;

/// The number of classes that `--format json` lists unless `--top-k` says otherwise.
pub const DEFAULT_TOP_K: usize = 5;

/// What `--help` prints.
pub const HELP: &str = "\
Classifies the picture on standard input.

Usage: image-classification [OPTIONS] < picture.jpg

The picture is JPEG, PNG, WebP, GIF or BMP, raw or as hexadecimal text (upper or lower case,
white space is ignored).
The model belongs to the host, which describes it in /models/NAME.json and /models/NAME.labels.txt.

Options:
  --model NAME      the host's name for the model [default: default]
  --format FORMAT   text: one sentence; json: one line with the best classes [default: text]
  --top-k N         number of classes that json lists, at most all of the model's [default: 5]
  --max-pixels N    reject pictures with more pixels than this [default: 200000000]
  --damaged WHAT    for a truncated or otherwise damaged JPEG: refuse, or accept what can be decoded
                    [default: refuse]
  -h, --help        print this help and exit
  -V, --version     print name and version and exit

Scores are from 0 to 255. The sentence says \"very likely\" above 200, \"likely\" above 125,
\"could be\" above 50; below that the JSON answer has \"known\":false.

Exit codes:
  0   the answer is on standard output
  64  invalid options
  65  not a picture; damaged; an unsupported variant; or too expensive (pixels, work, memory)
  70  the host has no such model or cannot run it, or the model is not suitable
";

/// One line for an invalid command line.
pub const USAGE: &str =
    "usage: image-classification [--model NAME] [--format text|json] [--top-k N] \
                         [--max-pixels N] [--damaged refuse|accept] [--help] [--version] < picture.jpg";

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One sentence.
    Text,
    /// One line of JSON.
    Json,
}

/// The caller's options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The host's name for the model.
    pub model: String,
    /// The form of the answer.
    pub format: Format,
    /// The number of classes in the JSON answer; at least 1.
    pub top_k: usize,
    /// Which pictures are accepted.
    pub accepted: Accepted,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            model: "default".into(),
            format: Format::Text,
            top_k: DEFAULT_TOP_K,
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
    let names = ["--model", "--format", "--top-k", "--max-pixels", "--damaged"];
    arguments::read(arguments, &names, Options::default(), |options, name, value| {
        match name {
            "--model" => options.model = model_name(value)?,
            "--format" => options.format = format(&value)?,
            "--top-k" => options.top_k = number(name, &value)?,
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
        _ => Err(usage(format!("--format must be text or json, not \"{value}\""))),
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
    fn values_come_after_a_space_or_an_equals_sign() {
        let expected = Options {
            model: "mobilenet=v1".into(),
            format: Format::Json,
            top_k: 3,
            accepted: Accepted { max_pixels: 1_000_000, damaged: true },
        };
        let spaced = [
            "--model",
            "mobilenet=v1",
            "--format",
            "json",
            "--top-k",
            "3",
            "--max-pixels",
            "1000000",
            "--damaged",
            "accept",
        ];
        assert_eq!(parse_words(&spaced), Ok(Command::Run(expected.clone())));
        let attached = [
            "--model=mobilenet=v1",
            "--format=json",
            "--top-k=3",
            "--max-pixels=1000000",
            "--damaged=accept",
        ];
        assert_eq!(parse_words(&attached), Ok(Command::Run(expected)));
    }

    #[test]
    fn help_and_version_win_over_what_follows() {
        assert_eq!(parse_words(&["--help", "--nonsense"]), Ok(Command::Help));
        assert_eq!(parse_words(&["-V"]), Ok(Command::Version));
    }

    #[test]
    fn help_names_every_option() {
        for option in
            ["--model", "--format", "--top-k", "--max-pixels", "--damaged", "--help", "--version"]
        {
            assert!(HELP.contains(option) && USAGE.contains(option), "{option}");
        }
        assert!(HELP.contains(&DEFAULT_MAX_PIXELS.to_string()));
        assert!(HELP.contains(&format!("[default: {DEFAULT_TOP_K}]")));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let wrong: &[&[&str]] = &[
            &["picture.jpg"],
            &["--nonsense"],
            &["--nonsense=1"],
            &["--help=1"],
            &["--model"],
            &["--model", ""],
            &["--model", "../etc/passwd"],
            &["--model", ".."],
            &["--format", "xml"],
            &["--top-k", "0"],
            &["--top-k", "+3"],
            &["--top-k", "-1"],
            &["--top-k", "five"],
            &["--max-pixels", "99999999999999999999"],
            &["--max-pixels="],
            &["--damaged", "yes"],
        ];
        for words in wrong {
            assert!(matches!(parse_words(words), Err(Failure::Usage(_))), "{words:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_argument_that_is_not_utf8_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let bytes = OsString::from_vec(vec![b'-', 0xff]);
        assert!(matches!(parse([bytes]), Err(Failure::Usage(_))));
    }
}
