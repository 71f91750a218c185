//! WebP (RFC 9649), with the crate `image-webp`: of an animation, the first frame.
//!
//! The decoder gets a file made only from the picture's own chunks, so that it need not read
//! anything else in the file.

use crate::bounds::{check_data, check_memory, check_sides};
use crate::rows::{Canvas, Pixels};
use crate::{seen, Wanted};
use image_webp::{DecodingError, WebPDecoder};
use jpeg::exif::{self, Orientation};
use jpeg::{Error, Picture};
use std::io::{Cursor, ErrorKind};

/// A RIFF chunk's payload with its name, and what follows it.
#[derive(Debug, Clone, Copy)]
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    /// The last one may be truncated.
    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_first_chunk::<4>()?;
        let (&length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(length) as usize;
        let payload = &rest[..length.min(rest.len())];
        // Chunks begin at even offsets.
        self.0 = rest.get(length.saturating_add(length % 2)..).unwrap_or_default();
        Some((name, payload))
    }
}

/// One frame: its position on the canvas, and its chunks.
#[derive(Debug, Default)]
struct Frame<'a> {
    left: u32,
    top: u32,
    /// Its size according to the animation.
    announced: Option<(u32, u32)>,
    alpha: Option<&'a [u8]>,
    lossy: Option<&'a [u8]>,
    lossless: Option<&'a [u8]>,
}

impl<'a> Frame<'a> {
    fn add(&mut self, name: &[u8; 4], payload: &'a [u8]) {
        let is_new = self.lossy.is_none() && self.lossless.is_none();
        match name {
            b"ALPH" if is_new => self.alpha = Some(payload),
            b"VP8 " if is_new => self.lossy = Some(payload),
            b"VP8L" if is_new => self.lossless = Some(payload),
            _ => {}
        }
    }

    /// Width and height in its own header.
    fn size(&self) -> Result<(u32, u32), Error> {
        match (self.lossy, self.lossless) {
            (Some([_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..]), _) => {
                let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                Ok((side(*w0, *w1), side(*h0, *h1)))
            }
            (None, Some([0x2F, b0, b1, b2, b3, ..])) => {
                let bits = u32::from_le_bytes([*b0, *b1, *b2, *b3]);
                Ok(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
            }
            (None, None) => Err(truncated()),
            _ => Err(Error::new("the WebP picture is damaged: its frame has no header".into())),
        }
    }

    fn bytes(&self) -> usize {
        [self.alpha, self.lossy, self.lossless].into_iter().flatten().map(<[u8]>::len).sum()
    }

    /// Bytes that the decoder uses for each pixel: planes and colours, or complete pixels twice.
    fn bytes_per_pixel(&self) -> u64 {
        match (self.lossy, self.alpha) {
            (Some(_), None) => 5,
            (Some(_), Some(_)) => 11,
            _ => 8,
        }
    }

    /// A file that contains only its chunks.
    fn file(&self, (width, height): (u32, u32)) -> Vec<u8> {
        // Growing would copy the chunks, and take up to three times the memory.
        let mut file = Vec::with_capacity(self.bytes() + 64);
        file.extend(b"RIFF\0\0\0\0WEBP");
        let mut add = |name: &[u8; 4], payload: &[u8]| {
            file.extend(name);
            file.extend((payload.len() as u32).to_le_bytes());
            file.extend(payload);
            file.resize(file.len().next_multiple_of(2), 0);
        };
        if let (Some(_), Some(alpha)) = (self.lossy, self.alpha) {
            /// The flag for an alpha channel.
            const ALPHA: u8 = 0x10;
            let [w0, w1, w2, _] = (width - 1).to_le_bytes();
            let [h0, h1, h2, _] = (height - 1).to_le_bytes();
            add(b"VP8X", &[ALPHA, 0, 0, 0, w0, w1, w2, h0, h1, h2]);
            add(b"ALPH", alpha);
        }
        match (self.lossy, self.lossless) {
            (Some(payload), _) => add(b"VP8 ", payload),
            (None, Some(payload)) => add(b"VP8L", payload),
            (None, None) => {}
        }
        let length = (file.len() as u32 - 8).to_le_bytes();
        file[4..8].copy_from_slice(&length);
        file
    }
}

/// The relevant parts of a file.
#[derive(Debug)]
struct Outline<'a> {
    /// Width and height of the canvas.
    size: (u32, u32),
    frame: Frame<'a>,
    orientation: Orientation,
}

impl<'a> Outline<'a> {
    fn of(file: &'a [u8]) -> Result<Self, Error> {
        let mut canvas = None;
        let mut frame = Frame::default();
        let mut is_found = false;
        let mut orientation = Orientation::Upright;
        for (name, payload) in Chunks(file.get(12..).unwrap_or_default()) {
            match name {
                b"VP8X" => {
                    let &[_, _, _, _, w0, w1, w2, h0, h1, h2] =
                        payload.first_chunk().ok_or_else(truncated)?;
                    canvas = Some((
                        u32::from_le_bytes([w0, w1, w2, 0]) + 1,
                        u32::from_le_bytes([h0, h1, h2, 0]) + 1,
                    ));
                }
                b"ANMF" if !is_found => {
                    frame = animated(payload)?;
                    is_found = true;
                }
                b"ALPH" | b"VP8 " | b"VP8L" if !is_found => {
                    frame.add(name, payload);
                    is_found = frame.lossy.is_some() || frame.lossless.is_some();
                }
                b"EXIF" => {
                    // Some writers include JPEG's prefix.
                    let tiff = payload.strip_prefix(jpeg::segments::EXIF).unwrap_or(payload);
                    orientation = exif::orientation(tiff);
                }
                _ => {}
            }
        }
        let size = match canvas {
            Some(size) => size,
            None => frame.size()?,
        };
        Ok(Self { size, frame, orientation })
    }
}

/// The frame in an ANMF chunk.
fn animated(payload: &[u8]) -> Result<Frame<'_>, Error> {
    let (head, rest) = payload.split_first_chunk::<16>().ok_or_else(truncated)?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], 0]);
    let mut frame = Frame {
        left: 2 * number(0),
        top: 2 * number(3),
        announced: Some((number(6) + 1, number(9) + 1)),
        ..Frame::default()
    };
    for (name, payload) in Chunks(rest) {
        frame.add(name, payload);
    }
    Ok(frame)
}

pub(crate) fn size(file: &[u8]) -> Result<(u16, u16), Error> {
    let outline = Outline::of(file)?;
    Ok(seen(check_sides("WebP", outline.size, u64::MAX)?, outline.orientation))
}

pub(crate) fn decode(file: &[u8], wanted: Wanted) -> Result<Picture, Error> {
    let Outline { size, frame, orientation } = Outline::of(file)?;
    let sides = check_sides("WebP", size, wanted.max_pixels)?;
    check_data("WebP", sides, frame.bytes())?;
    let frame_size = frame.size()?;
    let frame_sides = check_sides("WebP", frame_size, wanted.max_pixels)?;
    check_data("WebP", frame_sides, frame.bytes())?;
    if frame.announced.unwrap_or(size) != frame_size {
        return Err(Error::new(format!(
            "the WebP picture is damaged: it is {} x {} pixels by one header, {} x {} by another",
            size.0, size.1, frame_size.0, frame_size.1
        )));
    }
    let pixels = u64::from(frame_sides.0) * u64::from(frame_sides.1);
    check_memory(pixels * frame.bytes_per_pixel() + 2 * frame.bytes() as u64)?;

    let mut decoder =
        WebPDecoder::new(Cursor::new(frame.file(frame_size))).map_err(|error| damaged(&error))?;
    let form = if decoder.has_alpha() { Pixels::Rgba } else { Pixels::Rgb };
    let stride = usize::from(frame_sides.0) * form.bytes();
    let mut samples = vec![0; stride * usize::from(frame_sides.1)];
    decoder.read_image(&mut samples).map_err(|error| damaged(&error))?;
    drop(decoder);

    let mut canvas = Canvas::new(sides, form, wanted, orientation);
    let (left, top) = (frame.left as usize, frame.top as usize);
    for y in 0..usize::from(sides.1) {
        // What no frame covers is transparent.
        let row = y.checked_sub(top).and_then(|y| samples.get(y * stride..(y + 1) * stride));
        canvas.push_at(left, row.unwrap_or_default());
    }
    drop(samples);
    Ok(canvas.finish().turned(orientation))
}

fn truncated() -> Error {
    Error::new("the WebP picture is truncated".into())
}

fn damaged(error: &DecodingError) -> Error {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => truncated(),
        DecodingError::UnsupportedFeature(feature) => {
            Error::new(format!("this kind of WebP is not supported: {feature}"))
        }
        other => Error::new(format!("the WebP picture is damaged: {other}")),
    }
}
