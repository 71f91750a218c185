//! Image classification like in the original application: a picture on standard input, often as
//! hexadecimal text; the host decodes it (`wasmedge_image`); the model is embedded in this module
//! and is passed to the host in every run (`wasmedge_tensorflowlite`, as in WasmEdge 0.8 to 0.12).
//! Options, answers and exit codes are those of `image-classification`.

pub mod app;
pub mod embedded;
pub mod host;
