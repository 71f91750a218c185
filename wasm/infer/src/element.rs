//! The elements of tensors, by the host's names for their types.

use nn::TensorType;

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    Float16,
    Float32,
    Float64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Int8,
    Int16,
    Int32,
    Int64,
    Bool,
    /// A 32-bit real and a 32-bit imaginary part.
    Complex64,
}

impl Element {
    /// The type with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "float16" => Self::Float16,
            "float32" => Self::Float32,
            "float64" => Self::Float64,
            "uint8" => Self::Uint8,
            "uint16" => Self::Uint16,
            "uint32" => Self::Uint32,
            "uint64" => Self::Uint64,
            "int8" => Self::Int8,
            "int16" => Self::Int16,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "bool" => Self::Bool,
            "complex64" => Self::Complex64,
            _ => return None,
        })
    }

    /// The size of one element, in bytes.
    pub fn size(self) -> usize {
        match self {
            Self::Uint8 | Self::Int8 | Self::Bool => 1,
            Self::Float16 | Self::Uint16 | Self::Int16 => 2,
            Self::Float32 | Self::Uint32 | Self::Int32 => 4,
            Self::Float64 | Self::Uint64 | Self::Int64 | Self::Complex64 => 8,
        }
    }

    /// The type for transfer: types without a number in wasi-nn are passed as bytes.
    pub fn tensor_type(self) -> TensorType {
        match self {
            Self::Float16 => TensorType::F16,
            Self::Float32 => TensorType::F32,
            Self::Float64 => TensorType::F64,
            Self::Int32 => TensorType::I32,
            Self::Int64 => TensorType::I64,
            Self::Uint8
            | Self::Uint16
            | Self::Uint32
            | Self::Uint64
            | Self::Int8
            | Self::Int16
            | Self::Bool
            | Self::Complex64 => TensorType::U8,
        }
    }
}
