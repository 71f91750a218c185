//! Image classification as the original application does it: a picture on standard input, often as
//! hexadecimal text; the host decodes it (`wasmedge_image`); the model is part of this module and is
//! handed to the host in every run (`wasmedge_tensorflowlite`, as WasmEdge 0.8 to 0.12 have it).
//! Options, answers and exit codes are those of `image-classification`.

pub mod app;
pub mod embedded;
pub mod host;
