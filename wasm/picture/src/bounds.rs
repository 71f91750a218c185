//! What a file may require, checked before it is decoded: its number of pixels, also in relation to
//! its size.
//!
//! Compression is unlimited: a few bytes can stand for any number of identical pixels. What is
//! rejected here is beyond what programs make of photographs and screenshots: a picture with more
//! than [`SMALL_PICTURE`] pixels has at most [`PIXELS_PER_BYTE`] for each byte of its data.

use jpeg::Error;

/// Pixels that any picture may have, whatever its size in bytes: as many as a small JPEG.
pub const SMALL_PICTURE: u64 = 64 * jpeg::survey::SMALL_PICTURE;

/// Pixels per byte of a larger picture's data. PNG's Deflate expands a byte to at most 1,032.
pub const PIXELS_PER_BYTE: u64 = 1024;

/// The most bytes in use at a time, as for a JPEG.
pub const MAX_MEMORY: u64 = jpeg::survey::MAX_MEMORY;

/// Checks the picture's sides, and returns them.
///
/// # Errors
/// An [`Error`] for a side of 0 or of more than 65,535 pixels, and for more than `max_pixels` pixels.
pub fn check_sides(kind: &str, sides: (u32, u32), max_pixels: u64) -> Result<(u16, u16), Error> {
    let (width, height) = sides;
    let (Ok(narrow_width), Ok(narrow_height)) = (u16::try_from(width), u16::try_from(height))
    else {
        return Err(Error::new(format!(
            "the picture has {width} x {height} pixels, the limit is 65535 per side"
        )));
    };
    if width == 0 || height == 0 {
        return Err(Error::new(format!(
            "the {kind} picture is damaged: its size is {width} x {height} pixels"
        )));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > max_pixels {
        return Err(Error::too_many_pixels(narrow_width, narrow_height, max_pixels));
    }
    Ok((narrow_width, narrow_height))
}

/// Checks that the picture's data, with this many bytes, suffice for its pixels.
///
/// # Errors
/// An [`Error`] that names both.
pub fn check_data(kind: &str, (width, height): (u16, u16), bytes: usize) -> Result<(), Error> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > SMALL_PICTURE.max(PIXELS_PER_BYTE.saturating_mul(bytes as u64)) {
        return Err(Error::new(format!(
            "the {kind} picture has {width} x {height} pixels in {bytes} bytes: more than \
             {PIXELS_PER_BYTE} for each are not decoded"
        )));
    }
    Ok(())
}

/// Checks that the memory does not exceed the limit.
///
/// # Errors
/// An [`Error`] that names both.
pub fn check_memory(bytes: u64) -> Result<(), Error> {
    if bytes > MAX_MEMORY {
        return Err(Error::new(format!(
            "the picture takes {bytes} bytes of memory to decode, the limit is {MAX_MEMORY}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_have_limits() {
        assert_eq!(check_sides("PNG", (65_535, 2), 131_070), Ok((65_535, 2)));
        let refused = |sides, most| check_sides("PNG", sides, most).unwrap_err().to_string();
        assert!(refused((65_536, 1), u64::MAX).contains("65536 x 1"));
        assert!(refused((0, 1), u64::MAX).contains("0 x 1"));
        assert!(refused((3, 4), 11).contains("3 x 4 = 12 pixels, the limit is 11"));
    }

    #[test]
    fn pixels_need_bytes() {
        assert!(check_data("GIF", (2048, 2048), 0).is_ok());
        assert!(check_data("GIF", (2048, 2049), 0).is_err());
        assert!(check_data("GIF", (2048, 2049), 4098).is_ok());
        assert!(check_data("GIF", (2048, 2049), 4097).is_err());
    }

    #[test]
    fn memory_has_a_limit() {
        assert!(check_memory(MAX_MEMORY).is_ok());
        assert!(check_memory(MAX_MEMORY + 1).is_err());
    }
}
