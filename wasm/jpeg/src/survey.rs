//! What decoding a JPEG will take, determined from its markers before any of it is decoded, and how
//! much it may take.
//!
//! A few bytes can require a lot: a frame header can declare any number of pixels, and each ten
//! bytes of a scan header one more pass over all of them. What is rejected here is beyond what
//! encoders write:
//!
//! - A picture has no more blocks of 8 × 8 than the file has bits, since each takes at least one.
//!   [`SMALL_PICTURE`] blocks are allowed whatever the file's size.
//! - All its scans together have at most [`MAX_WORK`] of work per block, or for [`SMALL_PICTURE`]
//!   blocks if it has fewer. A visit to a block is [`VISIT_WORK`]; refining more coefficients than
//!   that is one unit for each of them. For luminance, libjpeg's progressive scans take 158 (2
//!   scans of means, 2 of the rest, 2 that refine all 63) and MozJPEG's up to 213; a sequential
//!   picture takes only 8 units. Each segment adds [`SEGMENT_WORK`].
//! - Codes leave the bits that are all ones unused, as the standard requires, so that data have an
//!   end ([`crate::guarded`]): their meaning is then bounded by their size.
//! - What the decoder keeps while it decodes, see [`Survey::memory`], is at most [`MAX_MEMORY`]
//!   bytes.

use crate::error::Error;
use crate::fast::leaves_ones;
use crate::segments::{Segment, Segments, APP1, EXIF, START_OF_SCAN};

/// Blocks that any picture may have: 4 megapixels of greyscale, 2.8 of common colour (4:2:0).
pub const SMALL_PICTURE: u64 = 1 << 16;

/// The maximum work of all scans together, per block.
pub const MAX_WORK: u64 = 256;

/// The minimum work of a scan's visit to a block. One unit is the time to process a coefficient:
/// about 1.5 ns.
pub const VISIT_WORK: u64 = 8;

/// The work of a segment, whatever its length: building the tables of a code takes that long.
pub const SEGMENT_WORK: u64 = 1024;

/// The most bytes that may be kept at a time: enough for 50 megapixels of progressive YCbCr without
/// subsampling (4:4:4), decoded at up to half their size.
pub const MAX_MEMORY: u64 = 320_000_000;

/// A component of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Component {
    identifier: u8,
    /// Including those that fill up the last MCUs.
    blocks: u64,
}

/// The content of the first frame header.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frame {
    /// What makes it unsupported, if anything.
    unsupported: Option<&'static str>,
    is_progressive: bool,
    width: u16,
    height: u16,
    components: Vec<Component>,
}

impl Frame {
    /// Nothing for a header that no decoder accepts.
    fn parse(marker: u8, segment: &[u8]) -> Option<Self> {
        let [precision, y1, y0, x1, x0, count, components @ ..] = segment else { return None };
        let (height, width) = (u16::from_be_bytes([*y1, *y0]), u16::from_be_bytes([*x1, *x0]));
        if components.is_empty() || components.len() != 3 * usize::from(*count) {
            return None;
        }
        let sampling =
            |component: &[u8]| (u64::from(component[1] >> 4), u64::from(component[1] & 15));
        let components = components.chunks_exact(3);
        let most = components
            .clone()
            .map(sampling)
            .fold((0, 0), |most, (across, down)| (most.0.max(across), most.1.max(down)));
        if most.0 == 0 || most.1 == 0 {
            return None;
        }
        let mcus = u64::from(width).div_ceil(8 * most.0) * u64::from(height).div_ceil(8 * most.1);
        let components = components.map(|component| {
            let (across, down) = sampling(component);
            Component { identifier: component[0], blocks: mcus * across * down }
        });
        Some(Self {
            unsupported: unsupported(marker, *precision),
            is_progressive: matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE),
            width,
            height,
            components: components.collect(),
        })
    }

    fn blocks(&self) -> u64 {
        self.components.iter().map(|component| component.blocks).sum()
    }

    /// The work of a scan with this header. Nothing for one that no decoder accepts.
    fn work_of(&self, scan: &[u8]) -> Option<u64> {
        let (&count, rest) = scan.split_first()?;
        let (selectors, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let [first, last, bits] = rest else { return None };
        let is_refinement = self.is_progressive && bits >> 4 > 0;
        let band = if is_refinement { u64::from(last.checked_sub(*first)?) + 1 } else { 0 };
        let mut blocks = 0;
        for selector in selectors.chunks_exact(2) {
            let named = |component: &&Component| component.identifier == selector[0];
            blocks += self.components.iter().find(named)?.blocks;
        }
        Some(blocks * band.max(VISIT_WORK))
    }
}

/// The kind of JPEG, if it is unsupported (ITU-T T.81, table B.1).
fn unsupported(marker: u8, precision: u8) -> Option<&'static str> {
    match marker {
        0xC9..=0xCB => Some("arithmetic-coded JPEG"),
        0xC3 => Some("lossless JPEG"),
        0xC5..=0xC7 | 0xCD..=0xCF => Some("hierarchical JPEG"),
        _ if precision != 8 => Some("JPEG with other than 8 bits per sample"),
        _ => None,
    }
}

/// The marker of definitions of Huffman codes (DHT).
const DEFINE_CODES: u8 = 0xC4;

/// Whether all codes that the payload defines leave them unused, as far as decoders read it.
fn all_leave_ones(mut payload: &[u8]) -> bool {
    while let Some((counts, rest)) =
        payload.split_first().and_then(|(_, rest)| rest.split_first_chunk())
    {
        if !leaves_ones(counts) {
            return false;
        }
        let symbols = counts.iter().map(|&count| usize::from(count)).sum();
        payload = rest.get(symbols..).unwrap_or_default();
    }
    true
}

/// What a file's markers declare: see the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey<'a> {
    bytes: u64,
    frame: Option<Frame>,
    scans: u64,
    segments: u64,
    work: u64,
    full_code: bool,
    exif: Option<&'a [u8]>,
}

impl<'a> Survey<'a> {
    /// Goes over the file once. What comes after damage that no decoder survives does not count.
    #[must_use]
    pub fn of(jpeg: &'a [u8]) -> Self {
        let mut survey = Self {
            bytes: jpeg.len() as u64,
            frame: None,
            scans: 0,
            segments: 0,
            work: 0,
            full_code: false,
            exif: None,
        };
        for segment in Segments::of(jpeg) {
            if survey.add(&segment).is_none() {
                break;
            }
        }
        survey
    }

    /// Nothing if decoders stop here.
    fn add(&mut self, segment: &Segment<'a>) -> Option<()> {
        let Segment { marker, payload, .. } = *segment;
        match marker {
            _ if segment.is_restart() => return Some(()),
            0x01..=0xBF | 0xD8 | 0xD9 => return None,
            DEFINE_CODES => self.full_code |= !all_leave_ones(payload),
            // These are not frame headers.
            0xC8 | 0xCC => {}
            0xC0..=0xCF if self.frame.is_some() => return None,
            0xC0..=0xCF => self.frame = Some(Frame::parse(marker, payload)?),
            START_OF_SCAN => {
                let work = self.frame.as_ref()?.work_of(payload)?;
                self.scans += 1;
                self.work = self.work.saturating_add(work);
            }
            APP1 if self.exif.is_none() => self.exif = payload.strip_prefix(EXIF),
            _ => {}
        }
        self.segments += 1;
        self.work = self.work.saturating_add(SEGMENT_WORK);
        Some(())
    }

    /// Exif metadata, starting with their TIFF header: the first if there are several, like in
    /// common readers.
    #[must_use]
    pub fn exif(&self) -> Option<&'a [u8]> {
        self.exif
    }

    /// Width and height in the frame header, in pixels.
    #[must_use]
    pub fn size(&self) -> Option<(u16, u16)> {
        self.frame.as_ref().map(|frame| (frame.width, frame.height))
    }

    /// 8 × 8 blocks of all components, including those that fill up the last MCUs.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.frame.as_ref().map_or(0, Frame::blocks)
    }

    /// The work of all scans and segments: see the module.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Bytes that a decoder keeps at a time if each block becomes `side` × `side` pixels: all
    /// coefficients of a progressive picture, the pixels of the components, the combined pixels.
    #[must_use]
    pub fn memory(&self, side: u16) -> u64 {
        let Some(frame) = &self.frame else { return 0 };
        let (blocks, pixels) = (frame.blocks(), u64::from(side) * u64::from(side));
        let coefficients = if frame.is_progressive { 2 * 64 } else { 0 };
        // When combined, each component has as many pixels as the largest.
        let largest = frame.components.iter().map(|component| component.blocks).max();
        let whole = largest.unwrap_or_default() * frame.components.len() as u64;
        let together = if frame.components.len() > 1 { whole * pixels } else { 0 };
        blocks * (coefficients + pixels) + together
    }

    /// Rejects what exceeds the limits, except for [`Survey::check_memory`].
    ///
    /// # Errors
    /// An [`Error`] that names the limit.
    pub fn check(&self, max_pixels: u64) -> Result<(), Error> {
        let blocks = self.blocks();
        if let Some(frame) = &self.frame {
            if let Some(kind) = frame.unsupported {
                return Err(Error(format!(
                    "{kind} is not supported; expected baseline or progressive, Huffman-coded"
                )));
            }
            let pixels = u64::from(frame.width) * u64::from(frame.height);
            if pixels > max_pixels {
                return Err(Error::too_many_pixels(frame.width, frame.height, max_pixels));
            }
            let bits = 8 * self.bytes;
            if blocks > bits.max(SMALL_PICTURE) {
                return Err(Error(format!(
                    "the JPEG picture is truncated: {} bytes are too few for its {} x {} pixels",
                    self.bytes, frame.width, frame.height
                )));
            }
        }
        if self.full_code {
            return Err(Error(
                "the JPEG picture is damaged: one of its Huffman tables has a code that consists only of ones"
                    .into(),
            ));
        }
        let most = MAX_WORK * blocks.max(SMALL_PICTURE);
        if self.work > most {
            return Err(Error(format!(
                "the picture takes too much work to decode: its {} scans and {} other segments \
                 make {} units, the limit is {most}",
                self.scans,
                self.segments - self.scans,
                self.work
            )));
        }
        Ok(())
    }

    /// Rejects decoding each block to `side` × `side` pixels if that takes more than
    /// [`MAX_MEMORY`].
    ///
    /// # Errors
    /// An [`Error`] that names the limit.
    pub fn check_memory(&self, side: u16) -> Result<(), Error> {
        let memory = self.memory(side);
        if memory > MAX_MEMORY {
            return Err(Error(format!(
                "the picture takes {memory} bytes of memory to decode, the limit is {MAX_MEMORY}"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
        let length = (payload.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker], &length[..], payload].concat()
    }

    /// Each component's sampling as in the frame header.
    fn frame(marker: u8, width: u16, height: u16, sampling: &[u8]) -> Vec<u8> {
        let mut payload = [&[8], &height.to_be_bytes()[..], &width.to_be_bytes()].concat();
        payload.push(sampling.len() as u8);
        payload.extend((1..).zip(sampling).flat_map(|(name, &sampling)| [name, sampling, 0]));
        segment(marker, &payload)
    }

    /// The first and the last coefficient, and the bits of successive approximation.
    fn scan(components: &[u8], [first, last, bits]: [u8; 3]) -> Vec<u8> {
        let mut payload = vec![components.len() as u8];
        payload.extend(components.iter().flat_map(|&name| [name, 0]));
        payload.extend([first, last, bits]);
        segment(START_OF_SCAN, &payload)
    }

    /// A file with these parts, padded to `bytes` bytes.
    fn file(parts: &[Vec<u8>], bytes: usize) -> Vec<u8> {
        let mut file = [b"\xFF\xD8", &parts.concat()[..]].concat();
        file.resize(file.len().max(bytes), 0);
        file
    }

    fn refusal(parts: &[Vec<u8>], bytes: usize) -> Option<String> {
        match Survey::of(&file(parts, bytes)).check(50_000_000) {
            Ok(()) => None,
            Err(Error(message)) => Some(message),
        }
    }

    const SIDE: u16 = 7071;
    const BLOCKS: usize = 884 * 884;

    #[test]
    fn kinds_that_are_not_decoded_are_named() {
        let named = |marker| refusal(&[frame(marker, 8, 8, &[0x11])], 0).unwrap_or_default();
        for marker in 0xC9..=0xCB {
            assert!(named(marker).starts_with("arithmetic-coded JPEG is not supported"));
        }
        assert!(named(0xC3).starts_with("lossless JPEG is not supported"));
        assert!(named(0xC5).starts_with("hierarchical JPEG is not supported"));
        assert!(named(0xCE).starts_with("hierarchical JPEG is not supported"));
        for marker in 0xC0..=0xC2 {
            assert_eq!(named(marker), "");
            let mut twelve = frame(marker, 8, 8, &[0x11]);
            twelve[4] = 12;
            assert!(refusal(&[twelve], 0).unwrap().contains("other than 8 bits"));
        }
    }

    #[test]
    fn blocks_need_bits() {
        let baseline =
            |sampling: &[u8]| [frame(0xC0, SIDE, SIDE, sampling), scan(&[1], [0, 63, 0])];
        let grey = baseline(&[0x11]);
        assert!(refusal(&grey, BLOCKS / 8 - 1).unwrap().contains("too few for its 7071 x 7071"));
        assert_eq!(refusal(&grey, BLOCKS / 8), None);
        // Including padding of MCUs: 442 of 16 x 16 each way, with 6 blocks each.
        let colour = baseline(&[0x22, 0x11, 0x11]);
        assert!(refusal(&colour, 442 * 442 * 6 / 8 - 1).is_some());
        assert_eq!(refusal(&colour, (442 * 442 * 6usize).div_ceil(8)), None);
        // Small ones may be truncated.
        assert_eq!(refusal(&[frame(0xC2, 2048, 2048, &[0x11])], 0), None);
        assert!(refusal(&[frame(0xC2, 2049, 2048, &[0x11])], 0).is_some());
        // One pixel wide, but 32 x 32 per MCU.
        assert_eq!(refusal(&[frame(0xC2, 1, 65_535, &[0x44])], 0), None);
    }

    #[test]
    fn scans_and_segments_are_work() {
        let grey = |parts: &[Vec<u8>]| {
            let frame = frame(0xC2, 16, 16, &[0x11]);
            Survey::of(&file(&[&[frame], parts].concat(), 0)).work() - SEGMENT_WORK
        };
        // Four blocks.
        let first = SEGMENT_WORK + 4 * VISIT_WORK;
        assert_eq!(grey(&[scan(&[1], [0, 0, 0x01])]), first);
        assert_eq!(grey(&[scan(&[1], [1, 63, 0x01])]), first);
        assert_eq!(grey(&[scan(&[1], [0, 0, 0x10])]), first);
        assert_eq!(grey(&[scan(&[1], [1, 63, 0x10])]), SEGMENT_WORK + 4 * 63);
        assert_eq!(grey(&[vec![0xFF, 0xD0]]), 0);
        assert_eq!(grey(&[segment(0xE0, b"abc"), segment(0xFE, b"")]), 2 * SEGMENT_WORK);
        // No decoder continues after these.
        let end = [
            vec![0xFF, 0xD9],
            scan(&[2], [0, 0, 0]),
            scan(&[1], [2, 1, 0x10]),
            frame(0xC2, 8, 8, &[0x11]),
            vec![0xFF, 0x01],
        ];
        for end in end {
            assert_eq!(grey(&[end.clone(), scan(&[1], [0, 0, 0])]), 0, "{end:?}");
        }
        // With a component of two blocks per MCU and one of one.
        let two = frame(0xC1, 16, 8, &[0x21, 0x11]);
        let work = |names| Survey::of(&file(&[two.clone(), scan(names, [0, 63, 0])], 0)).work();
        assert_eq!(work(&[1, 2]), 2 * SEGMENT_WORK + 3 * VISIT_WORK);
        assert_eq!(work(&[2]), 2 * SEGMENT_WORK + VISIT_WORK);
    }

    /// Libjpeg's scans, and MozJPEG's longest, for the largest accepted picture.
    #[test]
    fn encoders_stay_within_the_bounds() {
        let all = [1, 2, 3];
        let libjpeg = [
            scan(&all, [0, 0, 0x01]),
            scan(&[1], [1, 5, 0x02]),
            scan(&[3], [1, 63, 0x01]),
            scan(&[2], [1, 63, 0x01]),
            scan(&[1], [6, 63, 0x02]),
            scan(&[1], [1, 63, 0x21]),
            scan(&all, [0, 0, 0x10]),
            scan(&[3], [1, 63, 0x10]),
            scan(&[2], [1, 63, 0x10]),
            scan(&[1], [1, 63, 0x10]),
        ];
        let mut mozjpeg = vec![scan(&all, [0, 0, 0])];
        for component in all {
            mozjpeg.push(scan(&[component], [1, 8, 0x03]));
            mozjpeg.push(scan(&[component], [9, 63, 0x03]));
            mozjpeg.extend([0x32, 0x21, 0x10].map(|bits| scan(&[component], [1, 63, bits])));
        }
        let frame = frame(0xC2, SIDE, SIDE, &[0x11; 3]);
        for scans in [&libjpeg[..], &mozjpeg] {
            let parts = [std::slice::from_ref(&frame), scans].concat();
            let file = file(&parts, 3 * BLOCKS / 8 + 1);
            let survey = Survey::of(&file);
            assert_eq!(survey.check(50_000_000), Ok(()));
            assert_eq!(survey.check_memory(2), Ok(()));
        }
    }

    #[test]
    fn more_scans_than_encoders_make_are_refused() {
        let scans = |count: usize, bits| vec![scan(&[1], [1, 63, bits]); count].concat();
        let large = |marker, count, bits| {
            let scans = vec![scan(&[1], [0, 63, bits]); count].concat();
            refusal(&[frame(marker, SIDE, SIDE, &[0x11]), scans], BLOCKS / 8)
        };
        let message = large(0xC0, 500, 0).unwrap();
        assert!(
            message.contains("500 scans") && message.contains("limit is 200052736"),
            "{message}"
        );
        assert_eq!(large(0xC0, 30, 0), None);
        assert!(large(0xC0, 33, 0).is_some());
        assert_eq!(large(0xC2, 3, 0x10), None);
        assert!(large(0xC2, 5, 0x10).is_some());
        let small = |count| refusal(&[frame(0xC2, 1000, 1000, &[0x11]), scans(count, 0)], 0);
        assert!(small(50_000).is_some());
        assert_eq!(small(100), None);
        let tiny = |part: Vec<u8>| refusal(&[frame(0xC2, 8, 8, &[0x11]), part.repeat(20_000)], 0);
        for segment in [segment(0xC4, b""), segment(0xFE, b""), scan(&[1], [0, 0, 0])] {
            assert!(tiny(segment).unwrap().contains("too much work"));
        }
        // Before the frame header, too.
        assert!(refusal(&[segment(0xC4, b"").repeat(20_000)], 0).is_some());
    }

    #[test]
    fn memory_is_what_is_kept() {
        let memory = |marker, width, height, sampling: &[u8], side| {
            Survey::of(&file(&[frame(marker, width, height, sampling)], 0)).memory(side)
        };
        // Only the components' pixels.
        assert_eq!(memory(0xC0, 16, 8, &[0x11], 8), 2 * 64);
        // Plus the combined pixels of all components.
        assert_eq!(memory(0xC0, 16, 16, &[0x22, 0x11, 0x11], 4), 6 * 16 + 3 * 4 * 16);
        assert_eq!(memory(0xC2, 16, 8, &[0x11], 1), 2 * 128 + 2);
        let ink = file(&[frame(0xC2, 65_535, 762, &[0x11; 4])], 1 << 20);
        let survey = Survey::of(&ink);
        assert_eq!(survey.check(50_000_000), Ok(()));
        assert!(matches!(
            survey.check_memory(4),
            Err(Error(message)) if message.contains("limit is 320000000")
        ));
    }

    #[test]
    fn codes_of_ones_are_refused() {
        let code = |counts: [u8; 4]| {
            let mut payload = vec![0x10];
            payload.extend(counts);
            payload.extend([0; 12]);
            payload.resize(17 + counts.iter().map(|&count| usize::from(count)).sum::<usize>(), 1);
            payload
        };
        let refused = |codes: &[[u8; 4]]| {
            let payload = codes.iter().flat_map(|&counts| code(counts)).collect::<Vec<_>>();
            refusal(&[segment(DEFINE_CODES, &payload)], 0).is_some()
        };
        assert!(!refused(&[[1, 1, 1, 1]]));
        assert!(refused(&[[1, 1, 1, 2]]));
        assert!(refused(&[[2, 0, 0, 0]]));
        assert!(refused(&[[1, 0, 0, 0], [0, 4, 0, 0]]));
        assert!(!refused(&[[1, 0, 0, 0], [0, 3, 0, 0]]));
    }

    #[test]
    fn of_several_exif_segments_the_first_counts() {
        let exif = |tiff: &[u8]| segment(APP1, &[EXIF, tiff].concat());
        let other = segment(APP1, b"http://ns.adobe.com/xap/1.0/\0");
        let jpeg = file(&[other, exif(b"one"), exif(b"two")], 0);
        assert_eq!(Survey::of(&jpeg).exif(), Some(&b"one"[..]));
        // After the frame header, and after a scan.
        let scan = scan(&[1], [0, 0, 0]);
        let jpeg = file(&[frame(0xC2, 8, 8, &[0x11]), scan, b"data".to_vec(), exif(b"one")], 0);
        assert_eq!(Survey::of(&jpeg).exif(), Some(&b"one"[..]));
        assert_eq!(Survey::of(b"\xFF\xD8").exif(), None);
    }
}
