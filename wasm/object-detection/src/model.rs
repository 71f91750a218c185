//! A model for object detection, according to the host's description.

use picture::Fit;
use vision::description::{Description, Input, Tensor};

/// The outputs of TFLite_Detection_PostProcess: boxes, classes, scores, and their number.
pub const OUTPUTS: usize = 4;

/// A model for object detection.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The input.
    pub input: Input,
    /// The outputs, in the order of the model, which differs between models ([`crate::outputs`]).
    pub outputs: [Tensor; OUTPUTS],
}

impl Model {
    /// Parses the host's description and checks that this guest supports the model.
    ///
    /// # Errors
    /// A sentence that names what was found and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let description = Description::parse(text)?;
        // Detections are reported as fractions of the whole picture, and there may be something in
        // each corner.
        if description.input.fit != Fit::Stretch {
            return Err("\"fit\" is cover, but detection needs stretch: the whole picture".into());
        }
        let mut outputs = Vec::with_capacity(OUTPUTS);
        if description.outputs.len() != OUTPUTS {
            return Err(format!(
                "\"outputs\" has {} tensors, detection needs the {OUTPUTS} of \
                 TFLite_Detection_PostProcess: boxes, classes, scores and their number",
                description.outputs.len()
            ));
        }
        for (index, output) in description.outputs.iter().enumerate() {
            outputs.push(Tensor::read(output).map_err(|error| format!("output {index} {error}"))?);
        }
        let outputs = outputs.try_into().map_err(|_| "\"outputs\" changed".to_owned())?;
        Ok(Self { input: description.input, outputs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description(outputs: &str) -> String {
        let input = r#"{"name":"input","type":"uint8","shape":[1,300,300,3]}"#;
        format!("{{\"inputs\":[{input}],\"outputs\":[{outputs}]}}")
    }

    #[test]
    fn shapes_may_be_unknown() {
        let output = r#"{"name":"a","type":"float32","shape":[]}"#;
        let model = Model::parse(&description(&[output; 4].join(","))).unwrap();
        assert_eq!((model.input.width, model.input.height), (300, 300));
        assert!(model.outputs.iter().all(|output| output.shape.is_empty()));
    }

    #[test]
    fn what_is_no_detector_is_named() {
        let output = r#"{"name":"a","type":"float32","shape":[1,10]}"#;
        let error = |outputs: &[&str]| Model::parse(&description(&outputs.join(","))).unwrap_err();
        assert!(error(&[output]).contains("1 tensors, detection needs the 4"));
        assert!(error(&[output; 5]).contains("5 tensors"));
        let string = r#"{"name":"a","type":"string","shape":[1]}"#;
        assert!(error(&[output, output, string, output]).contains("output 2 has the type string"));
    }
}
