//! The host's models, through wasi-nn as WasmEdge numbers it.

use crate::failure::Failure;

/// The number of a tensor's element type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TensorType {
    /// 32-bit floating point.
    F32 = 1,
    /// Bytes, unsigned. The interface has no signed ones: int8 tensors travel under this number,
    /// byte for byte.
    U8 = 3,
}

/// Runs the host's model `name` with one input and reads its first output, which must fill `output`
/// exactly.
///
/// The graph and its context are not given back: this instance ends with its answer, and the
/// functions to do so are not part of every host.
///
/// # Errors
/// [`Failure::Host`] names the function that failed and its error number.
pub fn run(
    name: &str,
    shape: &[u32],
    element_type: TensorType,
    input: &[u8],
    output: &mut [u8],
) -> Result<(), Failure> {
    let graph = interface::load_by_name(name).map_err(|errno| match errno {
        NOT_FOUND => Failure::Host(format!("the host has no model named \"{name}\"")),
        _ => failed("load_by_name", errno),
    })?;
    let context = interface::init_execution_context(graph)
        .map_err(|errno| failed("init_execution_context", errno))?;
    interface::set_input(context, 0, shape, element_type, input)
        .map_err(|errno| failed("set_input", errno))?;
    interface::compute(context).map_err(|errno| failed("compute", errno))?;
    let written =
        interface::get_output(context, 0, output).map_err(|errno| failed("get_output", errno))?;
    if written == output.len() {
        Ok(())
    } else {
        Err(Failure::Host(format!(
            "the model's output has {written} bytes, its description says {}",
            output.len()
        )))
    }
}

const NOT_FOUND: i32 = 8;

fn failed(function: &str, errno: i32) -> Failure {
    let meaning = match errno {
        1 => "invalid argument",
        2 => "invalid encoding",
        3 => "missing memory",
        4 => "busy",
        5 => "runtime error",
        6 => "unsupported operation",
        7 => "too large",
        NOT_FOUND => "not found",
        _ => "unknown error",
    };
    Failure::Host(format!(
        "the host could not run the model: {function}: errno {errno} ({meaning})"
    ))
}

#[cfg(target_family = "wasm")]
mod interface {
    use super::TensorType;

    /// The layout of the interface: offsets 0, 4, 8, 12 and 16.
    #[repr(C)]
    struct Tensor {
        dimensions: *const u32,
        dimensions_length: usize,
        element_type: u8,
        data: *const u8,
        data_length: usize,
    }

    mod imports {
        use super::Tensor;

        #[link(wasm_import_module = "wasi_ephemeral_nn")]
        extern "C" {
            pub(super) fn load_by_name(name: *const u8, name_length: usize, graph: *mut u32)
                -> i32;
            pub(super) fn init_execution_context(graph: u32, context: *mut u32) -> i32;
            pub(super) fn set_input(context: u32, index: u32, tensor: *const Tensor) -> i32;
            pub(super) fn compute(context: u32) -> i32;
            pub(super) fn get_output(
                context: u32,
                index: u32,
                buffer: *mut u8,
                buffer_length: usize,
                written: *mut usize,
            ) -> i32;
        }
    }

    fn check(errno: i32) -> Result<(), i32> {
        if errno == 0 {
            Ok(())
        } else {
            Err(errno)
        }
    }

    pub(super) fn load_by_name(name: &str) -> Result<u32, i32> {
        let mut graph = 0;
        // SAFETY: the host reads the name and writes one u32, both alive during the call.
        check(unsafe { imports::load_by_name(name.as_ptr(), name.len(), &mut graph) })
            .map(|()| graph)
    }

    pub(super) fn init_execution_context(graph: u32) -> Result<u32, i32> {
        let mut context = 0;
        // SAFETY: the host writes one u32, alive during the call.
        check(unsafe { imports::init_execution_context(graph, &mut context) }).map(|()| context)
    }

    pub(super) fn set_input(
        context: u32,
        index: u32,
        shape: &[u32],
        element_type: TensorType,
        data: &[u8],
    ) -> Result<(), i32> {
        let tensor = Tensor {
            dimensions: shape.as_ptr(),
            dimensions_length: shape.len(),
            element_type: element_type as u8,
            data: data.as_ptr(),
            data_length: data.len(),
        };
        // SAFETY: the host reads the tensor and the two slices, all alive during the call.
        check(unsafe { imports::set_input(context, index, &tensor) })
    }

    pub(super) fn compute(context: u32) -> Result<(), i32> {
        // SAFETY: no memory of ours is concerned.
        check(unsafe { imports::compute(context) })
    }

    pub(super) fn get_output(context: u32, index: u32, buffer: &mut [u8]) -> Result<usize, i32> {
        let mut written = 0;
        // SAFETY: the host writes at most the buffer's length and one usize, both alive during the
        // call.
        check(unsafe {
            imports::get_output(context, index, buffer.as_mut_ptr(), buffer.len(), &mut written)
        })
        .map(|()| written)
    }
}

/// Outside of WebAssembly there is no host to ask: every function is an unsupported operation.
#[cfg(not(target_family = "wasm"))]
mod interface {
    use super::TensorType;

    const UNSUPPORTED_OPERATION: i32 = 6;

    pub(super) fn load_by_name(_name: &str) -> Result<u32, i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(super) fn init_execution_context(_graph: u32) -> Result<u32, i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(super) fn set_input(
        _context: u32,
        _index: u32,
        _shape: &[u32],
        _element_type: TensorType,
        _data: &[u8],
    ) -> Result<(), i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(super) fn compute(_context: u32) -> Result<(), i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(super) fn get_output(_context: u32, _index: u32, _buffer: &mut [u8]) -> Result<usize, i32> {
        Err(UNSUPPORTED_OPERATION)
    }
}
