//! Decodes a JPEG to a picture of a wanted size: quickly, since what the size does not need is
//! skipped, and within limits on time and memory, whatever the file contains.
//!
//! Two decoders share the work. [`fast`] handles what cameras, phones and most programs write, and
//! returns nothing for anything else; [`general`] decodes the rest with the crate `jpeg-decoder`,
//! behind [`survey`] and [`guarded`], which enforce the limits. README.md has measurements of both.

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

/// Decodes an 8-bit JPEG (greyscale, YCbCr, RGB, CMYK or YCCK; sequential or progressive) to a
/// picture of exactly `width` × `height` (each at least 1), upright: Exif's orientation is applied.
/// `fit` determines which part of the picture is shown.
///
/// The marker of the end of the picture may be missing, and restart markers may be lost, duplicate
/// or misnumbered ([`Picture::is_damaged`] reports this). Other damage is an error: see
/// [`salvage`].
///
/// # Errors
/// An [`Error`] if the file is damaged, truncated, another kind of JPEG (lossless, arithmetic
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

/// With the first of the decoders that supports it.
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

/// Decodes what there is of a damaged JPEG, as [`decode`] decodes an intact one: data may be
/// missing, above all at the end. Missing parts are grey or, in a progressive picture, coarser than
/// the rest. [`Picture::is_damaged`] says whether there are any.
///
/// # Errors
/// Like [`decode`], which is tried first. Nothing is decoded from a damaged file unless all headers
/// before the data are there.
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
    // Missing data still produce pixels.
    if Survey::of(jpeg).check(max_pixels).is_err() {
        return Err(refused);
    }
    decode_as(jpeg, (width, height), fit, max_pixels, Damaged::Accept).or(Err(refused))
}

/// Width and height of a JPEG in pixels, upright: Exif's orientation is applied.
///
/// # Errors
/// An [`Error`] if it has no readable frame header.
pub fn size(jpeg: &[u8]) -> Result<(u16, u16), Error> {
    let survey = Survey::of(jpeg);
    let (width, height) =
        survey.size().ok_or_else(|| Error("the JPEG picture has no frame header".into()))?;
    let orientation = survey.exif().map_or(Orientation::Upright, exif::orientation);
    Ok(if orientation.swaps_sides() { (height, width) } else { (width, height) })
}
