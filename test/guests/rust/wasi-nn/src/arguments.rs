//! The command line.

pub(crate) const USAGE: &str =
    "usage: wasi-nn (--name NAME [--config TEXT] | --file PATH [--encoding N] [--target N])
               [--input INDEX:TYPE:DIMENSIONS]... [--outputs N] [--output-bytes N]
               [--repeat N] [--single] [--unload]
  --name NAME       a model of the host's, through load_by_name
  --config TEXT     ... through load_by_name_with_config
  --file PATH       a file of the guest's, through load
  --encoding N      what load is told of the model [default: 4, TensorFlow Lite]
  --target N        what load is told of the processor [default: 0, CPU]
  --input ...       an input, such as 0:u8:1x192x192x3; types f16 f32 f64 u8 i32 i64, or a bare number
                    with a size, such as 9/4 (number 9, elements of 4 bytes)
  --outputs N       how many outputs are read [default: 1]
  --output-bytes N  the buffer for each output [default: 1048576]
  --repeat N        how often the model is run [default: 1]
  --single          compute_single, get_output_single and fini_single
  --unload          finalize_execution_context and unload in the end";

/// Where the model comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Name(String),
    File(String),
}

#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) index: u32,
    pub(crate) element_type: u8,
    pub(crate) shape: Vec<u32>,
    /// Of all elements.
    pub(crate) bytes: usize,
}

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) source: Source,
    pub(crate) config: Option<String>,
    pub(crate) encoding: u32,
    pub(crate) target: u32,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: u32,
    pub(crate) output_bytes: usize,
    pub(crate) repeat: usize,
    pub(crate) single: bool,
    pub(crate) unload: bool,
}

impl Arguments {
    /// None if the command line is wrong.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let source = match words.next()?.as_str() {
            "--name" => Source::Name(words.next()?),
            "--file" => Source::File(words.next()?),
            _ => return None,
        };
        let mut arguments = Self {
            source,
            config: None,
            encoding: 4,
            target: 0,
            inputs: Vec::new(),
            outputs: 1,
            output_bytes: 1 << 20,
            repeat: 1,
            single: false,
            unload: false,
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--config" => arguments.config = Some(words.next()?),
                "--encoding" => arguments.encoding = words.next()?.parse().ok()?,
                "--target" => arguments.target = words.next()?.parse().ok()?,
                "--input" => arguments.inputs.push(Input::parse(&words.next()?)?),
                "--outputs" => arguments.outputs = words.next()?.parse().ok()?,
                "--output-bytes" => arguments.output_bytes = words.next()?.parse().ok()?,
                "--repeat" => arguments.repeat = words.next()?.parse().ok()?,
                "--single" => arguments.single = true,
                "--unload" => arguments.unload = true,
                _ => return None,
            }
        }
        Some(arguments)
    }
}

impl Input {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (index, name, shape) = (parts.next()?, parts.next()?, parts.next()?);
        let (element_type, size) = match name {
            "f16" => (0, 2),
            "f32" => (1, 4),
            "f64" => (2, 8),
            "u8" => (3, 1),
            "i32" => (4, 4),
            "i64" => (5, 8),
            other => {
                let (number, size) = other.split_once('/')?;
                (number.parse().ok()?, size.parse().ok()?)
            }
        };
        let shape: Vec<u32> =
            shape.split('x').map(|dimension| dimension.parse().ok()).collect::<Option<_>>()?;
        let bytes = shape.iter().try_fold(size, |bytes: usize, &dimension| {
            bytes.checked_mul(usize::try_from(dimension).ok()?)
        })?;
        parts.next().is_none().then_some(Self {
            index: index.parse().ok()?,
            element_type,
            shape,
            bytes,
        })
    }
}
