//! JPEG decoding inside the sandbox, at no more than the resolution that is needed.

use crate::exif::{self, Orientation};
use crate::failure::Failure;
use crate::picture::{Channels, Picture};
use jpeg_decoder::{CodingProcess, Decoder, Error, PixelFormat};

/// A decoded picture and how it wants to be turned; it is turned after resizing, when it is small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The pixels as they are stored in the file, perhaps at 1/2, 1/4 or 1/8 of the size.
    pub picture: Picture,
    /// What Exif metadata say about how the picture is to be seen.
    pub orientation: Orientation,
}

/// Decodes a baseline or progressive JPEG of 8 bits: greyscale, YCbCr, RGB, CMYK or YCCK.
///
/// The decoder can compute each 8 × 8 block at 1, 2, 4 or 8 pixels a side, which costs less the fewer they are.
/// The smallest size is taken that still covers about `width` × `height` (as seen, after turning).
/// CMYK is taken as Adobe's inverted form, as all common readers do.
///
/// # Errors
/// [`Failure::Data`] if the file is damaged, truncated, of another kind of JPEG (lossless, arithmetic coding,
/// 12 bits, hierarchical), or has more than `max_pixels` pixels, which is found before memory is taken for them.
pub fn decode(jpeg: &[u8], width: u16, height: u16, max_pixels: u64) -> Result<Decoded, Failure> {
    let mut decoder = Decoder::new(jpeg);
    decoder.read_info().map_err(|error| damaged(&error))?;
    let full = decoder.info().ok_or_else(|| data("the JPEG picture has no frame header".into()))?;
    let pixels = u64::from(full.width) * u64::from(full.height);
    if pixels > max_pixels {
        return Err(data(format!(
            "the picture has {} x {} = {pixels} pixels, the limit is {max_pixels}",
            full.width, full.height
        )));
    }
    if full.coding_process == CodingProcess::Lossless {
        return Err(data(
            "lossless JPEG is not supported; expected baseline or progressive".into(),
        ));
    }

    let (width, height) =
        if exif_orientation(&decoder).swaps_sides() { (height, width) } else { (width, height) };
    let eighths = scale_for((full.width, full.height), (width, height));
    let (request_width, request_height) = scale_request((full.width, full.height), eighths);
    let (width, height) =
        decoder.scale(request_width, request_height).map_err(|error| damaged(&error))?;
    let samples = decoder.decode().map_err(|error| damaged(&error))?;

    let (width, height) = (usize::from(width), usize::from(height));
    let (channels, samples) = match full.pixel_format {
        PixelFormat::L8 => (Channels::Grey, samples),
        PixelFormat::RGB24 => (Channels::Rgb, samples),
        PixelFormat::CMYK32 => (Channels::Rgb, cmyk_to_rgb(samples)),
        PixelFormat::L16 => return Err(data("JPEG of more than 8 bits is not supported".into())),
    };
    if Some(samples.len())
        != width.checked_mul(height).and_then(|n| n.checked_mul(channels.count()))
    {
        return Err(data("the JPEG picture is damaged: its size and its pixels disagree".into()));
    }
    Ok(Decoded {
        picture: Picture { width, height, channels, samples },
        // Asked again: metadata may stand behind the frame header.
        orientation: exif_orientation(&decoder),
    })
}

fn data(message: String) -> Failure {
    Failure::Data(message)
}

fn damaged(error: &Error) -> Failure {
    data(match error {
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            "the JPEG picture is truncated".into()
        }
        Error::Unsupported(feature) => format!("this kind of JPEG is not supported: {feature:?}"),
        Error::Format(reason) => format!("the JPEG picture is damaged: {reason}"),
        other => format!("the JPEG picture cannot be decoded: {other}"),
    })
}

fn exif_orientation(decoder: &Decoder<&[u8]>) -> Orientation {
    decoder.exif_data().map_or(Orientation::Upright, exif::orientation)
}

/// The length of a side of `full` pixels when each block of 8 becomes `eighths` pixels.
fn scaled(full: u16, eighths: u16) -> u32 {
    (u32::from(full) * u32::from(eighths)).div_ceil(8)
}

/// How many pixels a side (1, 2, 4 or 8) each block of 8 × 8 is decoded to: the fewest that leave at least 15/16
/// of each wanted side.
///
/// A sixteenth is enlarged without loss that could be measured (less than the scaled decoding itself makes), and
/// pictures of 1280 × 720 need a quarter of the pixels for an input of 192 × 192. The decoder's own choice is
/// content when one side is large enough, which leaves too little of a panorama.
fn scale_for(full: (u16, u16), wanted: (u16, u16)) -> u16 {
    let covers =
        |full: u16, wanted: u16, eighths: u16| scaled(full, eighths) * 16 >= u32::from(wanted) * 15;
    [1, 2, 4]
        .into_iter()
        .find(|&eighths| covers(full.0, wanted.0, eighths) && covers(full.1, wanted.1, eighths))
        .unwrap_or(8)
}

/// The size to request so that the decoder chooses exactly `eighths`.
///
/// It takes the smallest scale at which one of the sides reaches the request. So the longer side alone is asked
/// for, at its exact scaled length, and the other can never be reached. Below 8 pixels the scaled lengths of
/// several scales coincide: such a picture is decoded whole.
fn scale_request(full: (u16, u16), eighths: u16) -> (u16, u16) {
    let longer = full.0.max(full.1);
    if eighths == 8 || longer < 8 {
        return (u16::MAX, u16::MAX);
    }
    let length = u16::try_from(scaled(longer, eighths)).unwrap_or(u16::MAX);
    if full.0 >= full.1 {
        (length, u16::MAX)
    } else {
        (u16::MAX, length)
    }
}

/// The decoder hands out ink: 0 is none, 255 is full.
fn cmyk_to_rgb(mut samples: Vec<u8>) -> Vec<u8> {
    let pixels = samples.len() / 4;
    for pixel in 0..pixels {
        let light = 255 - u32::from(samples[4 * pixel + 3]);
        for channel in 0..3 {
            let colour = 255 - u32::from(samples[4 * pixel + channel]);
            // Writing never overtakes reading: 3 bytes replace 4. Rounded, and at most 255.
            samples[3 * pixel + channel] = ((colour * light + 127) / 255) as u8;
        }
    }
    samples.truncate(3 * pixels);
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_covers_both_sides() {
        assert_eq!(scale_for((1280, 720), (128, 128)), 2);
        assert_eq!(scale_for((1280, 720), (192, 192)), 2);
        assert_eq!(scale_for((1280, 720), (193, 193)), 4);
        assert_eq!(scale_for((1024, 1024), (128, 128)), 1);
        assert_eq!(scale_for((1024, 960), (128, 128)), 1);
        assert_eq!(scale_for((1024, 952), (128, 128)), 2);
        // A panorama keeps its rows.
        assert_eq!(scale_for((8000, 200), (192, 192)), 8);
        assert_eq!(scale_for((1, 1), (192, 192)), 8);
        assert_eq!(scale_for((65_535, 65_535), (u16::MAX, u16::MAX)), 8);
    }

    /// The decoder's documented rule, as far as a request is concerned.
    fn decoder_choice(full: (u16, u16), request: (u16, u16)) -> u16 {
        [1, 2, 4]
            .into_iter()
            .find(|&eighths| {
                scaled(full.0, eighths) >= u32::from(request.0)
                    || scaled(full.1, eighths) >= u32::from(request.1)
            })
            .unwrap_or(8)
    }

    #[test]
    fn the_decoder_obeys_the_request() {
        let sides = [1, 2, 7, 8, 9, 15, 16, 17, 63, 640, 4095, 65_534, 65_535];
        for width in sides {
            for height in sides {
                for eighths in [1, 2, 4, 8] {
                    let expected = if width.max(height) < 8 { 8 } else { eighths };
                    let request = scale_request((width, height), eighths);
                    assert_eq!(
                        decoder_choice((width, height), request),
                        expected,
                        "{width} x {height} at {eighths}/8"
                    );
                }
            }
        }
    }

    #[test]
    fn ink_becomes_light() {
        let pixels = vec![
            0, 0, 0, 0, // paper
            255, 255, 255, 0, // all colours
            0, 0, 0, 255, // black
            255, 0, 0, 0, // cyan
            0, 128, 255, 51, // orange, darkened
        ];
        assert_eq!(
            cmyk_to_rgb(pixels),
            [255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 255, 255, 204, 102, 0]
        );
    }

    #[test]
    fn damage_is_data() {
        for bytes in [&b"\xff\xd8"[..], b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xda\x00\x02"] {
            assert!(matches!(decode(bytes, 8, 8, 100), Err(Failure::Data(_))), "{bytes:?}");
        }
    }

    #[test]
    fn the_pixel_limit_is_checked_before_decoding() {
        // A frame header alone: 3000 rows of 4000 pixels, one component. The scan is missing.
        let jpeg = b"\xff\xd8\xff\xc0\x00\x0b\x08\x0b\xb8\x0f\xa0\x01\x01\x11\x00";
        let refused = decode(jpeg, 8, 8, 11_999_999);
        assert!(matches!(&refused, Err(Failure::Data(message)) if message.contains("12000000")));
        let truncated = decode(jpeg, 8, 8, 12_000_000);
        assert!(matches!(&truncated, Err(Failure::Data(message)) if message.contains("truncated")));
    }
}
