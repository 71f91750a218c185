//! A decoder for common JPEGs, made for one purpose: to get a small picture from a large one
//! quickly.
//!
//! It supports sequential pictures (baseline and extended) of 8 bits in one scan, and progressive
//! ones ([`progressive`]), Huffman-coded, greyscale or YCbCr with any sampling; cameras, phones and
//! most programs write nothing else. It returns nothing for any other file, and for files that are
//! damaged, truncated or merely unusual: a general decoder then does the work or reports what is
//! wrong.
//!
//! Coefficients that the wanted size does not need are skipped, several at a time, without reading
//! their values; in blocks that are not shown, those are all of them. Each channel is resampled to
//! the wanted size as its rows appear, and colours are converted last, where there are the fewest
//! pixels.

mod bits;
mod headers;
mod huffman;
pub mod progressive;
mod region;
mod transform;

use crate::damaged::Damaged;
use crate::fit::{Fit, Window};
use crate::picture::{Decoded, Picture};
use crate::resize::{Plane, Resampler, Source};
use crate::scale::eighths_for;
use bits::{Bits, Found, Restart};
use headers::{Component, Headers};
pub(crate) use huffman::leaves_ones;
use huffman::{AcCode, DcCode, LOOKUP_BITS};
use region::Region;
use std::ops::Range;
use transform::{coefficients, places, quantization, Block, Quantization, Zeros};

/// Decodes a sequential JPEG to a picture with exactly the wanted width and height, as seen after
/// turning it.
///
/// Nothing for a picture that this decoder does not support, or with more than `max_pixels` pixels.
/// Lost, duplicate or misnumbered restart markers are resynchronized; missing parts are grey.
#[must_use]
pub fn decode(
    jpeg: &[u8],
    (width, height): (u16, u16),
    fit: Fit,
    max_pixels: u64,
    damaged: Damaged,
) -> Option<Decoded> {
    let headers = Headers::parse(jpeg)?;
    let pixels = u64::from(headers.width) * u64::from(headers.height);
    if pixels > max_pixels {
        return None;
    }
    let orientation = headers.orientation;
    let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let window = fit.window((headers.width, headers.height), (width, height));
    let side = usize::from(eighths_for(window.extent, (width, height)));
    let region = Region::of(&headers, &window, side);
    let mut resampler = resampler(&headers, side, &window, &region, width.into(), height.into());
    let is_damaged = match side {
        1 => decode_scan::<1>(&headers, &region, &mut resampler, damaged),
        2 => decode_scan::<2>(&headers, &region, &mut resampler, damaged),
        4 => decode_scan::<4>(&headers, &region, &mut resampler, damaged),
        _ => decode_scan::<8>(&headers, &region, &mut resampler, damaged),
    }?;
    let window = Window { origin: (0.0, 0.0), extent: (width.into(), height.into()) };
    let picture = Picture { is_damaged, ..resampler.into_picture() };
    Some(Decoded { picture, window, orientation })
}

/// The most blocks per row and per column of an MCU.
fn most_blocks(components: &[Component]) -> (usize, usize) {
    components.iter().fold((1, 1), |(across, down), component| {
        (across.max(component.across), down.max(component.down))
    })
}

/// MCUs per row, and rows of them.
fn mcus(headers: &Headers<'_>) -> (usize, usize) {
    let (across, down) = most_blocks(&headers.components);
    (
        usize::from(headers.width).div_ceil(8 * across),
        usize::from(headers.height).div_ceil(8 * down),
    )
}

/// For the blocks in `region`, each of which becomes `side` × `side` pixels.
fn resampler(
    headers: &Headers<'_>,
    side: usize,
    window: &Window,
    region: &Region,
    width: usize,
    height: usize,
) -> Resampler {
    let (most_across, most_down) = most_blocks(&headers.components);
    let sources: Vec<Source> = headers
        .components
        .iter()
        .map(|component| {
            let across =
                |pixels: f64| pixels * (side * component.across) as f64 / (8 * most_across) as f64;
            let down =
                |pixels: f64| pixels * (side * component.down) as f64 / (8 * most_down) as f64;
            let (width, height) = (component.across * side, component.down * side);
            let (left, top) = (region.columns.start * width, region.rows.start * height);
            let Window { origin, extent } = window.map(across, down);
            let counting =
                |pixels: f64, mcus: usize, size: usize| (pixels.ceil() as usize).min(mcus * size);
            Source {
                window: Window { origin: (origin.0 - left as f64, origin.1 - top as f64), extent },
                width: counting(across(headers.width.into()), region.columns.end, width) - left,
                height: counting(down(headers.height.into()), region.rows.end, height) - top,
                stride: region.columns.len() * width,
                step: height,
            }
        })
        .collect();
    Resampler::new(&sources, headers.colours, width, height)
}

/// The codes of a picture that its components use.
struct Codes {
    dc: [Option<Box<DcCode>>; 4],
    ac: [Option<Box<AcCode>>; 4],
}

impl Codes {
    fn new(headers: &Headers<'_>) -> Self {
        let mut codes = Self { dc: Default::default(), ac: Default::default() };
        for component in &headers.components {
            let (dc, ac) = (component.dc, component.ac);
            if codes.dc[dc].is_none() {
                codes.dc[dc] = headers.dc[dc].as_ref().map(|code| Box::new(DcCode::new(code)));
            }
            if codes.ac[ac].is_none() {
                codes.ac[ac] = headers.ac[ac].as_ref().map(|code| Box::new(AcCode::new(code)));
            }
        }
        codes
    }
}

/// A block of an MCU.
struct Unit<'a> {
    /// The index of its component.
    component: usize,
    /// The position of its pixels in its component's row of MCUs.
    first: usize,
    /// The distance to its position in the next MCU.
    step: usize,
    dc: &'a DcCode,
    ac: &'a AcCode,
    quantization: Quantization,
}

/// Decodes the picture, and returns whether a part of it is missing.
fn decode_scan<const SIDE: usize>(
    headers: &Headers<'_>,
    region: &Region,
    resampler: &mut Resampler,
    damaged: Damaged,
) -> Option<bool> {
    let codes = Codes::new(headers);
    let mut units = Vec::with_capacity(16);
    for (index, component) in headers.components.iter().enumerate() {
        let (_, stride) = resampler.planes[index].next_rows();
        for row in 0..component.down {
            for column in 0..component.across {
                units.push(Unit {
                    component: index,
                    first: SIDE * (row * stride + column),
                    step: SIDE * component.across,
                    dc: codes.dc[component.dc].as_deref()?,
                    ac: codes.ac[component.ac].as_deref()?,
                    quantization: quantization(&component.quantization, SIDE),
                });
            }
        }
    }
    let (columns, rows) = mcus(headers);
    let mut scan = Scan {
        bits: Bits::new(headers.data),
        predictions: [0; 3],
        restart_interval: headers.restart_interval,
        until_restart: headers.restart_interval,
        restarts: 0,
        is_empty: false,
        is_damaged: false,
        damaged,
    };
    for row in 0..rows {
        // Parts that are not shown are still read: the start of a block is only known at the end of
        // the previous one, and a file that is damaged there is damaged.
        let is_shown = region.rows.contains(&row);
        let shown = if is_shown { region.columns.clone() } else { 0..0 };
        let mut strips = resampler.planes.iter_mut().map(Plane::next_rows);
        let mut strips = std::array::from_fn(|_| strips.next().unwrap_or_default());
        scan = decode_row::<SIDE>(scan, columns, &shown, &units, &mut strips)?;
        if is_shown {
            resampler.advance();
        }
    }
    let ends_well = scan.is_empty || scan.bits.at_end_of_image() || scan.bits.at_end_of_file();
    (ends_well || damaged == Damaged::Accept).then_some(scan.is_damaged || !ends_well)
}

/// The progress of a scan.
#[derive(Clone, Copy)]
struct Scan<'a> {
    bits: Bits<'a>,
    /// The last DC coefficient of each component.
    predictions: [i16; 3],
    restart_interval: u16,
    /// MCUs until the next restart marker.
    until_restart: u16,
    /// The number of restart markers so far, modulo 8.
    restarts: u8,
    /// Whether there are no data up to the next restart marker.
    is_empty: bool,
    /// Whether anything has been missing so far.
    is_damaged: bool,
    damaged: Damaged,
}

impl Scan<'_> {
    /// Skips the restart marker that must be here. Nothing if it is missing and damage is rejected.
    #[cold]
    fn restarted(mut self) -> Option<Self> {
        let Restart { bits, is_empty, found } = self.bits.restarted(self.restarts);
        if found == Found::Damage && self.damaged == Damaged::Refuse {
            return None;
        }
        self.bits = bits;
        self.is_empty = is_empty;
        self.is_damaged |= found != Found::Expected;
        self.predictions = [0; 3];
        self.until_restart = self.restart_interval;
        self.restarts = (self.restarts + 1) & 7;
        Some(self)
    }

    /// Continues after missing or meaningless bits. Nothing if damage is rejected.
    #[cold]
    fn past_damage(mut self) -> Option<Self> {
        if self.damaged == Damaged::Refuse {
            return None;
        }
        self.is_damaged = true;
        self.is_empty = self.bits.overrun();
        self.bits.senseless = false;
        Some(self)
    }
}

/// Decodes a row of MCUs; those in `shown` produce the components' rows of pixels.
#[inline(never)]
fn decode_row<'a, const SIDE: usize>(
    mut scan: Scan<'a>,
    columns: usize,
    shown: &Range<usize>,
    units: &[Unit<'_>],
    strips: &mut [(&mut [u8], usize); 3],
) -> Option<Scan<'a>> {
    let mut bits = scan.bits;
    let mut block: Block = [0; 128];
    let zeros = Zeros::new();
    for column in 0..columns {
        if scan.restart_interval > 0 {
            if scan.until_restart == 0 {
                scan = Scan { bits, ..scan }.restarted()?;
                bits = scan.bits;
            }
            scan.until_restart -= 1;
        }
        if !shown.contains(&column) {
            if !scan.is_empty {
                for unit in units {
                    let prediction = &mut scan.predictions[unit.component];
                    (bits, *prediction) = pass_block(bits, unit, *prediction, &mut block);
                }
            }
        } else {
            let place = column - shown.start;
            for unit in units {
                zeros.clear::<SIDE>(&mut block);
                if !scan.is_empty {
                    let prediction = &mut scan.predictions[unit.component];
                    (bits, *prediction) = decode_block::<SIDE>(bits, unit, *prediction, &mut block);
                }
                let (pixels, stride) = &mut strips[unit.component];
                let pixels = &mut pixels[unit.first + place * unit.step..];
                transform::write::<SIDE>(&block, &unit.quantization, pixels, *stride);
            }
        }
        if (bits.overrun() || bits.senseless) && !scan.is_empty {
            scan = Scan { bits, ..scan }.past_damage()?;
            bits = scan.bits;
        }
    }
    scan.bits = bits;
    Some(scan)
}

/// Reads a block's coefficients that matter for `SIDE` × `SIDE` pixels, and skips the others in
/// `bits`. Returns the rest, and the DC coefficient, which is relative to `prediction`.
#[inline(always)]
fn decode_block<'a, const SIDE: usize>(
    mut bits: Bits<'a>,
    unit: &Unit<'_>,
    prediction: i16,
    block: &mut Block,
) -> (Bits<'a>, i16) {
    let places = const { &places(SIDE) };
    bits.refill();
    let dc = prediction.wrapping_add(unit.dc.read(&mut bits));
    block[0] = dc;
    let mut position = 1;
    while position < coefficients(SIDE) {
        bits.need(LOOKUP_BITS);
        position = unit.ac.read(&mut bits, position, block, places);
    }
    while position < 64 {
        bits.need(LOOKUP_BITS);
        position = unit.ac.skip(&mut bits, position, block, places);
    }
    (bits, dc)
}

/// Reads a block that is not shown; the following ones need its DC coefficient.
#[inline(always)]
fn pass_block<'a>(
    mut bits: Bits<'a>,
    unit: &Unit<'_>,
    prediction: i16,
    block: &mut Block,
) -> (Bits<'a>, i16) {
    let places = const { &places(1) };
    bits.refill();
    let dc = prediction.wrapping_add(unit.dc.read(&mut bits));
    let mut position = 1;
    while position < 64 {
        bits.need(LOOKUP_BITS);
        position = unit.ac.skip(&mut bits, position, block, places);
    }
    (bits, dc)
}

#[cfg(test)]
mod tests;
