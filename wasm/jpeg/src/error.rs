//! Why a file does not become a picture.

use std::fmt;

/// The file is damaged, truncated, of a kind of JPEG that is not decoded, or asks for too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(pub(crate) String);

impl Error {
    /// What is wrong, as half a sentence.
    #[must_use]
    pub fn new(message: String) -> Self {
        Self(message)
    }

    /// The picture is larger than its caller takes. Both names of the option are told, since here nobody knows
    /// which way it came.
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
