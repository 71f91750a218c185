//! The host's models, each asked once.

use crate::description::{ElementType, Input};
use crate::failure::Failure;
use nn::{Graph, TensorType};

/// Runs the host's model `name` on one input and reads as many of its outputs as there are `outputs`,
/// in the model's order. Each must fill its buffer exactly.
///
/// The graph and its session are not given back: this instance ends with its answer, and the
/// functions to do so are not part of every host.
///
/// # Errors
/// [`Failure::Host`] names the function that failed and its error number.
pub fn run(
    name: &str,
    input: &Input,
    bytes: &[u8],
    outputs: &mut [Vec<u8>],
) -> Result<(), Failure> {
    let element_type = match input.element_type {
        // The interface has no signed bytes: they travel under this number, byte for byte.
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
    for (index, output) in (0..).zip(outputs) {
        let written = session.output(index, output).map_err(failed)?;
        if written != output.len() {
            return Err(Failure::Host(format!(
                "output {index} of the model has {written} bytes, its description says {}",
                output.len()
            )));
        }
    }
    Ok(())
}

fn failed(error: nn::Error) -> Failure {
    Failure::Host(format!("the host could not run the model: {error}"))
}
