//! PNG (ISO/IEC 15948), with the crate `png`.
//!
//! The decoder only gets the chunks that determine the pixels: compressed texts and colour
//! profiles, which may be decompression bombs, never reach it.

use crate::bounds::{check_memory, check_sides};
use crate::rows::{Canvas, Pixels};
use crate::{seen, Wanted};
use jpeg::exif::{self, Orientation};
use jpeg::{Error, Picture};
use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use std::io::{self, Read};

/// The most that Deflate makes of a byte: 258 bytes for two bits.
const MOST_INFLATED: u64 = 1032;

/// Bytes that the decoder may use in addition to a picture's rows.
const DECODER_BYTES: usize = 16 << 20;

/// A file's header, and the relevant chunks.
#[derive(Debug)]
struct Outline<'a> {
    width: u32,
    height: u32,
    /// Bits per pixel as stored.
    pixel_bits: u64,
    is_interlaced: bool,
    orientation: Orientation,
    /// Bytes of compressed data.
    data: u64,
    /// The file without what is not decoded.
    pieces: Vec<&'a [u8]>,
}

impl<'a> Outline<'a> {
    fn of(file: &'a [u8]) -> Result<Self, Error> {
        let (start, mut rest) = file.split_at_checked(8).ok_or_else(truncated)?;
        let mut outline = Self {
            width: 0,
            height: 0,
            pixel_bits: 0,
            is_interlaced: false,
            orientation: Orientation::Upright,
            data: 0,
            pieces: vec![start],
        };
        while let Some((head, after)) = rest.split_first_chunk::<8>() {
            let (length, kind) = head.split_at(4);
            let length = length.try_into().map_or(0, u32::from_be_bytes) as usize;
            let whole = length.saturating_add(12).min(rest.len());
            let payload = &after[..length.min(after.len())];
            match kind {
                b"IHDR" if outline.pixel_bits == 0 => outline.header(payload)?,
                b"IDAT" => outline.data += payload.len() as u64,
                b"eXIf" => outline.orientation = exif::orientation(payload),
                _ => {}
            }
            // A lower-case letter means that the chunk is optional.
            if kind[0].is_ascii_uppercase() || kind == b"tRNS" {
                outline.pieces.push(&rest[..whole]);
            }
            rest = &rest[whole..];
            if kind == b"IEND" {
                break;
            }
        }
        if outline.pixel_bits == 0 {
            return Err(Error::new("the PNG picture is damaged: it has no header".into()));
        }
        Ok(outline)
    }

    fn header(&mut self, payload: &[u8]) -> Result<(), Error> {
        let [w3, w2, w1, w0, h3, h2, h1, h0, depth, colours, _, _, interlace] = *payload else {
            return Err(truncated());
        };
        self.width = u32::from_be_bytes([w3, w2, w1, w0]);
        self.height = u32::from_be_bytes([h3, h2, h1, h0]);
        let channels = match colours {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => {
                return Err(Error::new(format!(
                    "the PNG picture is damaged: colour type {colours} does not exist"
                )))
            }
        };
        self.pixel_bits = channels * u64::from(depth);
        self.is_interlaced = interlace != 0;
        if self.pixel_bits == 0 {
            return Err(Error::new("the PNG picture is damaged: its pixels have no bits".into()));
        }
        Ok(())
    }
}

/// One of the seven passes of an interlaced picture: which pixels its rows contain.
#[derive(Debug)]
struct Pass {
    left: usize,
    across: usize,
    top: usize,
    down: usize,
}

/// Adam7.
const PASSES: [Pass; 7] = [
    Pass { left: 0, across: 8, top: 0, down: 8 },
    Pass { left: 4, across: 8, top: 0, down: 8 },
    Pass { left: 0, across: 4, top: 4, down: 8 },
    Pass { left: 2, across: 4, top: 0, down: 4 },
    Pass { left: 0, across: 2, top: 2, down: 4 },
    Pass { left: 1, across: 2, top: 0, down: 2 },
    Pass { left: 0, across: 1, top: 1, down: 2 },
];

impl Pass {
    /// The picture's rows of which it contains pixels: none if the picture is too narrow for it.
    fn rows(&self, width: usize, height: usize) -> impl Iterator<Item = usize> {
        let end = if self.left < width { height } else { 0 };
        (self.top..end).step_by(self.down)
    }
}

/// Reads the pieces of a file one after another.
#[derive(Debug)]
struct Pieces<'a>(std::vec::IntoIter<&'a [u8]>, &'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.1.is_empty() {
            let Some(next) = self.0.next() else { return Ok(0) };
            self.1 = next;
        }
        self.1.read(buffer)
    }
}

pub(crate) fn size(file: &[u8]) -> Result<(u16, u16), Error> {
    let outline = Outline::of(file)?;
    let sides = check_sides("PNG", (outline.width, outline.height), u64::MAX)?;
    Ok(seen(sides, outline.orientation))
}

pub(crate) fn decode(file: &[u8], wanted: Wanted) -> Result<Picture, Error> {
    let outline = Outline::of(file)?;
    let sides = check_sides("PNG", (outline.width, outline.height), wanted.max_pixels)?;
    let bits = u64::from(sides.0) * u64::from(sides.1) * outline.pixel_bits;
    if bits / 8 > MOST_INFLATED * outline.data {
        return Err(Error::new(format!(
            "the PNG picture is truncated: {} bytes are too few for its {} x {} pixels",
            outline.data, sides.0, sides.1
        )));
    }
    let (orientation, is_interlaced) = (outline.orientation, outline.is_interlaced);
    let pieces = Pieces(outline.pieces.into_iter(), &[]);
    let mut decoder = Decoder::new_with_limits(pieces, Limits { bytes: DECODER_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|error| damaged(&error))?;
    let pixels = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Pixels::Grey,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Pixels::GreyAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Pixels::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Pixels::Rgba,
        (colours, depth) => {
            return Err(Error::new(format!(
                "this kind of PNG is not supported: {colours:?} with {depth:?} bits"
            )))
        }
    };
    let stride = usize::from(sides.0) * pixels.bytes();
    let mut canvas = Canvas::new(sides, pixels, wanted, orientation);
    // No row after the last is requested: the decoder would inflate all remaining data.
    if is_interlaced {
        // The rows come in seven passes: all of them must be in memory before the second one is
        // complete.
        check_memory(stride as u64 * u64::from(sides.1))?;
        let mut whole = vec![0; stride * usize::from(sides.1)];
        let (width, height) = (usize::from(sides.0), usize::from(sides.1));
        for pass in &PASSES {
            for y in pass.rows(width, height) {
                let row =
                    reader.next_row().map_err(|error| damaged(&error))?.ok_or_else(truncated)?;
                let whole = &mut whole[y * stride..][..stride];
                let places = whole.chunks_exact_mut(pixels.bytes()).skip(pass.left);
                let samples = row.data().chunks_exact(pixels.bytes());
                for (place, pixel) in places.step_by(pass.across).zip(samples) {
                    place.copy_from_slice(pixel);
                }
            }
        }
        whole.chunks_exact(stride).for_each(|row| canvas.push(row));
    } else {
        for _ in 0..sides.1 {
            let row = reader.next_row().map_err(|error| damaged(&error))?.ok_or_else(truncated)?;
            canvas.push(row.data().get(..stride).ok_or_else(truncated)?);
        }
    }
    Ok(canvas.finish().turned(orientation))
}

fn truncated() -> Error {
    Error::new("the PNG picture is truncated".into())
}

fn damaged(error: &png::DecodingError) -> Error {
    match error {
        png::DecodingError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            truncated()
        }
        png::DecodingError::LimitsExceeded => Error::new(format!(
            "the PNG picture takes more than {DECODER_BYTES} bytes in addition to its pixels"
        )),
        other => Error::new(format!("the PNG picture is damaged: {other}")),
    }
}
