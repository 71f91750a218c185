//! Why a file cannot be decoded.

use std::fmt;

/// The file is damaged, truncated, an unsupported kind of JPEG, or requires too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub(crate) String);

impl Error {
    /// What is wrong, as half a sentence.
    #[must_use]
    pub fn new(message: String) -> Self {
        Self(message)
    }

    /// The picture is larger than the caller accepts. The message has both names of the option,
    /// since it is not known here which one was used.
    #[must_use]
    pub fn too_many_pixels(width: u16, height: u16, max_pixels: u64) -> Self {
        let pixels = u64::from(width) * u64::from(height);
        Self(format!(
            "the picture has {width} x {height} = {pixels} pixels, the limit is {max_pixels} \
             (maxPixels, --max-pixels)"
        ))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
