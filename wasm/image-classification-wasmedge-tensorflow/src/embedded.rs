//! The model embedded in this guest, with what was read from it at build time.

use image_classification::model::Model;
use vision::labels::Labels;

/// A TensorFlow Lite file.
pub const MODEL: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/model.tflite"));

/// The name of the model's only input tensor.
pub const INPUT_NAME: &str = include_str!(concat!(env!("OUT_DIR"), "/input-name"));

/// The name of the model's only output tensor.
pub const OUTPUT_NAME: &str = include_str!(concat!(env!("OUT_DIR"), "/output-name"));

const DESCRIPTION: &str = include_str!(concat!(env!("OUT_DIR"), "/description.json"));

const LABELS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/labels.txt"));

/// The input and the output.
///
/// # Errors
/// A sentence that names what this guest does not support.
pub fn model() -> Result<Model, String> {
    Model::parse(DESCRIPTION)
}

/// The names of the model's classes.
#[must_use]
pub fn labels() -> Labels {
    Labels::new(Some(LABELS.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jpeg::Channels;
    use vision::description::{ElementType, Quantization};

    // For the default model; see models/default/README.md.
    #[test]
    fn the_default_model_was_read_rightly() {
        let model = model().unwrap();
        assert_eq!(model.input.shape, [1, 224, 224, 3]);
        assert_eq!(model.input.channels, Channels::Rgb);
        assert_eq!(model.input.element_type, ElementType::Uint8);
        assert_eq!(model.output.classes, 1000);
        assert_eq!(model.output.element_type, ElementType::Uint8);
        let quantization = Quantization { scale: 1.0 / 256.0, zero_point: 0 };
        assert_eq!(model.output.quantization, Some(quantization));
        assert_eq!(&MODEL[4..8], b"TFL3");
        assert_eq!(labels().get(281), "tabby");
        assert_eq!(labels().get(999), "toilet tissue");
        assert_ne!(INPUT_NAME, "");
        assert_ne!(OUTPUT_NAME, "");
        assert_ne!(INPUT_NAME, OUTPUT_NAME);
    }
}
