//! The host's functions, declared like in the crate `wasmedge_tensorflow_interface` 0.2. The crate
//! itself is not used: its sessions also import all of `wasmedge_tensorflow`, and it hides
//! failures.

/// A JPEG's pixels in the requested size: rows from the top, red, green, blue. Nothing if the host
/// cannot decode it.
#[must_use]
pub fn load_jpg_to_rgb8(jpeg: &[u8], width: u16, height: u16) -> Option<Vec<u8>> {
    let mut pixels = vec![0; usize::from(width) * usize::from(height) * 3];
    interface::load_jpg_to_rgb8(jpeg, width.into(), height.into(), &mut pixels).then_some(pixels)
}

/// A model that is ready to run; it is released when dropped.
#[derive(Debug)]
pub struct Session(u64);

impl Session {
    /// Passes the model to the host. Nothing if the host rejects it.
    #[must_use]
    pub fn new(model: &[u8]) -> Option<Self> {
        match interface::create_session(model) {
            0 => None,
            session => Some(Self(session)),
        }
    }

    /// Sets the input with this name, which must have exactly this size; otherwise the host ends
    /// this program, because the function has no result.
    pub fn append_input(&mut self, name: &str, bytes: &[u8]) {
        interface::append_input(self.0, name, bytes);
    }

    /// Whether the model ran.
    #[must_use]
    pub fn run(&mut self) -> bool {
        interface::run_session(self.0) == 0
    }

    /// The bytes of the output with this name. Nothing if there is no such output.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<Vec<u8>> {
        match interface::get_output_tensor(self.0, name) {
            0 => None,
            tensor => {
                let mut bytes = vec![0; interface::get_tensor_len(tensor)];
                interface::get_tensor_data(tensor, &mut bytes);
                Some(bytes)
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        interface::delete_session(self.0);
    }
}

#[cfg(target_family = "wasm")]
mod interface {
    mod tensorflow_lite {
        #[link(wasm_import_module = "wasmedge_tensorflowlite")]
        extern "C" {
            pub(in super::super) fn wasmedge_tensorflowlite_create_session(
                model: *const u8,
                model_length: usize,
            ) -> u64;
            pub(in super::super) fn wasmedge_tensorflowlite_delete_session(session: u64);
            pub(in super::super) fn wasmedge_tensorflowlite_run_session(session: u64) -> u32;
            pub(in super::super) fn wasmedge_tensorflowlite_get_output_tensor(
                session: u64,
                name: *const u8,
                name_length: usize,
            ) -> u64;
            pub(in super::super) fn wasmedge_tensorflowlite_get_tensor_len(tensor: u64) -> u32;
            pub(in super::super) fn wasmedge_tensorflowlite_get_tensor_data(
                tensor: u64,
                buffer: *mut u8,
            );
            pub(in super::super) fn wasmedge_tensorflowlite_append_input(
                session: u64,
                name: *const u8,
                name_length: usize,
                bytes: *const u8,
                bytes_length: usize,
            );
        }
    }

    mod image {
        #[link(wasm_import_module = "wasmedge_image")]
        extern "C" {
            pub(in super::super) fn wasmedge_image_load_jpg_to_rgb8(
                image: *const u8,
                image_length: usize,
                width: u32,
                height: u32,
                buffer: *mut u8,
            ) -> u32;
        }
    }

    /// `pixels` must have `width * height * 3` bytes.
    pub(super) fn load_jpg_to_rgb8(
        jpeg: &[u8],
        width: u32,
        height: u32,
        pixels: &mut [u8],
    ) -> bool {
        // SAFETY: the host reads the picture and writes width × height × 3 bytes; all of them are
        // alive during the call.
        let errno = unsafe {
            image::wasmedge_image_load_jpg_to_rgb8(
                jpeg.as_ptr(),
                jpeg.len(),
                width,
                height,
                pixels.as_mut_ptr(),
            )
        };
        errno == 0
    }

    pub(super) fn create_session(model: &[u8]) -> u64 {
        // SAFETY: the host reads the model, which is alive during the call, and keeps no pointer to
        // it.
        unsafe {
            tensorflow_lite::wasmedge_tensorflowlite_create_session(model.as_ptr(), model.len())
        }
    }

    pub(super) fn delete_session(session: u64) {
        // SAFETY: the call does not access our memory.
        unsafe { tensorflow_lite::wasmedge_tensorflowlite_delete_session(session) }
    }

    pub(super) fn run_session(session: u64) -> u32 {
        // SAFETY: the call does not access our memory.
        unsafe { tensorflow_lite::wasmedge_tensorflowlite_run_session(session) }
    }

    pub(super) fn get_output_tensor(session: u64, name: &str) -> u64 {
        // SAFETY: the host reads the name, which is alive during the call.
        unsafe {
            tensorflow_lite::wasmedge_tensorflowlite_get_output_tensor(
                session,
                name.as_ptr(),
                name.len(),
            )
        }
    }

    pub(super) fn get_tensor_len(tensor: u64) -> usize {
        // SAFETY: the call does not access our memory.
        unsafe { tensorflow_lite::wasmedge_tensorflowlite_get_tensor_len(tensor) as usize }
    }

    /// `buffer` must have the tensor's length.
    pub(super) fn get_tensor_data(tensor: u64, buffer: &mut [u8]) {
        // SAFETY: the host writes the tensor's bytes, and the buffer has that size.
        unsafe {
            tensorflow_lite::wasmedge_tensorflowlite_get_tensor_data(tensor, buffer.as_mut_ptr());
        }
    }

    pub(super) fn append_input(session: u64, name: &str, bytes: &[u8]) {
        // SAFETY: the host reads both slices, which are alive during the call, and keeps no pointer
        // to them.
        unsafe {
            tensorflow_lite::wasmedge_tensorflowlite_append_input(
                session,
                name.as_ptr(),
                name.len(),
                bytes.as_ptr(),
                bytes.len(),
            );
        }
    }
}

/// Outside WebAssembly there is no host: everything is rejected.
#[cfg(not(target_family = "wasm"))]
mod interface {
    pub(super) fn load_jpg_to_rgb8(_: &[u8], _: u32, _: u32, _: &mut [u8]) -> bool {
        false
    }

    pub(super) fn create_session(_: &[u8]) -> u64 {
        0
    }

    pub(super) fn delete_session(_: u64) {}

    pub(super) fn run_session(_: u64) -> u32 {
        1
    }

    pub(super) fn get_output_tensor(_: u64, _: &str) -> u64 {
        0
    }

    pub(super) fn get_tensor_len(_: u64) -> usize {
        0
    }

    pub(super) fn get_tensor_data(_: u64, _: &mut [u8]) {}

    pub(super) fn append_input(_: u64, _: &str, _: &[u8]) {}
}
