//! Decodes a picture in one of five formats to a picture of a wanted size, within limits on time
//! and memory, whatever the file contains.
//!
//! The format is determined from the file's first bytes ([`format`]). The crate [`jpeg`] decodes
//! JPEG. The others are checked before anything is decoded ([`bounds`]), and resampled as their
//! rows appear ([`rows`]). README.md has the limits.

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

/// Decodes a picture with 8 or 16 bits per channel to one of exactly `width` × `height` (each at
/// least 1), upright: Exif's orientation is applied, and transparent parts are white. Of an
/// animation, the first frame is used. `fit` determines which part of the picture is shown.
///
/// # Errors
/// An [`Error`] if the file is not in one of the [`Format`]s, is damaged, truncated, of an
/// unsupported kind, has more than `max_pixels` pixels, or takes more work or memory than its size
/// allows.
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

/// Like [`decode`], but decodes what there is of a damaged JPEG: see [`jpeg::salvage`].
///
/// # Errors
/// Like [`decode`].
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

/// Width and height of a picture in pixels, upright: Exif's orientation is applied.
///
/// # Errors
/// An [`Error`] if it has no readable header.
pub fn size(file: &[u8]) -> Result<(u16, u16), Error> {
    match format::tell(file)? {
        Format::Jpeg => jpeg::size(file),
        Format::Png => png::size(file),
        Format::WebP => webp::size(file),
        Format::Gif => gif::size(file),
        Format::Bmp => bmp::size(file),
    }
}

/// The wanted result.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// Pixels per row, upright.
    width: u16,
    /// Rows, upright.
    height: u16,
    fit: Fit,
    /// The maximum number of pixels in the file.
    max_pixels: u64,
}

impl Wanted {
    /// The wanted sides of the stored picture.
    fn stored(self, orientation: Orientation) -> (u16, u16) {
        seen((self.width, self.height), orientation)
    }
}

/// Converts between the sides as stored and upright, in either direction.
fn seen((width, height): (u16, u16), orientation: Orientation) -> (u16, u16) {
    if orientation.swaps_sides() {
        (height, width)
    } else {
        (width, height)
    }
}
