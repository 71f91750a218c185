//! The command: see `--help`.

use image_classification_wasmedge_tensorflow::app;
use std::process::ExitCode;

fn main() -> ExitCode {
    vision::program::run(env!("CARGO_PKG_NAME"), app::USAGE, |arguments, source, output| {
        app::run(arguments, source, output)
    })
}
