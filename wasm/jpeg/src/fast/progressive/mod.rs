//! Progressive pictures (ITU-T T.81, annex G), decoded for a small size: of each block the coefficients that
//! the size needs are kept, and of the others only which are there, where a scan that is needed depends on it.
//!
//! At one pixel a block that is the mean alone, and all scans of other coefficients are passed over.

mod means;
mod plane;
mod scan;
mod symbols;

use super::bits::Bits;
use super::headers::{self, Component, Frame, Headers, Tables};
use super::huffman::DcCode;
use super::region::Region;
use super::transform::{self, coefficients, quantization, Block};
use super::{mcus, most_blocks, resampler};
use crate::adobe;
use crate::fit::{Fit, Window};
use crate::picture::Decoded;
use crate::resize::{self, Resampler};
use crate::scale::eighths_for;
use crate::segments::Segments;
use crate::survey::{Survey, MAX_MEMORY};
use plane::Plane;
use scan::{Reader, Scan};
use symbols::SymbolCode;

/// The marker of a progressive frame with Huffman codes (SOF2).
const PROGRESSIVE: u8 = 0xC2;
/// The marker of a scan (SOS).
const SCAN: u8 = 0xDA;
/// The marker of the picture's end (EOI).
const END: u8 = 0xD9;

/// A marker and its payload, and what follows these in the file.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    marker: u8,
    payload: &'a [u8],
    rest: &'a [u8],
}

/// Decodes a progressive JPEG of 8 bits, greyscale or YCbCr, to a picture of exactly `width` × `height`, as
/// seen: after turning it.
///
/// Nothing for any other picture, for a damaged one, and for one that is beyond the bounds of [`Survey`].
#[must_use]
pub fn decode(jpeg: &[u8], width: u16, height: u16, fit: Fit, max_pixels: u64) -> Option<Decoded> {
    let (steps, is_whole) = steps(jpeg)?;
    Survey::of(jpeg).check(max_pixels).ok()?;
    let mut tables = Tables::default();
    let mut frame = None;
    for step in steps.iter().take_while(|step| step.marker != SCAN) {
        match step.marker {
            PROGRESSIVE => frame = Some(headers::frame(step.payload, false)?),
            _ => tables.segment(step.marker, step.payload)?,
        }
    }
    let frame = frame?;
    let is_rgb = frame.components.len() == 3 && adobe::says_rgb(jpeg);
    if !tables.shows_luminance_and_colour(&frame) || is_rgb {
        return None;
    }
    let orientation = tables.orientation.unwrap_or_default();
    let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let target = (width, height);
    let window = fit.window((frame.width, frame.height), target);
    let resampler = match eighths_for(window.extent, target) {
        1 => Store::<1>::read(&frame, &steps, is_whole)?.picture(target, &window),
        2 => Store::<2>::read(&frame, &steps, is_whole)?.picture(target, &window),
        4 => Store::<4>::read(&frame, &steps, is_whole)?.picture(target, &window),
        _ => Store::<8>::read(&frame, &steps, is_whole)?.picture(target, &window),
    };
    let window = Window { origin: (0.0, 0.0), extent: (width.into(), height.into()) };
    Some(Decoded { picture: resampler.into_picture(), window, orientation })
}

/// The segments up to the end of the picture, and whether that is there. Nothing for other kinds.
fn steps(jpeg: &[u8]) -> Option<(Vec<Step<'_>>, bool)> {
    if !jpeg.starts_with(b"\xFF\xD8") {
        return None;
    }
    let mut segments = Segments::of(jpeg);
    let mut steps = Vec::with_capacity(32);
    let mut is_progressive = false;
    while let Some(segment) = segments.next() {
        match segment.marker {
            _ if segment.is_restart() => continue,
            END => return is_progressive.then_some((steps, true)),
            PROGRESSIVE if !is_progressive => is_progressive = true,
            0xC4 | SCAN | 0xDB | 0xDD | 0xE0..=0xEF | 0xFE => {}
            // Other frames, and what no decoder goes beyond.
            _ => return None,
        }
        let (marker, payload, rest) = (segment.marker, segment.payload, segments.rest());
        steps.push(Step { marker, payload, rest });
    }
    is_progressive.then_some((steps, false))
}

/// What is kept of a picture whose blocks become `SIDE` pixels a side.
struct Store<'a, const SIDE: usize> {
    headers: Headers<'a>,
    planes: Vec<Plane<SIDE>>,
}

impl<'a, const SIDE: usize> Store<'a, SIDE> {
    /// Reads the scans that matter; all of them where the picture's end is missing, to know whether that is all
    /// that is.
    fn read(frame: &Frame, steps: &[Step<'a>], is_whole: bool) -> Option<Self> {
        let mut scans = Vec::with_capacity(16);
        for step in steps.iter().filter(|step| step.marker == SCAN) {
            scans.push(Scan::parse(step.payload, frame)?);
        }
        let mut store = Self::new(frame, &scans, is_whole)?;
        let mut tables = Tables::default();
        let mut scans = scans.iter().peekable();
        let mut quantized = vec![false; store.planes.len()];
        let mut has_means = quantized.clone();
        for step in steps {
            match step.marker {
                PROGRESSIVE => {}
                SCAN => {
                    let scan = scans.next()?;
                    for &(index, ..) in &scan.components {
                        has_means[index] |= scan.first == 0 && !scan.refines;
                        if !std::mem::replace(&mut quantized[index], true) {
                            let table =
                                *tables.quantization.get(frame.components[index].quantization)?;
                            store.headers.components[index].quantization = table?;
                        }
                    }
                    let is_cut = !is_whole && scans.peek().is_none();
                    let read = store.scan(scan, &tables, step.rest)?;
                    if is_cut && !read.is_some_and(Bits::at_end_of_file) {
                        return None;
                    }
                }
                _ => tables.segment(step.marker, step.payload)?,
            }
        }
        // Each component needs its means, at the least.
        has_means.into_iter().all(|is| is).then_some(store)
    }

    fn new(frame: &Frame, scans: &[Scan], is_whole: bool) -> Option<Self> {
        let headers = headers(frame);
        let (most_across, most_down) = most_blocks(&headers.components);
        let (columns, rows) = mcus(&headers);
        let planes: Vec<_> = headers
            .components
            .iter()
            .enumerate()
            .map(|(index, component)| {
                let extent = |pixels: u16, blocks: usize, most: usize| {
                    (usize::from(pixels) * blocks).div_ceil(8 * most)
                };
                let reach =
                    if is_whole { scan::reach(scans, index, coefficients(SIDE) - 1) } else { 63 };
                Plane::sized(
                    (columns * component.across, rows * component.down),
                    (
                        extent(headers.width, component.across, most_across),
                        extent(headers.height, component.down, most_down),
                    ),
                    reach,
                )
            })
            .collect();
        if planes.iter().map(Plane::bytes).sum::<u64>() > MAX_MEMORY {
            return None;
        }
        let planes = planes.into_iter().map(Plane::with_room).collect();
        Some(Self { headers, planes })
    }

    /// Reads a scan and returns what follows: nothing within for one that does not matter.
    #[allow(clippy::option_option)]
    fn scan<'d>(
        &mut self,
        scan: &Scan,
        tables: &Tables,
        data: &'d [u8],
    ) -> Option<Option<Bits<'d>>> {
        let mut reader = Reader::new(data, tables.restart_interval);
        let &(index, _, ac) = scan.components.first()?;
        if scan.first == 0 {
            self.means(scan, tables, &mut reader)?;
        } else {
            let plane = &mut self.planes[index];
            if scan.first > plane.reach {
                return Some(None);
            }
            let code = SymbolCode::new(tables.ac.get(ac)?.as_ref()?);
            if scan.refines {
                plane.refine(scan, &code, &mut reader)?;
            } else {
                plane.read(scan, &code, &mut reader)?;
            }
        }
        Some(Some(reader.bits))
    }

    /// Makes pixels of the blocks that are shown, and the picture of these.
    fn picture(self, (width, height): (u16, u16), window: &Window) -> Resampler {
        let Self { headers, planes } = self;
        let region = Region::of(&headers, window, SIDE);
        let mut resampler = resampler(&headers, SIDE, window, &region, width.into(), height.into());
        let steps: Vec<_> = headers
            .components
            .iter()
            .map(|component| quantization(&component.quantization, SIDE))
            .collect();
        for row in region.rows.clone() {
            let targets = resampler.planes.iter_mut().map(resize::Plane::next_rows);
            let sources = planes.iter().zip(&headers.components).zip(&steps);
            for ((pixels, stride), ((plane, component), steps)) in targets.zip(sources) {
                for down in 0..component.down {
                    let blocks = plane
                        .row(row * component.down + down)
                        .skip(region.columns.start * component.across)
                        .take(region.columns.len() * component.across);
                    for (column, kept) in blocks.enumerate() {
                        let mut block: Block = [0; 128];
                        block[..SIDE * SIDE].copy_from_slice(kept);
                        let first = SIDE * (down * stride + column);
                        transform::write::<SIDE>(&block, steps, &mut pixels[first..], stride);
                    }
                }
            }
            resampler.advance();
        }
        resampler
    }
}

fn headers<'a>(frame: &Frame) -> Headers<'a> {
    let component = |component: &headers::FrameComponent| Component {
        across: component.across,
        down: component.down,
        quantization: [1; 64],
        dc: 0,
        ac: 0,
    };
    Headers {
        width: frame.width,
        height: frame.height,
        components: frame.components.iter().map(component).collect(),
        dc: Default::default(),
        ac: Default::default(),
        restart_interval: 0,
        orientation: Default::default(),
        data: &[],
    }
}

#[cfg(test)]
mod tests;
