//! A decoder for the usual JPEG, made for one purpose: a small picture of a large one, quickly.
//!
//! It takes sequential pictures (baseline and extended) of 8 bits in one scan, Huffman-coded,
//! greyscale or YCbCr of any sampling; cameras, phones and most programs write nothing else. It
//! gives anything else back, and whatever is damaged, truncated or merely odd: a general decoder
//! then does the work or finds the words for what is wrong.
//!
//! Coefficients that the wanted size has no use for are passed over, several at a time, without
//! reading their values. Each channel is resampled to the wanted size while its rows appear, and
//! colours are converted last, where there are the fewest pixels.

mod bits;
mod headers;
mod huffman;
mod transform;

use crate::adobe;
use crate::decode::{eighths_for, Decoded};
use crate::resize::{Colours, Resampler, Source};
use bits::Bits;
use headers::{Component, Headers};
use huffman::{Class, Codes, Skips, END, MOST_BITS};
use transform::{coefficients, Block};

/// Decodes a JPEG to a picture of exactly `width` × `height`, as seen: after turning it.
///
/// Nothing for a picture that this decoder does not take, or with more than `max_pixels` pixels.
pub(crate) fn decode(jpeg: &[u8], width: u16, height: u16, max_pixels: u64) -> Option<Decoded> {
    let headers = Headers::parse(jpeg)?;
    let pixels = u64::from(headers.width) * u64::from(headers.height);
    if pixels > max_pixels || (headers.components.len() == 3 && adobe::says_rgb(jpeg)) {
        return None;
    }
    let orientation = headers.orientation;
    let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let side = usize::from(eighths_for((headers.width, headers.height), (width, height)));
    let mut resampler = resampler(&headers, side, width.into(), height.into());
    let tables = Tables::new(&headers, side);
    match side {
        1 => decode_scan::<1>(&headers, &tables, &mut resampler),
        2 => decode_scan::<2>(&headers, &tables, &mut resampler),
        4 => decode_scan::<4>(&headers, &tables, &mut resampler),
        _ => decode_scan::<8>(&headers, &tables, &mut resampler),
    }?;
    Some(Decoded { picture: resampler.into_picture(), orientation })
}

/// The most blocks of an MCU in a row and in a column.
fn most_blocks(components: &[Component]) -> (usize, usize) {
    components.iter().fold((1, 1), |(across, down), component| {
        (across.max(component.across), down.max(component.down))
    })
}

/// MCUs in a row, and rows of them.
fn mcus(headers: &Headers<'_>) -> (usize, usize) {
    let (across, down) = most_blocks(&headers.components);
    (
        usize::from(headers.width).div_ceil(8 * across),
        usize::from(headers.height).div_ceil(8 * down),
    )
}

/// For blocks that become `side` pixels a side.
fn resampler(headers: &Headers<'_>, side: usize, width: usize, height: usize) -> Resampler {
    let (most_across, most_down) = most_blocks(&headers.components);
    let sources: Vec<Source> = headers
        .components
        .iter()
        .map(|component| {
            let extent = |pixels: u16, blocks: usize, most: usize| {
                f64::from(pixels) * (side * blocks) as f64 / (8 * most) as f64
            };
            let extent = (
                extent(headers.width, component.across, most_across),
                extent(headers.height, component.down, most_down),
            );
            Source {
                extent,
                width: extent.0.ceil() as usize,
                height: extent.1.ceil() as usize,
                stride: mcus(headers).0 * component.across * side,
                step: component.down * side,
            }
        })
        .collect();
    let colours = if sources.len() == 1 { Colours::Grey } else { Colours::YCbCr };
    Resampler::new(&sources, colours, width, height)
}

/// The codes of a picture. All four are there where a component uses them.
struct Tables {
    dc: [Option<Codes>; 4],
    ac: [Option<Codes>; 4],
    skips: [Option<Skips>; 4],
}

impl Tables {
    /// For blocks that become `side` pixels a side.
    fn new(headers: &Headers<'_>, side: usize) -> Self {
        let uses = |kind: fn(&Component) -> usize, index| {
            headers.components.iter().any(|component| kind(component) == index)
        };
        let codes = |index: usize| {
            let used = uses(|component| component.ac, index);
            headers.ac[index].as_ref().filter(|_| used)
        };
        Self {
            dc: std::array::from_fn(|index| {
                let used = uses(|component| component.dc, index);
                let definition = headers.dc[index].as_ref().filter(|_| used);
                definition.map(|definition| Codes::new(definition, Class::Dc))
            }),
            ac: std::array::from_fn(|index| {
                codes(index).map(|definition| Codes::new(definition, Class::Ac))
            }),
            skips: std::array::from_fn(|index| codes(index).filter(|_| side < 8).map(Skips::new)),
        }
    }
}

/// One of an MCU's blocks.
struct Unit<'a> {
    /// The index of its component.
    component: usize,
    /// Its place among those of its component.
    column: usize,
    row: usize,
    dc: &'a Codes,
    ac: &'a Codes,
    skips: Option<&'a Skips>,
}

fn decode_scan<const SIDE: usize>(
    headers: &Headers<'_>,
    tables: &Tables,
    resampler: &mut Resampler,
) -> Option<()> {
    let mut units = Vec::with_capacity(16);
    for (index, component) in headers.components.iter().enumerate() {
        for (row, column) in (0..component.down)
            .flat_map(|row| (0..component.across).map(move |column| (row, column)))
        {
            units.push(Unit {
                component: index,
                column,
                row,
                dc: tables.dc[component.dc].as_ref()?,
                ac: tables.ac[component.ac].as_ref()?,
                skips: tables.skips[component.ac].as_ref(),
            });
        }
    }
    let (columns, rows) = mcus(headers);
    let mut bits = Bits::new(headers.data);
    let mut predictions = [0i16; 3];
    let mut block: Block = [0; 64];
    let (mut until_restart, mut restarts) = (headers.restart_interval, 0u8);
    for _ in 0..rows {
        for column in 0..columns {
            if headers.restart_interval > 0 {
                if until_restart == 0 {
                    if !bits.restart(restarts) {
                        return None;
                    }
                    restarts = (restarts + 1) & 7;
                    until_restart = headers.restart_interval;
                    predictions = [0; 3];
                }
                until_restart -= 1;
            }
            for unit in &units {
                let component = &headers.components[unit.component];
                block[..(coefficients(SIDE) as usize).next_multiple_of(8)].fill(0);
                decode_block::<SIDE>(
                    &mut bits,
                    unit,
                    &mut predictions[unit.component],
                    &mut block,
                )?;
                let (pixels, stride) = resampler.planes[unit.component].next_rows();
                let first = SIDE * (unit.row * stride + column * component.across + unit.column);
                transform::write::<SIDE>(
                    &block,
                    &component.quantization,
                    &mut pixels[first..],
                    stride,
                );
            }
        }
        if bits.overrun() {
            return None;
        }
        resampler.advance();
    }
    bits.at_end_of_image().then_some(())
}

/// Reads a block's coefficients, as far as they matter to `SIDE` pixels a side, and takes the others
/// off `bits`. The DC coefficient counts from `prediction`, which becomes it.
#[inline(always)]
fn decode_block<const SIDE: usize>(
    bits: &mut Bits<'_>,
    unit: &Unit<'_>,
    prediction: &mut i16,
    block: &mut Block,
) -> Option<()> {
    bits.need(MOST_BITS);
    let (_, difference) = unit.dc.read(bits)?;
    *prediction = prediction.wrapping_add(difference);
    block[0] = *prediction;
    let mut position = 1;
    while position < coefficients(SIDE) {
        bits.need(MOST_BITS);
        let (advance, value) = unit.ac.read(bits)?;
        position += advance;
        if position > coefficients(SIDE) {
            break;
        }
        block[(position as usize - 1) & 63] = value;
    }
    if SIDE < 8 {
        while position < 64 {
            bits.need(MOST_BITS);
            position = match unit.skips?.skip(bits, position) {
                Some(position) => position,
                None => position + unit.ac.read(bits)?.0,
            };
        }
    }
    // Coefficients beyond the block are damage.
    (position == 64 || position >= END).then_some(())
}
