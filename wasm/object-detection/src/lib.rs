//! Object detection as a WASI command: a picture on standard input, what is in it and where on standard
//! output.
//!
//! The model is one that ends with TensorFlow Lite's operator TFLite_Detection_PostProcess, as SSD and
//! EfficientDet do: it picks the boxes, this guest tells them in pixels and by name.

pub mod annotate;
pub mod answer;
pub mod app;
pub mod detections;
mod font;
pub mod model;
pub mod options;
pub mod outputs;
