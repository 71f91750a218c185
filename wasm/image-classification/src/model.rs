//! A model for image classification, according to the host's description.

use vision::description::{Description, ElementType, Input, Quantization, Tensor};

/// The maximum number of classes.
const MAX_CLASSES: i64 = 1 << 20;

/// The only output: a score for each class.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The number of classes, 1 to 2²⁰.
    pub classes: usize,
    /// The type of the elements.
    pub element_type: ElementType,
    /// The meaning of integer elements.
    pub quantization: Option<Quantization>,
}

/// A model for image classification.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The input.
    pub input: Input,
    /// The output.
    pub output: Output,
}

impl Model {
    /// Parses the host's description and checks that this guest supports the model.
    ///
    /// # Errors
    /// A sentence that names what was found and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let description = Description::parse(text)?;
        let [output] = &description.outputs[..] else {
            return Err(format!(
                "\"outputs\" has {} tensors, classification needs exactly 1",
                description.outputs.len()
            ));
        };
        let output = Tensor::read(output)
            .and_then(read_output)
            .map_err(|error| format!("the output {error}"))?;
        Ok(Self { input: description.input, output })
    }
}

fn read_output(tensor: Tensor) -> Result<Output, String> {
    let Tensor { element_type, shape, quantization, .. } = tensor;
    let classes = match shape.split_last() {
        Some((&classes, rest))
            if rest.iter().all(|&dimension| dimension == 1)
                && (1..=MAX_CLASSES).contains(&classes) =>
        {
            classes as usize
        }
        _ => {
            return Err(format!(
                "has the shape {shape:?}; expected [1, classes] with 1 to {MAX_CLASSES} classes"
            ))
        }
    };
    Ok(Output { classes, element_type, quantization })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = r#"{"name":"default","inputs":[{"name":"input","type":"uint8","shape":[1,192,160,3],"quantization":{"scale":0.0078125,"zeroPoint":128}}],"outputs":[{"name":"MobilenetV1/Predictions/Reshape_1","type":"uint8","shape":[1,1001],"quantization":{"scale":0.00390625,"zeroPoint":0}}],"normalize":{"mean":[127.5,127.5,127.5],"scale":[0.00784313725490196,0.00784313725490196,0.00784313725490196]}}"#;

    fn error(from: &str, to: &str) -> String {
        assert!(DEFAULT.contains(from));
        Model::parse(&DEFAULT.replace(from, to)).unwrap_err()
    }

    #[test]
    fn the_hosts_description() {
        let model = Model::parse(DEFAULT).unwrap();
        assert_eq!(model.input.shape, [1, 192, 160, 3]);
        assert_eq!(model.output.classes, 1001);
        let quantization = Quantization { scale: 0.00390625, zero_point: 0 };
        assert_eq!(model.output.quantization, Some(quantization));
    }

    #[test]
    fn what_cannot_be_served_is_named() {
        assert!(error("[1,1001]", "[1,0]").contains("the output has the shape"));
        assert!(error("[1,1001]", "[1,1048577]").contains("classes"));
        assert!(error("[1,1001]", "[7,1001]").contains("[1, classes]"));
        assert!(error("\"uint8\",\"shape\":[1,1001", "\"float16\",\"shape\":[1,1001")
            .contains("float16"));
        assert!(error("\"scale\":0.00390625", "\"scale\":0").contains("positive"));
        assert!(error("\"outputs\":[{", "\"outputs\":[{},{").contains("2 tensors"));
        assert!(error("[1,192,160,3]", "[2,192,160,3]").contains("the input has the shape"));
    }
}
