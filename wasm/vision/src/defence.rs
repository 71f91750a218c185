//! Where Rust would abort, writes one line to standard error and exits with a code, but never
//! traps.
//!
//! Release builds abort on a panic and when memory is refused, which the host would only see as a
//! trap. The decoders are well maintained, but they are the only part that reads a stranger's bytes
//! with its own index arithmetic.

use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::OnceLock;

const DATA_ERROR: i32 = 65;
const SOFTWARE_ERROR: i32 = 70;

/// While this is set, a panic or refused memory is the picture's fault.
static DECODING: AtomicBool = AtomicBool::new(false);

/// The beginning of messages.
static PROGRAM: OnceLock<&'static str> = OnceLock::new();

/// Makes panics end the process with exit code 65 (while decoding) or 70. Refused memory does so in
/// any case ([`crate::memory`]). `program` begins the messages.
pub fn install(program: &'static str) {
    PROGRAM.get_or_init(|| program);
    panic::set_hook(Box::new(|info| {
        if is_decoding() {
            report(&format!("the picture is damaged: {}", reason(info)));
            process::exit(DATA_ERROR);
        }
        report(&format!("internal error: {}", reason(info)));
        process::exit(SOFTWARE_ERROR);
    }));
}

/// Runs `decode`, which reads or decodes the picture: a panic in it counts as damage of the
/// picture, and refused memory as a picture that is too large.
pub fn while_decoding<T>(decode: impl FnOnce() -> T) -> T {
    DECODING.store(true, Ordering::Relaxed);
    let result = decode();
    DECODING.store(false, Ordering::Relaxed);
    result
}

pub(crate) fn is_decoding() -> bool {
    DECODING.load(Ordering::Relaxed)
}

/// Ends the process for lack of memory, with a line on standard error and exit code 65 (while
/// decoding) or 70. Allocates nothing: standard error is unbuffered.
pub(crate) fn refuse(message: fmt::Arguments<'_>) -> ! {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{}: {message}", program());
    process::exit(if is_decoding() { DATA_ERROR } else { SOFTWARE_ERROR });
}

/// Writes one line to standard error. If that fails, there is nobody to report it to.
pub fn report(message: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{}: {}", program(), one_line(message));
}

fn program() -> &'static str {
    PROGRAM.get().copied().unwrap_or("guest")
}

fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn reason(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_set_during_decoding_only() {
        assert!(while_decoding(is_decoding));
        assert!(!is_decoding());
    }

    #[test]
    fn a_message_stays_one_line() {
        assert_eq!(one_line("a\nb\r\u{1b}c"), "a b  c");
    }
}
