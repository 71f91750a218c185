//! Decodes a picture of any of five formats to a picture of a wanted size, within bounds of time and
//! memory, whatever the file says.
//!
//! The format is told by the file's first bytes ([`format`]). JPEG is the crate [`jpeg`]'s. The others are
//! looked over before anything is decoded ([`bounds`]), and resampled while their rows appear ([`rows`]).
//! README.md has the bounds in numbers.

mod bmp;
pub mod bounds;
pub mod format;
mod gif;
mod png;
mod rows;
mod webp;

pub use format::Format;
pub use jpeg::{Channels, Error, Fit, Picture};

use jpeg::exif::Orientation;

/// Decodes a picture of 8 or 16 bits a channel to one of exactly `width` × `height` (each 1 or more), as it
/// is to be seen: Exif's orientation is applied, and what is transparent shows white. Of an animation it is
/// the first frame. `fit` says which part of the picture it shows.
///
/// # Errors
/// An [`Error`] if the file is none of the [`Format`]s, is damaged, truncated, of a kind that is not decoded,
/// has more than `max_pixels` pixels, or takes more work or memory than its bytes allow.
///
/// # Panics
/// If a side is 0.
pub fn decode(
    file: &[u8],
    width: u16,
    height: u16,
    fit: Fit,
    max_pixels: u64,
) -> Result<Picture, Error> {
    let wanted = Wanted { width, height, fit, max_pixels };
    match format::tell(file)? {
        Format::Jpeg => jpeg::decode(file, width, height, fit, max_pixels),
        Format::Png => png::decode(file, wanted),
        Format::WebP => webp::decode(file, wanted),
        Format::Gif => gif::decode(file, wanted),
        Format::Bmp => bmp::decode(file, wanted),
    }
}

/// As [`decode`], but of a damaged JPEG what there is: see [`jpeg::salvage`].
///
/// # Errors
/// As [`decode`].
///
/// # Panics
/// If a side is 0.
pub fn salvage(
    file: &[u8],
    width: u16,
    height: u16,
    fit: Fit,
    max_pixels: u64,
) -> Result<Picture, Error> {
    match format::tell(file)? {
        Format::Jpeg => jpeg::salvage(file, width, height, fit, max_pixels),
        _ => decode(file, width, height, fit, max_pixels),
    }
}

/// Width and height of a picture in pixels, as it is to be seen: Exif's orientation is applied.
///
/// # Errors
/// An [`Error`] if it has no header that could be read.
pub fn size(file: &[u8]) -> Result<(u16, u16), Error> {
    match format::tell(file)? {
        Format::Jpeg => jpeg::size(file),
        Format::Png => png::size(file),
        Format::WebP => webp::size(file),
        Format::Gif => gif::size(file),
        Format::Bmp => bmp::size(file),
    }
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// Pixels in a row, as seen.
    width: u16,
    /// Rows, as seen.
    height: u16,
    fit: Fit,
    /// The most pixels that the file may have.
    max_pixels: u64,
}

impl Wanted {
    /// The wanted sides of the stored picture.
    fn stored(self, orientation: Orientation) -> (u16, u16) {
        seen((self.width, self.height), orientation)
    }
}

/// The sides as they are seen; the other way round, too.
fn seen((width, height): (u16, u16), orientation: Orientation) -> (u16, u16) {
    if orientation.swaps_sides() {
        (height, width)
    } else {
        (width, height)
    }
}
