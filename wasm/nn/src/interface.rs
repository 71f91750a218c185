//! The functions of the host, with Rust's types.

#[cfg(target_family = "wasm")]
pub(crate) use imported::*;
#[cfg(not(target_family = "wasm"))]
pub(crate) use missing::*;

#[cfg(target_family = "wasm")]
mod imported {
    use crate::TensorType;

    /// The layout of the interface: offsets 0, 4, 8, 12 and 16.
    #[repr(C)]
    struct Tensor {
        dimensions: *const u32,
        dimensions_length: usize,
        element_type: u8,
        data: *const u8,
        data_length: usize,
    }

    #[repr(C)]
    struct Bytes {
        data: *const u8,
        length: usize,
    }

    mod imports {
        use super::{Bytes, Tensor};

        #[link(wasm_import_module = "wasi_ephemeral_nn")]
        extern "C" {
            pub(super) fn load(
                builders: *const Bytes,
                builders_length: usize,
                encoding: u32,
                target: u32,
                graph: *mut u32,
            ) -> i32;
            pub(super) fn load_by_name(name: *const u8, name_length: usize, graph: *mut u32)
                -> i32;
            pub(super) fn load_by_name_with_config(
                name: *const u8,
                name_length: usize,
                config: *const u8,
                config_length: usize,
                graph: *mut u32,
            ) -> i32;
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
            pub(super) fn finalize_execution_context(context: u32) -> i32;
        }
    }

    fn check(errno: i32) -> Result<(), i32> {
        if errno == 0 {
            Ok(())
        } else {
            Err(errno)
        }
    }

    pub(crate) fn load(model: &[u8]) -> Result<u32, i32> {
        const TENSORFLOW_LITE: u32 = 4;
        const PROCESSOR: u32 = 0;
        let bytes = Bytes { data: model.as_ptr(), length: model.len() };
        let mut graph = 0;
        // SAFETY: the host reads the list of one element, and its bytes, and writes one u32; all
        // are alive during the call.
        check(unsafe { imports::load(&bytes, 1, TENSORFLOW_LITE, PROCESSOR, &mut graph) })
            .map(|()| graph)
    }

    pub(crate) fn load_by_name(name: &str) -> Result<u32, i32> {
        let mut graph = 0;
        // SAFETY: the host reads the name and writes one u32; both are alive during the call.
        check(unsafe { imports::load_by_name(name.as_ptr(), name.len(), &mut graph) })
            .map(|()| graph)
    }

    pub(crate) fn load_by_name_with_config(name: &str, config: &str) -> Result<u32, i32> {
        let mut graph = 0;
        // SAFETY: the host reads both texts and writes one u32; all are alive during the call.
        check(unsafe {
            imports::load_by_name_with_config(
                name.as_ptr(),
                name.len(),
                config.as_ptr(),
                config.len(),
                &mut graph,
            )
        })
        .map(|()| graph)
    }

    pub(crate) fn init_execution_context(graph: u32) -> Result<u32, i32> {
        let mut context = 0;
        // SAFETY: the host writes one u32, which is alive during the call.
        check(unsafe { imports::init_execution_context(graph, &mut context) }).map(|()| context)
    }

    pub(crate) fn set_input(
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
        // SAFETY: the host reads the tensor and the two slices; all are alive during the call.
        check(unsafe { imports::set_input(context, index, &tensor) })
    }

    pub(crate) fn compute(context: u32) -> Result<(), i32> {
        // SAFETY: the call does not access our memory.
        check(unsafe { imports::compute(context) })
    }

    pub(crate) fn get_output(context: u32, index: u32, buffer: &mut [u8]) -> Result<usize, i32> {
        let mut written = 0;
        // SAFETY: the host writes at most the buffer's length and one usize; both are alive during
        // the call.
        check(unsafe {
            imports::get_output(context, index, buffer.as_mut_ptr(), buffer.len(), &mut written)
        })
        .map(|()| written)
    }

    pub(crate) fn finalize_execution_context(context: u32) -> Result<(), i32> {
        // SAFETY: the call does not access our memory.
        check(unsafe { imports::finalize_execution_context(context) })
    }
}

/// Outside WebAssembly there is no host: every function is an unsupported operation.
#[cfg(not(target_family = "wasm"))]
mod missing {
    use crate::TensorType;

    const UNSUPPORTED_OPERATION: i32 = 6;

    pub(crate) fn load(_model: &[u8]) -> Result<u32, i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(crate) fn load_by_name(_name: &str) -> Result<u32, i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(crate) fn load_by_name_with_config(_name: &str, _config: &str) -> Result<u32, i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(crate) fn init_execution_context(_graph: u32) -> Result<u32, i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(crate) fn set_input(
        _context: u32,
        _index: u32,
        _shape: &[u32],
        _element_type: TensorType,
        _data: &[u8],
    ) -> Result<(), i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(crate) fn compute(_context: u32) -> Result<(), i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(crate) fn get_output(_context: u32, _index: u32, _buffer: &mut [u8]) -> Result<usize, i32> {
        Err(UNSUPPORTED_OPERATION)
    }

    pub(crate) fn finalize_execution_context(_context: u32) -> Result<(), i32> {
        Err(UNSUPPORTED_OPERATION)
    }
}
