//! BMP, Windows' bitmap: uncompressed and run-length encoded pixels with 1 to 32 bits, with OS/2's
//! headers and Windows' up to version 5.
//!
//! The rows are read directly from the file, in whichever order they are stored, so that only one
//! of them is in memory; only run-length encoded pixels are decoded as a whole first, into one byte
//! each.

use crate::bounds::{check_data, check_memory, check_sides};
use crate::rows::{Canvas, Pixels};
use crate::Wanted;
use jpeg::exif::Orientation;
use jpeg::{Error, Picture};

/// How pixels are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// Uncompressed indices or colours.
    Plain,
    /// Runs of indices with this many bits: 8 or 4.
    Runs(u16),
    /// Colours; masks specify the channels.
    Masks,
}

/// The content of the headers.
#[derive(Debug)]
struct Header<'a> {
    width: u32,
    height: u32,
    is_top_down: bool,
    bits: u16,
    coding: Coding,
    /// The bits of red, green, blue and opacity in a 16-bit or 32-bit pixel.
    masks: [u32; 4],
    /// The entries of the colour table: blue, green, red, and with most headers one more byte.
    palette: &'a [u8],
    entry: usize,
    /// The pixels.
    data: &'a [u8],
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, Error> {
    let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk()).ok_or_else(truncated)?;
    Ok(u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Error> {
    let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk()).ok_or_else(truncated)?;
    Ok(u32::from_le_bytes(*bytes))
}

impl<'a> Header<'a> {
    fn of(file: &'a [u8]) -> Result<Self, Error> {
        let offset = u32_at(file, 10)? as usize;
        let length = u32_at(file, 14)? as usize;
        let is_core = length == 12;
        let (width, height, bits) = if is_core {
            (u32::from(u16_at(file, 18)?), i32::from(u16_at(file, 20)?), u16_at(file, 24)?)
        } else {
            (u32_at(file, 18)?, u32_at(file, 22)? as i32, u16_at(file, 28)?)
        };
        // OS/2's second header may end before these.
        let compression = if length >= 20 { u32_at(file, 30)? } else { 0 };
        let used = if length >= 36 { u32_at(file, 46)? as usize } else { 0 };
        let has_masks = matches!(compression, 3 | 6) && matches!(bits, 16 | 32) && length != 64;
        let coding = match (compression, bits) {
            (0, 1 | 2 | 4 | 8 | 24) => Coding::Plain,
            (0, 16 | 32) => Coding::Masks,
            (1, 8) => Coding::Runs(8),
            (2, 4) => Coding::Runs(4),
            (3 | 6, 16 | 32) if has_masks => Coding::Masks,
            (4, _) => return Err(unsupported("a JPEG within")),
            (5, _) => return Err(unsupported("a PNG within")),
            _ => {
                return Err(unsupported(&format!("{bits} bits a pixel, compression {compression}")))
            }
        };
        let masks = if has_masks {
            let mask = |index: usize| u32_at(file, 54 + 4 * index);
            // The mask of opacity belongs to later headers, and to one kind of compression.
            let opacity = if length >= 56 || compression == 6 { mask(3)? } else { 0 };
            [mask(0)?, mask(1)?, mask(2)?, opacity]
        } else if bits == 16 {
            [0x7C00, 0x03E0, 0x001F, 0]
        } else {
            [0xFF_0000, 0xFF00, 0xFF, 0]
        };
        let behind = if has_masks && length < 52 {
            14 + length + if compression == 6 { 16 } else { 12 }
        } else {
            14 + length
        };
        let entry = if is_core { 3 } else { 4 };
        let most = if bits <= 8 { 1usize << bits } else { 0 };
        let entries = if used == 0 { most } else { used.min(most) };
        let palette = file.get(behind..).unwrap_or_default();
        // If the pixels begin before the palette ends, it has fewer colours.
        let room = offset.saturating_sub(behind).min(palette.len());
        let palette = &palette[..(entries * entry).min(room)];
        Ok(Self {
            width,
            height: height.unsigned_abs(),
            is_top_down: height < 0,
            bits,
            coding,
            masks,
            palette,
            entry,
            data: file.get(offset..).ok_or_else(truncated)?,
        })
    }

    /// The size of a row in bytes with this many bits per pixel, a multiple of four.
    fn stride(&self) -> usize {
        (self.width as usize * usize::from(self.bits)).div_ceil(32) * 4
    }
}

pub(crate) fn size(file: &[u8]) -> Result<(u16, u16), Error> {
    let header = Header::of(file)?;
    check_sides("BMP", (header.width, header.height), u64::MAX)
}

pub(crate) fn decode(file: &[u8], wanted: Wanted) -> Result<Picture, Error> {
    let header = Header::of(file)?;
    let sides = check_sides("BMP", (header.width, header.height), wanted.max_pixels)?;
    let (width, height) = (usize::from(sides.0), usize::from(sides.1));
    let mut indices;
    let (data, stride, bits) = match header.coding {
        Coding::Runs(bits) => {
            check_data("BMP", sides, header.data.len())?;
            check_memory(width as u64 * height as u64)?;
            indices = vec![0; width * height];
            runs(header.data, bits, (width, height), |x, y, index| indices[y * width + x] = index)?;
            (&indices[..], width, 8)
        }
        _ => (header.data, header.stride(), header.bits),
    };
    // The last row may lack its padding.
    let row_bytes = (width * usize::from(bits)).div_ceil(8);
    if (data.len() as u64) < stride as u64 * (height as u64 - 1) + row_bytes as u64 {
        return Err(truncated());
    }
    let pixels = if header.masks[3] == 0 { Pixels::Rgb } else { Pixels::Rgba };
    let colours = colours(&header);
    let channels = header.masks.map(Channel::new);
    let mut canvas = Canvas::new(sides, pixels, wanted, Orientation::Upright);
    let mut row = vec![0; width * pixels.bytes()];
    for y in 0..height {
        let y = if header.is_top_down { y } else { height - 1 - y };
        let stored = &data[y * stride..][..row_bytes];
        match bits {
            1..=8 => {
                for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                    let at = x * usize::from(bits);
                    let byte = usize::from(stored[at / 8]);
                    let index = (byte >> (8 - usize::from(bits) - at % 8)) & ((1 << bits) - 1);
                    pixel.copy_from_slice(&colours[index]);
                }
            }
            24 => {
                for (pixel, stored) in row.chunks_exact_mut(3).zip(stored.chunks_exact(3)) {
                    pixel.copy_from_slice(&[stored[2], stored[1], stored[0]]);
                }
            }
            _ => {
                let bytes = usize::from(bits / 8);
                let all = row.chunks_exact_mut(pixels.bytes()).zip(stored.chunks_exact(bytes));
                for (pixel, stored) in all {
                    let value =
                        stored.iter().rev().fold(0, |sum, &byte| (sum << 8) | u32::from(byte));
                    for (sample, channel) in pixel.iter_mut().zip(&channels) {
                        *sample = channel.of(value);
                    }
                }
            }
        }
        canvas.push(&row);
    }
    Ok(canvas.finish())
}

/// The colour of each index; indices beyond the palette are black.
fn colours(header: &Header<'_>) -> [[u8; 3]; 256] {
    let mut colours = [[0; 3]; 256];
    for (colour, entry) in colours.iter_mut().zip(header.palette.chunks_exact(header.entry)) {
        *colour = [entry[2], entry[1], entry[0]];
    }
    colours
}

/// Some bits of a pixel.
#[derive(Debug, Clone, Copy)]
struct Channel {
    shift: u32,
    /// Their maximum value.
    most: u32,
}

impl Channel {
    fn new(mask: u32) -> Self {
        let shift = mask.trailing_zeros() % 32;
        // Bits that are not adjacent are invalid.
        let width = (!(mask >> shift)).trailing_zeros();
        Self { shift, most: 1u32.checked_shl(width).map_or(u32::MAX, |end| end - 1) }
    }

    /// Scaled to 0 to 255.
    fn of(self, pixel: u32) -> u8 {
        let value = u64::from((pixel >> self.shift) & self.most);
        (value * 255 / u64::from(self.most.max(1))) as u8
    }
}

/// Decodes runs of indices: passes each with its position to `put`, in rows from the first one in
/// the file.
///
/// Pixels beyond the end of a row are skipped without taking time: two bytes can stand for 255 of
/// them.
fn runs(
    data: &[u8],
    bits: u16,
    (width, height): (usize, usize),
    mut put: impl FnMut(usize, usize, u8),
) -> Result<(), Error> {
    let (mut x, mut y) = (0, 0);
    let mut bytes = data.iter().copied();
    let mut next = || bytes.next().ok_or_else(truncated);
    while y < height {
        let count = usize::from(next()?);
        let value = next()?;
        match (count, value) {
            (0, 0) => (x, y) = (0, y + 1),
            (0, 1) => break,
            (0, 2) => {
                x = width.min(x + usize::from(next()?));
                y += usize::from(next()?);
            }
            (0, count) => {
                let count = usize::from(count);
                let mut byte = 0;
                for index in 0..count {
                    if bits == 8 || index % 2 == 0 {
                        byte = next()?;
                    }
                    if x + index < width {
                        put(x + index, y, of_run(byte, bits, index));
                    }
                }
                // They end at even offsets.
                if (count * usize::from(bits)).div_ceil(8) % 2 == 1 {
                    next()?;
                }
                x = width.min(x + count);
            }
            (count, value) => {
                let count = count.min(width - x);
                for index in 0..count {
                    put(x + index, y, of_run(value, bits, index));
                }
                x += count;
            }
        }
    }
    Ok(())
}

/// The index that a byte has for a pixel of a run: if a byte contains two, the high bits come
/// first.
fn of_run(byte: u8, bits: u16, index: usize) -> u8 {
    match (bits, index % 2) {
        (8, _) => byte,
        (_, 0) => byte >> 4,
        _ => byte & 15,
    }
}

fn truncated() -> Error {
    Error::new("the BMP picture is truncated".into())
}

fn unsupported(what: &str) -> Error {
    Error::new(format!("this kind of BMP is not supported: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The indices of a picture of 4 x 2 pixels, and the number of calls.
    fn put(data: &[u8], bits: u16) -> ([[u8; 4]; 2], usize) {
        let (mut indices, mut count) = ([[0; 4]; 2], 0);
        runs(data, bits, (4, 2), |x, y, index| {
            indices[y][x] = index;
            count += 1;
        })
        .unwrap();
        (indices, count)
    }

    #[test]
    fn runs_end_with_their_row() {
        assert_eq!(put(&[3, 7, 255, 8, 9, 9, 0, 0, 1, 6, 0, 1], 8).0, [[7, 7, 7, 8], [6, 0, 0, 0]]);
        // Four literal bytes, and a jump of 200 pixels before another run.
        assert_eq!(
            put(&[1, 5, 0, 4, 1, 2, 3, 4, 0, 0, 0, 2, 200, 0, 2, 9, 0, 1], 8).0,
            [[5, 1, 2, 3], [0; 4]]
        );
        assert_eq!(put(&[6, 0x12, 0, 0, 0, 6, 0x34, 0x56, 0x78, 0, 0, 1], 4).0[1], [3, 4, 5, 6]);
    }

    #[test]
    fn what_is_beyond_a_row_is_no_work() {
        for bits in [8, 4] {
            let data = [[255, 1].repeat(1000), vec![0, 1]].concat();
            assert_eq!(put(&data, bits).1, 4);
        }
    }
}
