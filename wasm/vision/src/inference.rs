//! Runs the host's models, each once.

use crate::description::{ElementType, Input};
use crate::failure::Failure;
use nn::{Graph, TensorType};

/// The size of an output, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// The size in the model's description.
    Exactly(usize),
    /// The description does not have the size: a maximum.
    AtMost(usize),
}

/// Runs the host's model `name` on one input and reads its first `N` outputs.
///
/// The graph and its session are not released: this instance ends with its answer, and not every
/// host has the functions for it.
///
/// # Errors
/// [`Failure::Host`] names the function that failed and its error number, or the output with a
/// different size.
pub fn run<const N: usize>(
    name: &str,
    input: &Input,
    bytes: &[u8],
    sizes: [Size; N],
) -> Result<[Vec<u8>; N], Failure> {
    let element_type = match input.element_type {
        // The interface has no signed bytes: they are passed under this number, byte for byte.
        ElementType::Uint8 | ElementType::Int8 => TensorType::U8,
        ElementType::Float32 => TensorType::F32,
    };
    let graph = Graph::by_name(name).map_err(|error| match error.errno {
        nn::Error::NOT_FOUND => Failure::Host(format!("the host has no model named \"{name}\"")),
        _ => failed(error),
    })?;
    let mut session = graph.session().map_err(failed)?;
    session.set_input(0, &input.shape, element_type, bytes).map_err(failed)?;
    session.compute().map_err(failed)?;
    let mut outputs = sizes.map(|size| match size {
        Size::Exactly(bytes) | Size::AtMost(bytes) => vec![0; bytes],
    });
    for ((index, output), size) in (0..).zip(&mut outputs).zip(sizes) {
        let written = session.output(index, output).map_err(failed)?;
        if written > output.len() || (written < output.len() && matches!(size, Size::Exactly(_))) {
            return Err(Failure::Host(format!(
                "output {index} of the model has {written} bytes, its description says {}",
                output.len()
            )));
        }
        output.truncate(written);
    }
    Ok(outputs)
}

fn failed(error: nn::Error) -> Failure {
    Failure::Host(format!("the host could not run the model: {error}"))
}
