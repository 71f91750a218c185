//! Progressive pictures (ITU-T T.81, annex G), decoded at a small size: of each block, the
//! coefficients that the size needs are kept, and for the others only which are nonzero, if a
//! needed scan depends on it.
//!
//! At one pixel per block, that is only the mean, and all scans of other coefficients are skipped.

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
use crate::damaged::Damaged;
use crate::fit::{Fit, Window};
use crate::picture::{Decoded, Picture};
use crate::resize::{self, Colours};
use crate::scale::eighths_for;
use crate::segments::Segments;
use crate::survey::{Survey, MAX_MEMORY};
use plane::Plane;
use scan::{Reader, Scan};
use std::iter::Peekable;
use symbols::SymbolCode;

/// The marker of a progressive frame with Huffman codes (SOF2).
const PROGRESSIVE: u8 = 0xC2;
/// The marker of a scan (SOS).
const SCAN: u8 = 0xDA;
/// The marker of the end of the picture (EOI).
const END: u8 = 0xD9;

/// A marker and its payload, and what follows them in the file.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    marker: u8,
    payload: &'a [u8],
    rest: &'a [u8],
}

/// Decodes a progressive 8-bit JPEG, greyscale, YCbCr or RGB, to a picture with exactly the wanted
/// width and height, as seen after turning it.
///
/// Nothing for any other picture, and for one that exceeds the limits of [`Survey`]. Lost,
/// duplicate or misnumbered restart markers are resynchronized; missing parts are shown as in
/// earlier scans.
#[must_use]
pub fn decode(
    jpeg: &[u8],
    (width, height): (u16, u16),
    fit: Fit,
    max_pixels: u64,
    damaged: Damaged,
) -> Option<Decoded> {
    let (steps, is_whole) = steps(jpeg, damaged)?;
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
    let colours = frame.colours(jpeg)?;
    let orientation = tables.orientation.unwrap_or_default();
    let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    let target = (width, height);
    let window = fit.window((frame.width, frame.height), target);
    let file = File { frame: &frame, colours, steps: &steps, is_whole, damaged };
    let picture = match eighths_for(window.extent, target) {
        1 => Store::<1>::read(&file)?.picture(target, &window),
        2 => Store::<2>::read(&file)?.picture(target, &window),
        4 => Store::<4>::read(&file)?.picture(target, &window),
        _ => Store::<8>::read(&file)?.picture(target, &window),
    };
    let window = Window { origin: (0.0, 0.0), extent: (width.into(), height.into()) };
    Some(Decoded { picture, window, orientation })
}

/// The segments up to the end of the picture, and whether that end is present. Nothing for other
/// kinds.
fn steps(jpeg: &[u8], damaged: Damaged) -> Option<(Vec<Step<'_>>, bool)> {
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
            // Other frames, and what no decoder continues after.
            _ if damaged == Damaged::Refuse => return None,
            _ => break,
        }
        let (marker, payload, rest) = (segment.marker, segment.payload, segments.rest());
        steps.push(Step { marker, payload, rest });
    }
    is_progressive.then_some((steps, false))
}

/// The parts of a file.
struct File<'f, 'a> {
    frame: &'f Frame,
    colours: Colours,
    steps: &'f [Step<'a>],
    /// Whether the marker of the end of the picture is present.
    is_whole: bool,
    damaged: Damaged,
}

impl File<'_, '_> {
    /// Whether all scans must be read, to find out whether only the end of the picture is missing.
    fn needs_all(&self) -> bool {
        !self.is_whole && self.damaged == Damaged::Refuse
    }

    /// The headers of all scans. Nothing if one is invalid in a progressive picture, unless damage
    /// is accepted: then what follows it is skipped.
    fn scans(&self) -> Option<Vec<Scan>> {
        let mut scans = Vec::with_capacity(16);
        for step in self.steps.iter().filter(|step| step.marker == SCAN) {
            match Scan::parse(step.payload, self.frame) {
                Some(scan) => scans.push(scan),
                None if self.damaged == Damaged::Accept => break,
                None => return None,
            }
        }
        Some(scans)
    }
}

/// What is kept of a picture whose blocks become `SIDE` × `SIDE` pixels.
struct Store<'a, const SIDE: usize> {
    headers: Headers<'a>,
    planes: Vec<Plane<SIDE>>,
    tables: Tables,
    /// For each component, whether a scan has come, which fixes its quantization table.
    quantized: Vec<bool>,
    /// For each component, whether its means have come.
    has_means: Vec<bool>,
    is_damaged: bool,
}

impl<'a, const SIDE: usize> Store<'a, SIDE> {
    /// Reads the scans that matter.
    fn read(file: &File<'_, 'a>) -> Option<Self> {
        let scans = file.scans()?;
        let mut store = Self::new(file, &scans)?;
        let mut scans = scans.iter().peekable();
        for step in file.steps {
            if store.take(step, &mut scans, file).is_none() {
                if file.damaged == Damaged::Refuse {
                    return None;
                }
                store.is_damaged = true;
                break;
            }
        }
        // Each component needs at least its means; in a damaged file, only the first one.
        let needed = if file.damaged == Damaged::Refuse { store.has_means.len() } else { 1 };
        store.has_means.iter().take(needed).all(|&has| has).then_some(store)
    }

    /// Processes one segment, with the scan that follows it.
    fn take<'s>(
        &mut self,
        step: &Step<'a>,
        scans: &mut Peekable<impl Iterator<Item = &'s Scan>>,
        file: &File<'_, '_>,
    ) -> Option<()> {
        match step.marker {
            PROGRESSIVE => {}
            SCAN => {
                let scan = scans.next()?;
                for &(index, ..) in &scan.components {
                    if !self.quantized[index] {
                        let table = file.frame.components[index].quantization;
                        self.headers.components[index].quantization =
                            (*self.tables.quantization.get(table)?)?;
                        self.quantized[index] = true;
                    }
                    self.has_means[index] |= scan.first == 0 && !scan.refines;
                }
                let is_last = scans.peek().is_none();
                // A refinement scan has bits for coefficients that are missing because of a restart
                // marker.
                let damaged = if self.is_damaged { Damaged::Accept } else { file.damaged };
                let read = self.scan(scan, step.rest, damaged)?;
                if is_last && file.needs_all() && !read.is_some_and(Bits::at_end_of_file) {
                    return None;
                }
            }
            _ => self.tables.segment(step.marker, step.payload)?,
        }
        Some(())
    }

    fn new(file: &File<'_, '_>, scans: &[Scan]) -> Option<Self> {
        let headers = headers(file.frame, file.colours);
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
                let reach = if file.needs_all() {
                    63
                } else {
                    scan::reach(scans, index, coefficients(SIDE) - 1)
                };
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
        let planes: Vec<_> = planes.into_iter().map(Plane::with_room).collect();
        let none = vec![false; planes.len()];
        Some(Self {
            headers,
            planes,
            tables: Tables::default(),
            quantized: none.clone(),
            has_means: none,
            // In a file that would be rejected for damage, only the marker of the end is missing.
            is_damaged: file.damaged == Damaged::Accept && !file.is_whole,
        })
    }

    /// Reads a scan and returns what follows, with nothing inside for a scan that does not matter.
    /// Nothing for a damaged one if damage is rejected, and for one whose codes are missing.
    #[allow(clippy::option_option)]
    fn scan<'d>(
        &mut self,
        scan: &Scan,
        data: &'d [u8],
        damaged: Damaged,
    ) -> Option<Option<Bits<'d>>> {
        let mut reader = Reader::new(data, self.tables.restart_interval, damaged);
        let &(index, _, ac) = scan.components.first()?;
        if scan.first == 0 {
            self.means(scan, &mut reader)?;
        } else {
            let plane = &mut self.planes[index];
            if scan.first > plane.reach {
                return Some(None);
            }
            let code = SymbolCode::new(self.tables.ac.get(ac)?.as_ref()?);
            if scan.refines {
                plane.refine(scan, &code, &mut reader)?;
            } else {
                plane.read(scan, &code, &mut reader)?;
            }
        }
        self.is_damaged |= reader.is_damaged;
        Some(Some(reader.bits))
    }

    /// Converts the shown blocks to pixels, and these to the picture.
    fn picture(self, (width, height): (u16, u16), window: &Window) -> Picture {
        let Self { headers, planes, is_damaged, .. } = self;
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
        Picture { is_damaged, ..resampler.into_picture() }
    }
}

fn headers<'a>(frame: &Frame, colours: Colours) -> Headers<'a> {
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
        colours,
        dc: Default::default(),
        ac: Default::default(),
        restart_interval: 0,
        orientation: Default::default(),
        data: &[],
    }
}

#[cfg(test)]
mod tests;
