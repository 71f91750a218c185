//! The functions of `wasi_ephemeral_nn`. All return an errno, 0 being success.

/// Model bytes; offsets 0 and 4.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct GraphBuilder {
    pub(crate) data: *const u8,
    pub(crate) length: usize,
}

/// Offsets 0, 4, 8, 12 and 16.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Tensor {
    pub(crate) dimensions: *const u32,
    pub(crate) dimensions_length: usize,
    pub(crate) element_type: u8,
    pub(crate) data: *const u8,
    pub(crate) data_length: usize,
}

#[link(wasm_import_module = "wasi_ephemeral_nn")]
extern "C" {
    pub(crate) fn load(
        builders: *const GraphBuilder,
        builders_length: usize,
        encoding: u32,
        target: u32,
        graph: *mut u32,
    ) -> i32;
    pub(crate) fn load_by_name(name: *const u8, name_length: usize, graph: *mut u32) -> i32;
    pub(crate) fn load_by_name_with_config(
        name: *const u8,
        name_length: usize,
        config: *const u8,
        config_length: usize,
        graph: *mut u32,
    ) -> i32;
    pub(crate) fn init_execution_context(graph: u32, context: *mut u32) -> i32;
    pub(crate) fn set_input(context: u32, index: u32, tensor: *const Tensor) -> i32;
    pub(crate) fn compute(context: u32) -> i32;
    pub(crate) fn compute_single(context: u32) -> i32;
    pub(crate) fn get_output(
        context: u32,
        index: u32,
        buffer: *mut u8,
        buffer_length: usize,
        written: *mut usize,
    ) -> i32;
    pub(crate) fn get_output_single(
        context: u32,
        index: u32,
        buffer: *mut u8,
        buffer_length: usize,
        written: *mut usize,
    ) -> i32;
    pub(crate) fn fini_single(context: u32) -> i32;
    pub(crate) fn finalize_execution_context(context: u32) -> i32;
    pub(crate) fn unload(graph: u32) -> i32;
}
