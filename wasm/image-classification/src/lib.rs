//! Image classification as a WASI command: a JPEG on standard input, the answer on standard output.
//!
//! The picture is decoded here, inside the sandbox; the model stays with the host, which runs it
//! through wasi-nn and describes it in `/models/NAME.json` and `/models/NAME.labels.txt`. Only
//! [`inference`] touches the host interface, so everything else is tested natively.

pub mod answer;
pub mod app;
pub mod defence;
pub mod failure;
pub mod inference;
pub mod input;
pub mod json;
pub mod labels;
pub mod model;
pub mod options;
pub mod scores;
pub mod tensor;
