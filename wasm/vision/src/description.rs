//! The host's description of a model: `/models/NAME.json`.

use crate::failure::Failure;
use crate::labels::{Labels, MAX_LABEL_BYTES};
use jpeg::{Channels, Fit};
use serde_json::Value;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The host's folder of model descriptions.
pub const MODELS: &str = "/models";

/// A larger description is rejected: 1 MiB.
pub const MAX_DESCRIPTION_BYTES: u64 = 1 << 20;

/// The maximum length of a side of a model's input, in pixels.
const MAX_SIDE: i64 = 4096;

/// The element types of tensors that the guests support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementType {
    /// `uint8`
    Uint8,
    /// `int8`
    Int8,
    /// `float32`
    Float32,
}

impl ElementType {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "uint8" => Some(Self::Uint8),
            "int8" => Some(Self::Int8),
            "float32" => Some(Self::Float32),
            _ => None,
        }
    }

    /// The size of an element, in bytes.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Uint8 | Self::Int8 => 1,
            Self::Float32 => 4,
        }
    }
}

/// Affine quantization: real value = (quantized value − zero point) × scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantization {
    /// Positive.
    pub scale: f64,
    /// Within the range of the tensor's type.
    pub zero_point: i64,
}

/// For float inputs: value = (byte − mean) × scale, for each channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalize {
    /// On the scale of a byte.
    pub mean: [f64; 3],
    /// Per unit of a byte.
    pub scale: [f64; 3],
}

impl Default for Normalize {
    /// Bytes 0 to 255 become −1 to 1.
    fn default() -> Self {
        Self { mean: [127.5; 3], scale: [1.0 / 127.5; 3] }
    }
}

/// The only input: a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The tensor's shape in the model: `[1, height, width, channels]` or `[height, width,
    /// channels]`.
    pub shape: Vec<u32>,
    /// In pixels, 1 to 4096.
    pub height: u16,
    /// In pixels, 1 to 4096.
    pub width: u16,
    /// Three for colour, one for greyscale.
    pub channels: Channels,
    /// The type of the elements.
    pub element_type: ElementType,
    /// How float elements are computed from bytes.
    pub normalize: Normalize,
    /// Which part of a picture it shows.
    pub fit: Fit,
}

/// A tensor that is not a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Its name in the model; empty if it has none.
    pub name: String,
    /// The type of the elements.
    pub element_type: ElementType,
    /// At most eight dimensions, each from 0 to 2³¹ − 1. Empty for a scalar, and if the shape is
    /// only known after a run.
    pub shape: Vec<i64>,
    /// The meaning of integer elements.
    pub quantization: Option<Quantization>,
}

impl Tensor {
    /// Parses one of [`Description::outputs`].
    ///
    /// # Errors
    /// What is wrong, as the rest of a sentence about the tensor.
    pub fn read(tensor: &Value) -> Result<Self, String> {
        let element_type = read_type(tensor)?;
        Ok(Self {
            name: member(tensor, "name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            element_type,
            shape: read_shape(tensor)?,
            quantization: read_quantization(tensor, element_type)?,
        })
    }

    /// The real values of the elements; incomplete elements at the end are ignored.
    #[must_use]
    pub fn values(&self, bytes: &[u8]) -> Vec<f32> {
        if self.element_type == ElementType::Float32 {
            let floats = bytes.chunks_exact(4).filter_map(|chunk| chunk.try_into().ok());
            return floats.map(f32::from_le_bytes).collect();
        }
        let Quantization { scale, zero_point } =
            self.quantization.unwrap_or(Quantization { scale: 1.0, zero_point: 0 });
        let value = |&byte: &u8| {
            let step = match self.element_type {
                ElementType::Int8 => i64::from(byte as i8),
                _ => i64::from(byte),
            };
            ((step - zero_point) as f64 * scale) as f32
        };
        bytes.iter().map(value).collect()
    }
}

/// A model with one input, which is a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The input.
    pub input: Input,
    /// The outputs, to be parsed with [`Tensor::read`].
    pub outputs: Vec<Value>,
}

impl Description {
    /// Parses the host's description.
    ///
    /// # Errors
    /// A sentence that names what was found and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let [input] = tensors(&value, "inputs")? else {
            let count = tensors(&value, "inputs")?.len();
            return Err(format!("\"inputs\" has {count} tensors, expected exactly 1: a picture"));
        };
        let fit = read_fit(&value).map_err(|error| format!("the description {error}"))?;
        Ok(Self {
            input: read_input(input, member(&value, "normalize"), fit)
                .map_err(|error| format!("the input {error}"))?,
            outputs: tensors(&value, "outputs")?.to_vec(),
        })
    }
}

/// Reads the host's description and labels of the model `name`. `parse` converts the text of the
/// description to the guest's form.
///
/// # Errors
/// [`Failure::Host`] if there is no such model, or `parse` rejects it.
pub fn read_model<T>(
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<(T, Labels), Failure> {
    let directory = Path::new(MODELS);
    let path = directory.join(format!("{name}.json"));
    let wrong = |reason: String| Failure::Host(format!("{}: {reason}", path.display()));
    let description = read_file(&path, MAX_DESCRIPTION_BYTES)?.ok_or_else(|| {
        Failure::Host(format!(
            "the host has no model named \"{name}\": {} is not there",
            path.display()
        ))
    })?;
    let description =
        std::str::from_utf8(&description).map_err(|error| wrong(format!("not UTF-8: {error}")))?;
    let model = parse(description).map_err(wrong)?;
    let labels = read_file(&directory.join(format!("{name}.labels.txt")), MAX_LABEL_BYTES)?;
    Ok((model, Labels::new(labels)))
}

/// The file's bytes, or nothing if there is no such file.
fn read_file(path: &Path, max_bytes: u64) -> Result<Option<Vec<u8>>, Failure> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(max_bytes + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) if bytes.len() as u64 > max_bytes => {
            Err(Failure::Host(format!("{} is larger than {max_bytes} bytes", path.display())))
        }
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Host(format!("cannot read {}: {error}", path.display()))),
    }
}

/// The member `name`; nothing if it is absent or null.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

/// The list `name`.
fn tensors<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], String> {
    member(value, name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| format!("\"{name}\" is not a list of tensors"))
}

fn read_input(tensor: &Value, normalize: Option<&Value>, fit: Fit) -> Result<Input, String> {
    let element_type = read_type(tensor)?;
    // Checked although the bytes are used unchanged: an invalid quantization means a broken
    // description.
    read_quantization(tensor, element_type)?;
    let shape = read_shape(tensor)?;
    let (height, width, channels) = match shape[..] {
        [1, height, width, channels] | [height, width, channels] => (height, width, channels),
        _ => return Err(input_shape_error(&shape)),
    };
    let channels = match channels {
        1 => Channels::Grey,
        3 => Channels::Rgb,
        _ => return Err(input_shape_error(&shape)),
    };
    let side = |side: i64| match u16::try_from(side) {
        Ok(pixels) if (1..=MAX_SIDE).contains(&side) => Ok(pixels),
        _ => Err(input_shape_error(&shape)),
    };
    Ok(Input {
        height: side(height)?,
        width: side(width)?,
        shape: shape.iter().map(|&dimension| dimension as u32).collect(),
        channels,
        element_type,
        normalize: normalize.map_or(Ok(Normalize::default()), read_normalize)?,
        fit,
    })
}

fn input_shape_error(shape: &[i64]) -> String {
    format!(
        "has the shape {shape:?}; expected [1, height, width, channels] or [height, width, channels] with sides \
         from 1 to {MAX_SIDE} and 1 or 3 channels"
    )
}

fn read_type(tensor: &Value) -> Result<ElementType, String> {
    let name = member(tensor, "type").and_then(Value::as_str).ok_or("has no \"type\"")?;
    ElementType::from_name(name)
        .ok_or_else(|| format!("has the type {name}; expected uint8, int8 or float32"))
}

/// At most eight dimensions, each from 0 to 2³¹ − 1; the caller checks their meaning.
fn read_shape(tensor: &Value) -> Result<Vec<i64>, String> {
    let error = || "has no \"shape\" of at most 8 whole numbers".to_owned();
    let dimensions = member(tensor, "shape").and_then(Value::as_array).ok_or_else(error)?;
    if dimensions.len() > 8 {
        return Err(error());
    }
    dimensions
        .iter()
        .map(|dimension| {
            dimension
                .as_i64()
                .filter(|dimension| (0..=i64::from(i32::MAX)).contains(dimension))
                .ok_or_else(error)
        })
        .collect()
}

fn read_quantization(
    tensor: &Value,
    element_type: ElementType,
) -> Result<Option<Quantization>, String> {
    let Some(value) = member(tensor, "quantization") else {
        return Ok(None);
    };
    let range = match element_type {
        ElementType::Uint8 => 0..=255,
        ElementType::Int8 => -128..=127,
        ElementType::Float32 => return Ok(None),
    };
    let scale = member(value, "scale").and_then(Value::as_f64).filter(|&scale| scale > 0.0);
    let zero_point =
        member(value, "zeroPoint").and_then(Value::as_i64).filter(|point| range.contains(point));
    match (scale, zero_point) {
        (Some(scale), Some(zero_point)) => Ok(Some(Quantization { scale, zero_point })),
        _ => Err(format!(
            "has a \"quantization\" without a positive \"scale\" and a \"zeroPoint\" from {} to {}",
            range.start(),
            range.end()
        )),
    }
}

fn read_fit(description: &Value) -> Result<Fit, String> {
    let fit = match member(description, "fit") {
        None => "stretch",
        Some(fit) => fit.as_str().unwrap_or_default(),
    };
    let crop = match member(description, "crop") {
        None => None,
        Some(crop) => Some(
            crop.as_f64()
                .filter(|&crop| crop > 0.0 && crop <= 1.0)
                .ok_or("has a \"crop\" that is not a number above 0 and at most 1")?,
        ),
    };
    match (fit, crop) {
        ("stretch", None) => Ok(Fit::Stretch),
        ("stretch", Some(_)) => Err("has a \"crop\", which requires the \"fit\" cover".into()),
        ("cover", crop) => Ok(Fit::Cover { crop: crop.unwrap_or(1.0) }),
        _ => Err("has a \"fit\" that is neither stretch nor cover".into()),
    }
}

fn read_normalize(value: &Value) -> Result<Normalize, String> {
    let triple = |name: &str| -> Option<[f64; 3]> {
        match &member(value, name)?.as_array()?[..] {
            [one] => Some([one.as_f64()?; 3]),
            [red, green, blue] => Some([red.as_f64()?, green.as_f64()?, blue.as_f64()?]),
            _ => None,
        }
    };
    match (triple("mean"), triple("scale")) {
        (Some(mean), Some(scale)) => Ok(Normalize { mean, scale }),
        _ => Err("has a \"normalize\" without \"mean\" and \"scale\" of 3 numbers each".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = r#"{"name":"default","inputs":[{"name":"input","type":"uint8","shape":[1,192,160,3],"quantization":{"scale":0.0078125,"zeroPoint":128}}],"outputs":[{"name":"MobilenetV1/Predictions/Reshape_1","type":"uint8","shape":[1,1001],"quantization":{"scale":0.00390625,"zeroPoint":0}}],"normalize":{"mean":[127.5,127.5,127.5],"scale":[0.00784313725490196,0.00784313725490196,0.00784313725490196]}}"#;

    fn error(from: &str, to: &str) -> String {
        assert!(DEFAULT.contains(from));
        Description::parse(&DEFAULT.replace(from, to)).unwrap_err()
    }

    #[test]
    fn the_hosts_description() {
        let model = Description::parse(DEFAULT).unwrap();
        assert_eq!(model.input.shape, [1, 192, 160, 3]);
        assert_eq!((model.input.height, model.input.width), (192, 160));
        assert_eq!(model.input.channels, Channels::Rgb);
        assert_eq!(model.input.element_type, ElementType::Uint8);
        assert_eq!(model.outputs.len(), 1);
        let output = Tensor::read(&model.outputs[0]).unwrap();
        assert_eq!(output.name, "MobilenetV1/Predictions/Reshape_1");
        assert_eq!(output.shape, [1, 1001]);
        assert_eq!(output.element_type, ElementType::Uint8);
        let quantization = Quantization { scale: 0.00390625, zero_point: 0 };
        assert_eq!(output.quantization, Some(quantization));
    }

    #[test]
    fn float_greyscale_without_a_batch() {
        let model = Description::parse(
            r#"{"inputs":[{"type":"float32","shape":[28,20,1],"quantization":null}],
                "outputs":[{"type":"float32","shape":[10]}],
                "normalize":{"mean":[0],"scale":[0.00392156862745098]}}"#,
        )
        .unwrap();
        assert_eq!((model.input.height, model.input.width), (28, 20));
        assert_eq!(model.input.channels, Channels::Grey);
        assert_eq!(model.input.normalize.mean, [0.0; 3]);
        let output = Tensor::read(&model.outputs[0]).unwrap();
        assert_eq!((output.name.as_str(), &output.shape[..]), ("", &[10][..]));
        assert_eq!(output.quantization, None);
    }

    #[test]
    fn elements_mean_values() {
        let tensor =
            |description: &str| Tensor::read(&serde_json::from_str(description).unwrap()).unwrap();
        let floats = tensor(r#"{"type":"float32","shape":[]}"#);
        assert_eq!(floats.values(&[0, 0, 128, 63, 0, 0, 0, 64, 1]), [1.0, 2.0]);
        let signed =
            tensor(r#"{"type":"int8","shape":[3],"quantization":{"scale":0.5,"zeroPoint":-128}}"#);
        assert_eq!(signed.values(&[128, 127, 0]), [0.0, 127.5, 64.0]);
        let plain = tensor(r#"{"type":"uint8","shape":[2]}"#);
        assert_eq!(plain.values(&[0, 255]), [0.0, 255.0]);
    }

    #[test]
    fn normalization_defaults_to_minus_one_to_one() {
        let start = DEFAULT.find(",\"normalize\"").unwrap();
        let model = Description::parse(&format!("{}}}", &DEFAULT[..start])).unwrap();
        assert_eq!(model.input.normalize, Normalize::default());
    }

    #[test]
    fn the_fit_says_which_part_is_shown() {
        let fit = |members: &str| {
            Description::parse(&DEFAULT.replacen('{', &format!("{{{members},"), 1))
                .map(|description| description.input.fit)
        };
        assert_eq!(Description::parse(DEFAULT).unwrap().input.fit, Fit::Stretch);
        assert_eq!(fit(r#""fit":"stretch""#), Ok(Fit::Stretch));
        assert_eq!(fit(r#""fit":"cover""#), Ok(Fit::Cover { crop: 1.0 }));
        assert_eq!(fit(r#""fit":"cover","crop":0.875"#), Ok(Fit::Cover { crop: 0.875 }));
        assert_eq!(fit(r#""fit":null,"crop":null"#), Ok(Fit::Stretch));
        let alone = "the description has a \"crop\", which requires the \"fit\" cover";
        assert_eq!(fit(r#""crop":0.5"#).unwrap_err(), alone);
        assert_eq!(fit(r#""fit":"stretch","crop":1"#).unwrap_err(), alone);
        for crop in ["0", "-0.1", "1.01", "\"1\"", "[]"] {
            let error = fit(&format!(r#""fit":"cover","crop":{crop}"#)).unwrap_err();
            assert!(error.contains("above 0"), "{crop}: {error}");
        }
        for wrong in ["\"contain\"", "1", "[]"] {
            let error = fit(&format!("\"fit\":{wrong}")).unwrap_err();
            assert!(error.contains("neither"), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_cannot_be_served_is_named() {
        assert!(error("[1,192,160,3]", "[1,3,192,160]").contains("[1, 3, 192, 160]"));
        assert!(error("[1,192,160,3]", "[2,192,160,3]").contains("the input has the shape"));
        assert!(error("[1,192,160,3]", "[1,0,160,3]").contains("from 1 to 4096"));
        assert!(error("[1,192,160,3]", "[1,192,4097,3]").contains("from 1 to 4096"));
        assert!(error("[1,192,160,3]", "[1,192,-1,3]").contains("whole numbers"));
        assert!(error("[1,192,160,3]", "[1,192,1.5,3]").contains("whole numbers"));
        assert!(error("[1,192,160,3]", "[1,192,1e10,3]").contains("whole numbers"));
        assert!(error("[1,192,160,3]", "[]").contains("shape"));
        assert!(error("\"uint8\",\"shape\":[1,192", "\"int64\",\"shape\":[1,192").contains("int64"));
        assert!(error("\"zeroPoint\":128", "\"zeroPoint\":256").contains("from 0 to 255"));
        assert!(error("\"scale\":0.0078125", "\"scale\":0").contains("positive"));
        assert!(error("\"mean\"", "\"means\"").contains("normalize"));
        assert!(error("\"inputs\":[{", "\"inputs\":[{},{").contains("2 tensors"));
        assert!(error("\"outputs\"", "\"output\"").contains("\"outputs\" is not a list"));
        assert!(error("\"inputs\"", "\"input\"").contains("\"inputs\" is not a list"));
        for text in ["", "[]", "{", "null", "1 2", "{\"inputs\":[1e400]}", "\u{feff}{}"] {
            assert!(Description::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hostile_descriptions_are_refused_quickly() {
        let long = MAX_DESCRIPTION_BYTES as usize;
        let members: Vec<String> = (0..long / 12).map(|index| format!("\"{index}\":[],")).collect();
        let members = members.concat();
        let texts = [
            "[".repeat(long),
            "{\"a\":".repeat(long / 5),
            format!("{{\"inputs\":[{}{{}}]}}", "{},".repeat(long / 3)),
            format!(
                "{{\"inputs\":[{{\"type\":\"uint8\",\"shape\":[{}1]}}]}}",
                "1,".repeat(long / 2)
            ),
            format!("{{{members}\"\":0}}"),
        ];
        for text in texts {
            assert!(Description::parse(&text).is_err(), "{}", &text[..40]);
        }
    }
}
