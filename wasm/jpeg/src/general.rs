//! Any 8-bit JPEG, decoded by the crate `jpeg-decoder` at no more than the resolution that is
//! needed, and within the limits of [`crate::survey`].

use crate::colours;
use crate::damaged::Damaged;
use crate::error::Error;
use crate::exif::{self, Orientation};
use crate::fit::{Fit, Window};
use crate::guarded::Guarded;
use crate::picture::{Channels, Decoded, Picture};
use crate::resize::resize;
use crate::scale::{eighths_for, scaled};
use crate::survey::Survey;
use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

/// Decodes a baseline or progressive 8-bit JPEG: greyscale, YCbCr, RGB, CMYK or YCCK.
///
/// The decoder can compute each 8 × 8 block at 1, 2, 4 or 8 pixels per side, and fewer pixels cost
/// less. The smallest size is used at which the part that `fit` shows still covers about the wanted
/// width and height (as seen, after turning); all of the picture is decoded. CMYK is assumed to be
/// inverted, as Adobe writes it and all common readers expect. If damage is accepted, zeros replace
/// missing data, up to 64 KiB of them.
///
/// # Errors
/// An [`Error`] if the file is damaged or truncated (unless that is accepted), is another kind of
/// JPEG (lossless, arithmetic coding, 12 bits, hierarchical), has more than `max_pixels` pixels, or
/// takes more work or memory than [`Survey`] allows, which is detected before any of it is decoded.
pub fn decode(
    jpeg: &[u8],
    (width, height): (u16, u16),
    fit: Fit,
    max_pixels: u64,
    accepts: Damaged,
) -> Result<Decoded, Error> {
    let survey = Survey::of(jpeg);
    survey.check(max_pixels)?;
    let mut decoder = Decoder::new(Guarded::new(jpeg, accepts));
    decoder.read_info().map_err(|error| damaged(&error))?;
    let full =
        decoder.info().ok_or_else(|| Error("the JPEG picture has no frame header".into()))?;

    if full.pixel_format == PixelFormat::RGB24 {
        decoder.set_color_transform(if colours::are_rgb(jpeg) {
            ColorTransform::RGB
        } else {
            ColorTransform::YCbCr
        });
    }

    let orientation = survey.exif().map_or(Orientation::Upright, exif::orientation);
    let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let window = fit.window((full.width, full.height), (width, height));
    let eighths = eighths_for(window.extent, (width, height));
    survey.check_memory(eighths)?;
    let (request_width, request_height) = scale_request((full.width, full.height), eighths);
    let (width, height) =
        decoder.scale(request_width, request_height).map_err(|error| damaged(&error))?;
    let samples = decoder.decode().map_err(|error| damaged(&error))?;

    let (width, height) = (usize::from(width), usize::from(height));
    let (channels, samples) = match full.pixel_format {
        PixelFormat::L8 => (Channels::Grey, samples),
        PixelFormat::RGB24 => (Channels::Rgb, samples),
        PixelFormat::CMYK32 => (Channels::Rgb, cmyk_to_rgb(samples)),
        PixelFormat::L16 => return Err(Error("JPEG of more than 8 bits is not supported".into())),
    };
    if Some(samples.len())
        != width.checked_mul(height).and_then(|n| n.checked_mul(channels.count()))
    {
        return Err(Error(
            "the JPEG picture is damaged: its size does not match its pixels".into(),
        ));
    }
    let scale = |length: f64| length * f64::from(eighths) / 8.0;
    Ok(Decoded {
        window: window.map(scale, scale),
        picture: Picture {
            width,
            height,
            channels,
            samples,
            is_damaged: accepts == Damaged::Accept,
        },
        orientation,
    })
}

/// Decodes a JPEG to a picture with exactly the wanted width and height, as seen after turning it.
///
/// # Errors
/// Like [`decode`].
pub fn decode_to(
    jpeg: &[u8],
    wanted: (u16, u16),
    fit: Fit,
    max_pixels: u64,
    accepts: Damaged,
) -> Result<Decoded, Error> {
    let decoded = decode(jpeg, wanted, fit, max_pixels, accepts)?;
    let is_damaged = decoded.picture.is_damaged;
    let (width, height) =
        if decoded.orientation.swaps_sides() { (wanted.1, wanted.0) } else { wanted };
    let picture = resize(decoded.picture, &decoded.window, width.into(), height.into());
    let window = Window { origin: (0.0, 0.0), extent: (width.into(), height.into()) };
    Ok(Decoded { picture: Picture { is_damaged, ..picture }, window, ..decoded })
}

fn damaged(error: &jpeg_decoder::Error) -> Error {
    use jpeg_decoder::Error as Reason;
    Error(match error {
        Reason::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            "the JPEG picture is truncated".into()
        }
        Reason::Unsupported(feature) => format!("this kind of JPEG is not supported: {feature:?}"),
        Reason::Format(reason) => format!("the JPEG picture is damaged: {reason}"),
        other => format!("the JPEG picture cannot be decoded: {other}"),
    })
}

/// The size to request so that the decoder chooses exactly `eighths`.
///
/// The decoder chooses the smallest scale at which one of the sides reaches the request. So only
/// the longer side is requested, with its exact scaled length, and the other can never be reached.
/// Below 8 pixels, the scaled lengths for several scales coincide: such a picture is decoded at
/// full size.
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

/// The decoder returns ink values: 0 is none, 255 is full.
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
    use crate::bit_writer::{size_of, BitWriter};

    fn decoded(jpeg: &[u8], wanted: (u16, u16), max_pixels: u64) -> Result<Decoded, Error> {
        decode(jpeg, wanted, Fit::Stretch, max_pixels, Damaged::Refuse)
    }

    /// Encodes pictures of 8 x 8 blocks with a single colour each.
    #[derive(Clone, Copy)]
    struct Jpeg<'a> {
        /// The identifiers of the components.
        components: &'a [u8],
        /// The colour transform of Adobe's segment.
        adobe: Option<u8>,
        /// The orientation.
        exif: Option<u16>,
        /// Blocks per row.
        columns: usize,
    }

    impl Jpeg<'_> {
        /// `blocks` row by row, with one sample for each component.
        fn encode(self, blocks: &[&[u8]]) -> Vec<u8> {
            let mut jpeg = vec![0xff, 0xd8];
            let mut segment = |marker: u8, content: &[u8]| {
                jpeg.extend([0xff, marker]);
                jpeg.extend((content.len() as u16 + 2).to_be_bytes());
                jpeg.extend(content);
            };
            if let Some(tag) = self.exif {
                segment(0xe1, &[b"Exif\0\0", &exif::tests::metadata(tag, true)[..]].concat());
            }
            if let Some(transform) = self.adobe {
                segment(0xee, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat());
            }
            // Steps of 8 for the mean of a block, which is the mean sample times 8.
            segment(0xdb, &[[0].as_slice(), &[8; 64]].concat());
            let count = self.components.len() as u8;
            let height = (blocks.len() / self.columns * 8) as u8;
            let mut frame = vec![8, 0, height, 0, self.columns as u8 * 8, count];
            frame.extend(self.components.iter().flat_map(|id| [*id, 0x11, 0]));
            segment(0xc0, &frame);
            // 4-bit codes for the magnitudes 0 to 11 of means, a 1-bit code for the end of a block.
            let lengths = |bits: usize, codes: u8| {
                (1..=16).map(move |length| if length == bits { codes } else { 0 })
            };
            segment(0xc4, &[0].into_iter().chain(lengths(4, 12)).chain(0..12).collect::<Vec<_>>());
            segment(0xc4, &[0x10].into_iter().chain(lengths(1, 1)).chain([0]).collect::<Vec<_>>());
            let mut scan = vec![count];
            scan.extend(self.components.iter().flat_map(|id| [*id, 0]));
            scan.extend([0, 63, 0]);
            segment(0xda, &scan);
            jpeg.extend(self.entropy_coded(blocks));
            jpeg.extend([0xff, 0xd9]);
            jpeg
        }

        fn entropy_coded(self, blocks: &[&[u8]]) -> Vec<u8> {
            let mut writer = BitWriter::default();
            let mut previous = vec![0; self.components.len()];
            for block in blocks {
                for (sample, previous) in block.iter().zip(&mut previous) {
                    let mean = i32::from(*sample) - 128;
                    let difference = mean - *previous;
                    *previous = mean;
                    writer.put(size_of(difference), 4);
                    writer.put_value(difference);
                    writer.put(0, 1);
                }
            }
            writer.fill_byte();
            writer.bytes
        }
    }

    /// The decoder's documented rule for requests.
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
    fn greyscale_at_every_scale() {
        let jpeg = Jpeg { components: b"\x01", adobe: None, exif: None, columns: 2 }.encode(&[
            &[0],
            &[255],
            &[100],
            &[30],
        ]);
        let tiny = decoded(&jpeg, (1, 1), 256).unwrap().picture;
        assert_eq!((tiny.width, tiny.height, tiny.channels), (2, 2, Channels::Grey));
        assert_eq!(tiny.samples, [0, 255, 100, 30]);
        for (wanted, side) in [(2, 4), (5, 8), (6, 16), (16, 16), (500, 16)] {
            let picture = decoded(&jpeg, (wanted, wanted), 256).unwrap().picture;
            assert_eq!((picture.width, picture.height), (side, side));
            assert_eq!(picture.samples[0], 0);
            assert_eq!(picture.samples[side - 1], 255);
            assert_eq!(picture.samples[side * (side - 1)], 100);
            assert_eq!(picture.samples[side * side - 1], 30);
        }
    }

    #[test]
    fn colours() {
        let pixel = |jpeg: Jpeg<'_>, block: &[u8]| {
            let picture = decoded(&jpeg.encode(&[block]), (1, 1), 64).unwrap().picture;
            assert_eq!((picture.width, picture.height, picture.channels), (2, 2, Channels::Rgb));
            assert!(picture.samples.chunks_exact(3).all(|pixel| pixel == &picture.samples[..3]));
            picture.samples[..3].to_vec()
        };
        let rgb = Jpeg { components: b"RGB", adobe: Some(0), exif: None, columns: 1 };
        assert_eq!(pixel(rgb, &[200, 100, 50]), [200, 100, 50]);
        let ycc = Jpeg { components: b"\x01\x02\x03", adobe: None, exif: None, columns: 1 };
        assert_eq!(pixel(ycc, &[76, 85, 255]), [254, 0, 0]);
        // Adobe stores ink inverted: 255 is none.
        let cmyk = Jpeg { components: b"CMYK", adobe: Some(0), exif: None, columns: 1 };
        assert_eq!(pixel(cmyk, &[255, 127, 0, 204]), [204, 102, 0]);
        let ycck = Jpeg { components: b"\x01\x02\x03\x04", adobe: Some(2), exif: None, columns: 1 };
        assert_eq!(pixel(ycck, &[0, 128, 128, 255]), [255, 255, 255]);
        assert_eq!(pixel(ycck, &[100, 128, 128, 128]), [78, 78, 78]);
    }

    #[test]
    fn orientation_comes_from_exif_and_turns_the_wanted_size() {
        for tag in 1..=8 {
            let jpeg = Jpeg { components: b"\x01", adobe: None, exif: Some(tag), columns: 4 };
            // 32 x 8 as stored.
            let jpeg = jpeg.encode(&[&[0], &[50], &[100], &[150]]);
            let orientation = Orientation::from_tag(tag).unwrap();
            let (width, height) = if orientation.swaps_sides() { (1, 4) } else { (4, 1) };
            let decoded = decoded(&jpeg, (width, height), 256).unwrap();
            assert_eq!(decoded.orientation, orientation);
            assert_eq!((decoded.picture.width, decoded.picture.height), (8, 2));
            let turned = decoded.picture.turned(orientation);
            let sides = (2 * usize::from(width), 2 * usize::from(height));
            assert_eq!((turned.width, turned.height), sides);
        }
    }

    #[test]
    fn every_truncation_is_data() {
        let jpeg = Jpeg { components: b"\x01\x02\x03", adobe: Some(1), exif: Some(6), columns: 2 };
        let jpeg = jpeg.encode(&[&[1, 2, 3], &[40, 50, 60], &[7, 8, 9], &[100, 0, 255]]);
        assert!(decoded(&jpeg, (16, 16), 256).is_ok());
        for length in 0..jpeg.len() {
            assert!(matches!(decoded(&jpeg[..length], (16, 16), 256), Err(Error(_))));
        }
    }

    #[test]
    fn what_there_is_of_a_cut_picture_is_decoded() {
        let jpeg = Jpeg { components: b"CMYK", adobe: Some(0), exif: None, columns: 16 };
        let block: &[u8] = &[200, 127, 30, 204];
        let jpeg = jpeg.encode(&[block; 32]);
        let sound = decoded(&jpeg, (16, 2), 1 << 16).unwrap().picture;
        for cut in [&jpeg[..jpeg.len() - 1], &jpeg[..jpeg.len() - 20]] {
            assert!(decoded(cut, (16, 2), 1 << 16).is_err());
            let picture = crate::salvage(cut, 16, 2, Fit::Stretch, 1 << 16).unwrap();
            assert!(picture.is_damaged);
            assert_eq!(picture.samples[..24], sound.samples[..24]);
        }
    }

    #[test]
    fn damage_is_data() {
        for bytes in [&b"\xff\xd8"[..], b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xda\x00\x02"] {
            assert!(matches!(decoded(bytes, (8, 8), 100), Err(Error(_))), "{bytes:?}");
        }
    }

    #[test]
    fn the_pixel_limit_is_checked_before_decoding() {
        // Only a frame header: 3000 rows of 4000 pixels, one component. The scan is missing.
        let jpeg = b"\xff\xd8\xff\xc0\x00\x0b\x08\x0b\xb8\x0f\xa0\x01\x01\x11\x00";
        let refused = decoded(jpeg, (8, 8), 11_999_999);
        assert!(matches!(&refused, Err(Error(message)) if message.contains("12000000")));
        let truncated = decoded(jpeg, (8, 8), 12_000_000);
        assert!(matches!(&truncated, Err(Error(message)) if message.contains("truncated")));
    }
}
