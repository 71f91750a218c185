//! Object detection as a WASI command: a picture on standard input, what is in it and where on
//! standard output.
//!
//! The model must end with TensorFlow Lite's operator TFLite_Detection_PostProcess, like SSD and
//! EfficientDet: the operator selects the boxes, and this guest reports them in pixels and with
//! names.

pub mod annotate;
pub mod answer;
pub mod app;
pub mod detections;
mod font;
pub mod model;
pub mod options;
pub mod outputs;
