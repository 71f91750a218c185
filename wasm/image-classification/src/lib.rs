//! Image classification as a WASI command: a picture on standard input, the answer on standard
//! output.

pub mod answer;
pub mod app;
pub mod model;
pub mod options;
pub mod scores;
