//! What precedes the entropy-coded data (ITU-T T.81, annex B).

use super::huffman::Definition;
use crate::colours;
use crate::exif::{self, Orientation};
use crate::resize::Colours;
use crate::segments::{APP1, EXIF};

/// A component of the frame, with its part of the scan header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Component {
    /// Blocks per row of an MCU: 1 to 4.
    pub(super) across: usize,
    /// Blocks per column of an MCU: 1 to 4.
    pub(super) down: usize,
    /// Its quantization steps, in the order of the file.
    pub(super) quantization: [u8; 64],
    /// The index of its code for DC coefficients: 0 to 3.
    pub(super) dc: usize,
    /// The index of its code for AC coefficients: 0 to 3.
    pub(super) ac: usize,
}

/// A picture that this decoder supports: see [`Headers::parse`].
#[derive(Debug)]
pub(super) struct Headers<'a> {
    /// Pixels in a row.
    pub(super) width: u16,
    /// Rows of pixels.
    pub(super) height: u16,
    /// One or three.
    pub(super) components: Vec<Component>,
    pub(super) colours: Colours,
    /// The codes for DC coefficients.
    pub(super) dc: [Option<Definition>; 4],
    /// The codes for AC coefficients.
    pub(super) ac: [Option<Definition>; 4],
    /// MCUs between restart markers; 0 if there are none.
    pub(super) restart_interval: u16,
    pub(super) orientation: Orientation,
    /// The entropy-coded data and what follows.
    pub(super) data: &'a [u8],
}

/// The frame header's part of a component.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameComponent {
    pub(super) identifier: u8,
    pub(super) across: usize,
    pub(super) down: usize,
    pub(super) quantization: usize,
}

/// A frame header.
#[derive(Debug)]
pub(super) struct Frame {
    is_baseline: bool,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) components: Vec<FrameComponent>,
}

/// The segments up to a scan.
#[derive(Debug, Default)]
pub(super) struct Tables {
    frame: Option<Frame>,
    pub(super) quantization: [Option<[u8; 64]>; 4],
    pub(super) dc: [Option<Definition>; 4],
    pub(super) ac: [Option<Definition>; 4],
    pub(super) restart_interval: u16,
    /// The orientation in the first Exif segment.
    pub(super) orientation: Option<Orientation>,
}

impl<'a> Headers<'a> {
    /// Parses the headers of a greyscale, YCbCr or RGB picture with 8 bits per sample in one
    /// sequential scan, Huffman-coded. Nothing for any other picture, and for a damaged one.
    pub(super) fn parse(jpeg: &'a [u8]) -> Option<Self> {
        let mut tables = Tables::default();
        let mut rest = jpeg.strip_prefix(b"\xFF\xD8")?;
        loop {
            while let [0xFF, 0xFF, ..] = rest {
                rest = &rest[1..];
            }
            let [0xFF, marker, high, low, ..] = *rest else { return None };
            let length = usize::from(u16::from_be_bytes([high, low]));
            let segment = rest.get(4..2 + length)?;
            rest = &rest[2 + length..];
            if marker == 0xDA {
                let colours = tables.frame.as_ref().and_then(|frame| frame.colours(jpeg))?;
                return tables.scan(segment, rest, colours);
            }
            tables.segment(marker, segment)?;
        }
    }
}

impl Tables {
    /// Processes a segment. Nothing for one that this decoder does not support, and for a damaged
    /// one.
    pub(super) fn segment(&mut self, marker: u8, segment: &[u8]) -> Option<()> {
        match marker {
            0xC0 | 0xC1 => {
                // A second frame would make it a hierarchical picture.
                self.frame = if self.frame.is_none() {
                    Some(frame(segment, marker == 0xC0)?)
                } else {
                    return None;
                }
            }
            0xC4 => self.huffman(segment)?,
            0xDB => self.quantization(segment)?,
            0xDD => self.restart_interval = u16::from_be_bytes(segment.try_into().ok()?),
            0xE0 => {
                // Motion JPEG omits tables.
                if segment.starts_with(b"AVI1") {
                    return None;
                }
            }
            APP1 => {
                if let (None, Some(tiff)) = (self.orientation, segment.strip_prefix(EXIF)) {
                    self.orientation = Some(exif::orientation(tiff));
                }
            }
            // Colour transforms that do not exist.
            0xEE if segment.starts_with(b"Adobe\0") && segment.get(11) > Some(&2) => return None,
            0xE2..=0xEF | 0xFE => {}
            _ => return None,
        }
        Some(())
    }

    fn huffman(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = segment {
            let (definition, rest) = Definition::parse(rest)?;
            let tables = match kind >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return None,
            };
            *tables.get_mut(usize::from(kind & 15))? = Some(definition);
            segment = rest;
        }
        Some(())
    }

    /// Tables with 16 bits per value are rejected: 8-bit pictures do not use them.
    fn quantization(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [index, rest @ ..] = segment {
            let (values, rest) = rest.split_first_chunk::<64>()?;
            if values.contains(&0) {
                return None;
            }
            *self.quantization.get_mut(usize::from(*index))? = Some(*values);
            segment = rest;
        }
        Some(())
    }

    fn scan<'a>(self, segment: &[u8], data: &'a [u8], colours: Colours) -> Option<Headers<'a>> {
        let frame = self.frame.as_ref()?;
        // Baseline pictures have two codes of each class.
        let third_code = self.dc[2..].iter().chain(&self.ac[2..]).any(Option::is_some);
        if frame.is_baseline && third_code {
            return None;
        }
        let (&count, segment) = segment.split_first()?;
        let (selectors, rest) = segment.split_at_checked(2 * usize::from(count))?;
        // The whole block at once, at full precision.
        if usize::from(count) != frame.components.len() || rest != [0, 63, 0] {
            return None;
        }
        let components = frame.components.iter().zip(selectors.chunks_exact(2));
        let components = components.map(|(component, selector)| {
            let (dc, ac) = (usize::from(selector[1] >> 4), usize::from(selector[1] & 15));
            let defined = self.dc.get(dc)?.is_some() && self.ac.get(ac)?.is_some();
            (selector[0] == component.identifier && defined).then_some(Component {
                across: component.across,
                down: component.down,
                quantization: (*self.quantization.get(component.quantization)?)?,
                dc,
                ac,
            })
        });
        Some(Headers {
            width: frame.width,
            height: frame.height,
            components: components.collect::<Option<_>>()?,
            colours,
            dc: self.dc,
            ac: self.ac,
            restart_interval: self.restart_interval,
            orientation: self.orientation.unwrap_or_default(),
            data,
        })
    }
}

impl Frame {
    /// The colour space of its components. Nothing unless there are one or three.
    pub(super) fn colours(&self, jpeg: &[u8]) -> Option<Colours> {
        match self.components.len() {
            1 => Some(Colours::Grey),
            3 if colours::are_rgb(jpeg) => Some(Colours::Rgb),
            3 => Some(Colours::YCbCr),
            _ => None,
        }
    }
}

/// Parses a frame header. Nothing for one that this decoder does not support.
pub(super) fn frame(segment: &[u8], is_baseline: bool) -> Option<Frame> {
    let [8, y1, y0, x1, x0, count, components @ ..] = segment else { return None };
    let (height, width) = (u16::from_be_bytes([*y1, *y0]), u16::from_be_bytes([*x1, *x0]));
    if height == 0 || width == 0 || components.len() != 3 * usize::from(*count) {
        return None;
    }
    let single = *count == 1;
    let components: Option<Vec<_>> = components
        .chunks_exact(3)
        .map(|component| {
            let (across, down) = (component[1] >> 4, component[1] & 15);
            let valid = (1..=4).contains(&across) && (1..=4).contains(&down);
            valid.then_some(FrameComponent {
                identifier: component[0],
                // A scan with one component is not interleaved: its blocks come row by row.
                across: if single { 1 } else { across.into() },
                down: if single { 1 } else { down.into() },
                quantization: component[2].into(),
            })
        })
        .collect();
    let components = components?;
    // A component with another sampling would have to be enlarged by a fraction, or an MCU would
    // have too many blocks; duplicate names are damage.
    let most = |side: fn(&FrameComponent) -> usize| components.iter().map(side).max();
    let (across, down) = (most(|component| component.across)?, most(|component| component.down)?);
    let blocks: usize = components.iter().map(|component| component.across * component.down).sum();
    let even = components
        .iter()
        .all(|component| across % component.across == 0 && down % component.down == 0);
    let distinct = components.iter().enumerate().all(|(index, component)| {
        components[..index].iter().all(|other| other.identifier != component.identifier)
    });
    if blocks > 10 || !even || !distinct {
        return None;
    }
    Some(Frame { is_baseline, width, height, components })
}
