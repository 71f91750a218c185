//! The host's models, through wasi-nn (`wasi_ephemeral_nn`) with WasmEdge's numbers.
//!
//! Nothing is released automatically: a guest imports only the functions that it calls, and most
//! guests end with their answer.

use std::fmt;

mod interface;

/// The number of a tensor's element type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TensorType {
    /// 16-bit floating point.
    F16 = 0,
    /// 32-bit floating point.
    F32 = 1,
    /// 64-bit floating point.
    F64 = 2,
    /// Unsigned bytes. Elements without a number in the interface (int8, int16, bool) are passed
    /// under this one, byte for byte.
    U8 = 3,
    /// 32-bit integers, signed.
    I32 = 4,
    /// 64-bit integers, signed.
    I64 = 5,
}

/// A host function that returned an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// Its name.
    pub function: &'static str,
    /// The witx enum `nn_errno`.
    pub errno: i32,
}

impl Error {
    /// The errno for a buffer that is too small, and for all other invalid arguments.
    pub const INVALID_ARGUMENT: i32 = 1;
    /// The errno for something larger than the host allows.
    pub const TOO_LARGE: i32 = 7;
    /// The errno for a model that the host does not have.
    pub const NOT_FOUND: i32 = 8;
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, errno } = self;
        let meaning = match *errno {
            Self::INVALID_ARGUMENT => "invalid argument",
            2 => "invalid encoding",
            3 => "missing memory",
            4 => "busy",
            5 => "runtime error",
            6 => "unsupported operation",
            Self::TOO_LARGE => "too large",
            Self::NOT_FOUND => "not found",
            _ => "unknown error",
        };
        write!(formatter, "{function}: errno {errno} ({meaning})")
    }
}

impl std::error::Error for Error {}

/// A model of the host, or of the guest itself.
#[derive(Debug, Clone, Copy)]
pub struct Graph(u32);

impl Graph {
    /// The TensorFlow Lite model in these bytes, which the host copies.
    ///
    /// # Errors
    /// [`Error`], with [`Error::INVALID_ARGUMENT`] if the host does not accept it from a guest.
    pub fn from_bytes(model: &[u8]) -> Result<Self, Error> {
        check("load", interface::load(model)).map(Self)
    }

    /// The host's model `name`.
    ///
    /// # Errors
    /// [`Error`], with [`Error::NOT_FOUND`] if there is none.
    pub fn by_name(name: &str) -> Result<Self, Error> {
        check("load_by_name", interface::load_by_name(name)).map(Self)
    }

    /// The same with a configuration: JSON in the host's format.
    ///
    /// # Errors
    /// [`Error`]
    pub fn by_name_with_config(name: &str, config: &str) -> Result<Self, Error> {
        check("load_by_name_with_config", interface::load_by_name_with_config(name, config))
            .map(Self)
    }

    /// Opens a session of the model, with its own inputs, outputs and state.
    ///
    /// # Errors
    /// [`Error`]
    pub fn session(self) -> Result<Session, Error> {
        check("init_execution_context", interface::init_execution_context(self.0)).map(Session)
    }
}

/// A session of a model (wasi-nn: execution context).
#[derive(Debug)]
pub struct Session(u32);

impl Session {
    /// Copies an input to the host.
    ///
    /// # Errors
    /// [`Error`]
    pub fn set_input(
        &mut self,
        index: u32,
        shape: &[u32],
        element_type: TensorType,
        data: &[u8],
    ) -> Result<(), Error> {
        check("set_input", interface::set_input(self.0, index, shape, element_type, data))
    }

    /// Runs the model on its inputs.
    ///
    /// # Errors
    /// [`Error`]
    pub fn compute(&mut self) -> Result<(), Error> {
        check("compute", interface::compute(self.0))
    }

    /// Copies an output of the last run into `buffer`.
    ///
    /// # Errors
    /// [`Error`], also if the buffer is too small: nothing is truncated.
    ///
    /// Returns its size in bytes.
    pub fn output(&self, index: u32, buffer: &mut [u8]) -> Result<usize, Error> {
        check("get_output", interface::get_output(self.0, index, buffer))
    }

    /// Releases it in the host.
    ///
    /// # Errors
    /// [`Error`]
    pub fn close(self) -> Result<(), Error> {
        check("finalize_execution_context", interface::finalize_execution_context(self.0))
    }
}

fn check<T>(function: &'static str, result: Result<T, i32>) -> Result<T, Error> {
    result.map_err(|errno| Error { function, errno })
}
