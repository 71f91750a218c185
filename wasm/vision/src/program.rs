//! What the commands have in common, from start to exit code.

use crate::arguments::Command;
use crate::defence;
use crate::failure::Failure;
use std::env;
use std::ffi::OsString;
use std::io::{self, StdinLock, Write};
use std::process::ExitCode;

/// Runs a command: `answer` gets the arguments after the program's name, standard input and
/// standard output. A failure is reported in one line on standard error, after `name`; for an
/// invalid command line, `usage` follows.
pub fn run(
    name: &'static str,
    usage: &str,
    answer: impl FnOnce(
        &mut dyn Iterator<Item = OsString>,
        StdinLock<'static>,
        &mut dyn Write,
    ) -> Result<(), Failure>,
) -> ExitCode {
    defence::install(name);
    match answer(&mut env::args_os().skip(1), io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            defence::report(&failure.to_string());
            if matches!(failure, Failure::Usage(_)) {
                defence::report(usage);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Writes the complete answer to a command line: the text for `--help` or `--version`, or what `run`
/// returns.
///
/// # Errors
/// Those of `run`; nothing has been written then. [`Failure::Host`] if `output` does not accept the
/// answer.
pub fn answer<Options>(
    command: Command<Options>,
    (help, version): (&str, &str),
    run: impl FnOnce(Options) -> Result<Vec<u8>, Failure>,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let answer = match command {
        Command::Help => help.into(),
        Command::Version => version.into(),
        Command::Run(options) => run(options)?,
    };
    output
        .write_all(&answer)
        .and_then(|()| output.flush())
        .map_err(|error| Failure::Host(format!("cannot write the answer: {error}")))
}
