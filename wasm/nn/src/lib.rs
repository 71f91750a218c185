//! The host's models, through wasi-nn (`wasi_ephemeral_nn`) as WasmEdge numbers it.
//!
//! Nothing is given back by itself: a guest imports only the functions that it calls, and most end
//! with their answer.

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
    /// Bytes, unsigned. Elements that the interface has no number for (int8, int16, bool) travel
    /// under this one, byte for byte.
    U8 = 3,
    /// 32-bit integers, signed.
    I32 = 4,
    /// 64-bit integers, signed.
    I64 = 5,
}

/// A function of the host that refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// Its name.
    pub function: &'static str,
    /// The witx enum `nn_errno`.
    pub errno: i32,
}

impl Error {
    /// The errno of a buffer that is too small, and of all other arguments that do not fit.
    pub const INVALID_ARGUMENT: i32 = 1;
    /// The errno of what is larger than the host allows.
    pub const TOO_LARGE: i32 = 7;
    /// The errno of a model that the host does not have.
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

/// A model, of the host or of the guest's own.
#[derive(Debug, Clone, Copy)]
pub struct Graph(u32);

impl Graph {
    /// The TensorFlow Lite model of these bytes, of which the host takes a copy.
    ///
    /// # Errors
    /// [`Error`], with [`Error::INVALID_ARGUMENT`] where it is none that the host takes from a guest.
    pub fn from_bytes(model: &[u8]) -> Result<Self, Error> {
        check("load", interface::load(model)).map(Self)
    }

    /// The model that the host calls `name`.
    ///
    /// # Errors
    /// [`Error`], with [`Error::NOT_FOUND`] where there is none.
    pub fn by_name(name: &str) -> Result<Self, Error> {
        check("load_by_name", interface::load_by_name(name)).map(Self)
    }

    /// The same with a configuration: JSON, as the host understands it.
    ///
    /// # Errors
    /// [`Error`]
    pub fn by_name_with_config(name: &str, config: &str) -> Result<Self, Error> {
        check("load_by_name_with_config", interface::load_by_name_with_config(name, config))
            .map(Self)
    }

    /// A use of the model, with inputs, outputs and state of its own.
    ///
    /// # Errors
    /// [`Error`]
    pub fn session(self) -> Result<Session, Error> {
        check("init_execution_context", interface::init_execution_context(self.0)).map(Session)
    }
}

/// A use of a model (wasi-nn: execution context).
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
    /// [`Error`], also where the buffer is too small: nothing is truncated.
    ///
    /// Returns its size in bytes.
    pub fn output(&self, index: u32, buffer: &mut [u8]) -> Result<usize, Error> {
        check("get_output", interface::get_output(self.0, index, buffer))
    }

    /// Has the host forget it.
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
