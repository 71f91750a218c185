//! Why a file does not become a picture.

use std::fmt;

/// The file is damaged, truncated, of a kind of JPEG that is not decoded, or asks for too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub(crate) String);

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
