//! Decodes a JPEG to a picture of a wanted size: quickly, since what the size has no use for is
//! passed over, and within bounds of time and memory, whatever the file says.
//!
//! Two decoders share the work. [`fast`] takes what cameras, phones and most programs write, and
//! gives everything else back; [`general`] decodes the rest with the crate `jpeg-decoder`, behind
//! [`survey`] and [`guarded`], which see to the bounds. README.md has both in numbers.

#[cfg(test)]
mod bit_writer;
pub mod colours;
mod damaged;
mod error;
pub mod exif;
pub mod fast;
mod fit;
pub mod general;
pub mod guarded;
mod lanes;
pub mod picture;
pub mod resize;
mod scale;
pub mod segments;
pub mod survey;

pub use damaged::Damaged;
pub use error::Error;
pub use fit::{Fit, Window};
pub use picture::{Channels, Decoded, Picture};

use exif::Orientation;
use survey::Survey;

/// Decodes a JPEG of 8 bits (greyscale, YCbCr, RGB, CMYK or YCCK; sequential or progressive) to a
/// picture of exactly `width` × `height` (each 1 or more), as it is to be seen: Exif's orientation
/// is applied. `fit` says which part of the picture it shows.
///
/// The marker of the picture's end may be missing, and restart markers may be lost, doubled or
/// misnumbered ([`Picture::is_damaged`] says so then). Other damage is an error: see [`salvage`].
///
/// # Errors
/// An [`Error`] if the file is damaged, truncated, of another kind of JPEG (lossless, arithmetic
/// coding, 12 bits, hierarchical), has more than `max_pixels` pixels, or takes more work or memory
/// than [`survey::Survey`] allows.
///
/// # Panics
/// If a side is 0.
pub fn decode(
    jpeg: &[u8],
    width: u16,
    height: u16,
    fit: Fit,
    max_pixels: u64,
) -> Result<Picture, Error> {
    decode_as(jpeg, (width, height), fit, max_pixels, Damaged::Refuse)
}

/// By the first of the decoders that takes it.
fn decode_as(
    jpeg: &[u8],
    wanted: (u16, u16),
    fit: Fit,
    max_pixels: u64,
    damaged: Damaged,
) -> Result<Picture, Error> {
    let decoded = fast::decode(jpeg, wanted, fit, max_pixels, damaged)
        .or_else(|| fast::progressive::decode(jpeg, wanted, fit, max_pixels, damaged))
        .map_or_else(|| general::decode_to(jpeg, wanted, fit, max_pixels, damaged), Ok)?;
    Ok(decoded.picture.turned(decoded.orientation))
}

/// Decodes what there is of a damaged JPEG, as [`decode`] decodes a sound one: data may be missing, at the end above
/// all. What is missing is grey, or of a progressive picture coarser than the rest. [`Picture::is_damaged`] says
/// whether any is.
///
/// # Errors
/// As [`decode`], which is tried first. Of a damaged file nothing is decoded without all headers before the data.
///
/// # Panics
/// If a side is 0.
pub fn salvage(
    jpeg: &[u8],
    width: u16,
    height: u16,
    fit: Fit,
    max_pixels: u64,
) -> Result<Picture, Error> {
    let refused = match decode(jpeg, width, height, fit, max_pixels) {
        Ok(picture) => return Ok(picture),
        Err(refused) => refused,
    };
    // Even of missing data, the pixels are made.
    if Survey::of(jpeg).check(max_pixels).is_err() {
        return Err(refused);
    }
    decode_as(jpeg, (width, height), fit, max_pixels, Damaged::Accept).or(Err(refused))
}

/// Width and height of a JPEG in pixels, as it is to be seen: Exif's orientation is applied.
///
/// # Errors
/// An [`Error`] if it has no frame header that could be read.
pub fn size(jpeg: &[u8]) -> Result<(u16, u16), Error> {
    let survey = Survey::of(jpeg);
    let (width, height) =
        survey.size().ok_or_else(|| Error("the JPEG picture has no frame header".into()))?;
    let orientation = survey.exif().map_or(Orientation::Upright, exif::orientation);
    Ok(if orientation.swaps_sides() { (height, width) } else { (width, height) })
}
