//! The command: see the usage below.

use infer::{failure::Failure, serve};
use std::io::{self, Write as _};
use std::process::ExitCode;

const USAGE: &str = "usage: infer < requests > answers

Runs models through wasi-nn. Each request is a line; some are followed by bytes:
  describe MODEL                        returns the host's description, as JSON
  open MODEL [CONFIG_BYTES]             then that many bytes of JSON; sessions are numbered 0, 1, 2, ...
  load BYTES                            then that many bytes: a session with a model that the guest brings
  set SESSION INPUT TYPE SHAPE BYTES    then that many bytes; SHAPE is 1x2x3, or 'scalar'
  random SESSION INPUT TYPE SHAPE SEED  pseudo-random numbers, the same for the same seed
  run SESSION SIZES                     SIZES: the outputs' bytes, such as 4004,8; '-' for no outputs
  close SESSION
The answer to 'run' is a line 'run SESSION NANOSECONDS SIZES', then the outputs' bytes; to 'describe'
a line 'describe BYTES', then that many bytes.
Exit codes: 64 invalid arguments, 65 an invalid request, 70 the host refused.
";

fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        None => serve::serve(&mut io::stdin().lock(), &mut io::stdout().lock()),
        Some("--help") => io::stdout().write_all(USAGE.as_bytes()).map_err(Failure::from),
        Some("--version") => {
            writeln!(io::stdout(), "infer {}", env!("CARGO_PKG_VERSION")).map_err(Failure::from)
        }
        Some(_) => Err(Failure::Usage(format!("infer takes no arguments\n{USAGE}"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If that fails, there is nobody to report it to.
            let _ = writeln!(io::stderr(), "infer: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
