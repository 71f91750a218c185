//! What the guests for pictures share: they are WASI commands with a picture on standard input and
//! the answer on standard output.
//!
//! The picture is decoded inside the sandbox ([`picture`]); the model stays with the host, which
//! runs it through wasi-nn ([`inference`]) and describes it in `/models/NAME.json` and
//! `/models/NAME.labels.txt` ([`description`], [`labels`]). Only [`inference`] uses the host's
//! interface, so everything else is tested natively.

pub mod arguments;
pub mod defence;
pub mod description;
pub mod failure;
pub mod html;
pub mod inference;
pub mod input;
pub mod json;
pub mod labels;
pub mod memory;
pub mod program;
pub mod tensor;

pub use failure::Failure;
