//! The command: see `--help`.

use image_classification::defence;
use image_classification::failure::Failure;
use image_classification_wasmedge_tensorflow::app;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    defence::install();
    match app::run(std::env::args_os().skip(1), io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            defence::report(&failure.to_string());
            if matches!(failure, Failure::Usage(_)) {
                defence::report(app::USAGE);
            }
            ExitCode::from(failure.exit_code() as u8)
        }
    }
}
