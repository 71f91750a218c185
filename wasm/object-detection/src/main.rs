//! The command: see `--help`.

use object_detection::{app, options};
use std::process::ExitCode;

fn main() -> ExitCode {
    vision::program::run(env!("CARGO_PKG_NAME"), options::USAGE, |arguments, source, output| {
        app::run(arguments, source, output)
    })
}
