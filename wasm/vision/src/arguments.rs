//! Command lines of the guests: long options with one value each, and flags.

use crate::failure::Failure;
use std::ffi::OsString;
use std::str::FromStr;

/// What a command line requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command<Options> {
    /// Process the picture on standard input.
    Run(Options),
    /// `--help`
    Help,
    /// `--version`
    Version,
}

/// Parses the arguments after the program's name. `set` changes `options`, initially the defaults,
/// for each argument in `names`; its value follows a space or an equals sign. `--help` and
/// `--version` take precedence over what follows.
///
/// # Errors
/// [`Failure::Usage`] names the first argument that is not among `names`, lacks its value, is not
/// UTF-8, or is rejected by `set`.
pub fn read<Options>(
    arguments: impl IntoIterator<Item = OsString>,
    names: &[&str],
    mut options: Options,
    mut set: impl FnMut(&mut Options, &str, String) -> Result<(), Failure>,
) -> Result<Command<Options>, Failure> {
    let mut arguments = arguments.into_iter().map(|argument| {
        argument.into_string().map_err(|argument| {
            usage(format!("the argument \"{}\" is not UTF-8", argument.to_string_lossy()))
        })
    });
    while let Some(argument) = arguments.next() {
        let argument = argument?;
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        if attached.is_none() {
            match name {
                "-h" | "--help" => return Ok(Command::Help),
                "-V" | "--version" => return Ok(Command::Version),
                _ => {}
            }
        }
        if !names.contains(&name) {
            return Err(usage(format!("unknown argument \"{argument}\"")));
        }
        let value = match attached {
            Some(value) => value,
            None => arguments.next().ok_or_else(|| usage(format!("{name} needs a value")))??,
        };
        set(&mut options, name, value)?;
    }
    Ok(Command::Run(options))
}

/// An invalid command line.
#[must_use]
pub fn usage(message: String) -> Failure {
    Failure::Usage(message)
}

/// The host's name for a model. It becomes part of a path, and must not lead out of it.
///
/// # Errors
/// [`Failure::Usage`]
pub fn model_name(value: String) -> Result<String, Failure> {
    if value.is_empty() || value == "." || value == ".." || value.contains(['/', '\\', '\0']) {
        return Err(usage(format!(
            "--model must be the host's name for a model, without slashes, not \"{value}\""
        )));
    }
    Ok(value)
}

/// A positive number of decimal digits, without a sign.
///
/// # Errors
/// [`Failure::Usage`]
pub fn number<T: FromStr + PartialOrd + Default>(name: &str, value: &str) -> Result<T, Failure> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse::<T>() {
        Ok(number) if digits && number > T::default() => Ok(number),
        _ => Err(usage(format!("{name} must be a whole number of at least 1, not \"{value}\""))),
    }
}

/// The value of `--damaged`: whether to accept what there is of a damaged picture.
///
/// # Errors
/// [`Failure::Usage`]
pub fn accepts_damaged(value: &str) -> Result<bool, Failure> {
    match value {
        "accept" => Ok(true),
        "refuse" => Ok(false),
        _ => Err(usage(format!("--damaged must be refuse or accept, not \"{value}\""))),
    }
}
