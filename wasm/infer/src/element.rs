//! The elements of tensors, by the names that the host has for their types.

use nn::TensorType;

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    Float16,
    Float32,
    Float64,
    Uint8,
    Int8,
    Int16,
    Int32,
    Int64,
    Bool,
}

impl Element {
    /// The type of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "float16" => Self::Float16,
            "float32" => Self::Float32,
            "float64" => Self::Float64,
            "uint8" => Self::Uint8,
            "int8" => Self::Int8,
            "int16" => Self::Int16,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "bool" => Self::Bool,
            _ => return None,
        })
    }

    /// Bytes of one.
    pub fn size(self) -> usize {
        match self {
            Self::Uint8 | Self::Int8 | Self::Bool => 1,
            Self::Float16 | Self::Int16 => 2,
            Self::Float32 | Self::Int32 => 4,
            Self::Float64 | Self::Int64 => 8,
        }
    }

    /// How it travels: types that wasi-nn has no number for go as bytes.
    pub fn tensor_type(self) -> TensorType {
        match self {
            Self::Float16 => TensorType::F16,
            Self::Float32 => TensorType::F32,
            Self::Float64 => TensorType::F64,
            Self::Int32 => TensorType::I32,
            Self::Int64 => TensorType::I64,
            Self::Uint8 | Self::Int8 | Self::Int16 | Self::Bool => TensorType::U8,
        }
    }
}
