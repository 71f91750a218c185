//! A JPEG file for the general decoder, with a stop after the data of each scan.
//!
//! When it reaches a marker and needs more data, the decoder continues with zeros, like libjpeg, so
//! that a truncated picture can still be seen. But that is damage, which is rejected unless
//! accepted explicitly; and zeros may mean 63 coefficients for each remaining block, so that a few
//! bytes cause minutes of work. Here, the zeros are part of what is read, and they end.

use crate::damaged::Damaged;
use crate::segments::{Segment, Segments, START_OF_SCAN};
use std::io::{self, Read};

/// What a decoder that needs more data reaches: 48 ones, each byte followed by a stuffed zero.
/// Sixteen of them are never a code, whatever the tables are ([`crate::survey`] ensures this); of
/// the ones before, up to 15 may complete a code that started in the data, and 15 be its value.
///
/// More would not work: the decoder looks for a restart marker at most 7 bytes ahead.
const STOP: &[u8] = &[0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0];

/// The marker of the end of the picture (EOI), which a truncated file lacks.
const END: &[u8] = &[0xFF, 0xD9];

/// What may be missing at the end of the first scan; for each further one, half as much as for the
/// previous one. Searching them for the next marker takes a tenth of a millisecond for all scans
/// together.
static ZEROS: [u8; 32 << 10] = [0; 32 << 10];

/// How many blocks may be missing before restart markers.
const MISSING_BLOCKS: usize = 16 << 10;

/// The maximum number of blocks in an MCU (ITU-T T.81, section B.2.3).
const BLOCKS_OF_MCU: usize = 10;

/// The marker that defines the restart interval, in MCUs (DRI).
const DEFINE_RESTART_INTERVAL: u8 = 0xDD;

/// A reader of a file with [`STOP`] before each marker that ends entropy-coded data.
///
/// If damage is accepted, zeros precede it at the end of a scan, a missing marker of the end of the
/// picture is added, and before restart markers there is none of this while few blocks lie between
/// them.
#[derive(Debug)]
pub struct Guarded<'a> {
    /// What comes next.
    pieces: [&'a [u8]; 4],
    segments: Segments<'a>,
    /// Whether entropy-coded data follow the pieces.
    in_data: bool,
    /// The number of zeros after the next scan.
    zeros: usize,
    /// MCUs between restart markers.
    restart_interval: usize,
    /// How many of [`MISSING_BLOCKS`] are left.
    missing_blocks: usize,
    /// Whether the marker of the end of the picture must be added.
    lacks_end: bool,
}

impl<'a> Guarded<'a> {
    /// For a file.
    pub(crate) fn new(jpeg: &'a [u8], damaged: Damaged) -> Self {
        let accepts = damaged == Damaged::Accept;
        let start = &jpeg[..jpeg.len().min(2)];
        Self {
            pieces: [start, &[], &[], &[]],
            segments: Segments::of(jpeg),
            in_data: false,
            zeros: if accepts { ZEROS.len() } else { 0 },
            restart_interval: 0,
            missing_blocks: if accepts { MISSING_BLOCKS } else { 0 },
            lacks_end: accepts,
        }
    }

    /// Makes the first piece one that is not empty, if there is any.
    #[cold]
    fn advance(&mut self) {
        while self.pieces[0].is_empty() {
            if self.pieces.iter().any(|piece| !piece.is_empty()) {
                self.pieces.rotate_left(1);
                continue;
            }
            let Some(segment) = self.segments.next() else {
                self.pieces[0] = self.segments.rest();
                self.segments = Segments::of(&[]);
                if std::mem::take(&mut self.lacks_end) {
                    let zeros: &[u8] = if self.in_data { &ZEROS[..self.zeros] } else { &[] };
                    self.pieces[1..].copy_from_slice(&[zeros, STOP, END]);
                    // The last byte may be half a marker.
                    if let [rest @ .., 0xFF] = self.pieces[0] {
                        self.pieces[0] = rest;
                    }
                    continue;
                }
                return;
            };
            self.lacks_end &= segment.marker != END[1];
            let (zeros, stop) = self.made_up_before(&segment);
            self.pieces = [segment.before, zeros, stop, segment.whole];
            self.in_data =
                segment.marker == START_OF_SCAN || (self.in_data && segment.is_restart());
            if let (DEFINE_RESTART_INTERVAL, &[high, low]) = (segment.marker, segment.payload) {
                self.restart_interval = usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }

    fn made_up_before(&mut self, segment: &Segment<'a>) -> (&'static [u8], &'static [u8]) {
        if !self.in_data {
            return (&[], &[]);
        }
        if !segment.is_restart() {
            let zeros = &ZEROS[..self.zeros];
            self.zeros /= 2;
            return (zeros, STOP);
        }
        // Without an interval, the decoder treats the marker as the end of the scan's data.
        let blocks = self.restart_interval * BLOCKS_OF_MCU;
        if blocks == 0 || blocks > self.missing_blocks {
            return (&[], STOP);
        }
        self.missing_blocks -= blocks;
        (&[], &[])
    }
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.pieces[0].is_empty() {
            self.advance();
        }
        self.pieces[0].read(buffer)
    }

    #[inline]
    fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        // The decoder reads byte by byte.
        if let Some((bytes, rest)) = self.pieces[0].split_at_checked(buffer.len()) {
            buffer.copy_from_slice(bytes);
            self.pieces[0] = rest;
            return Ok(());
        }
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => filled += count,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded(file: &[u8], damaged: Damaged) -> Vec<u8> {
        let mut guarded = Vec::new();
        Guarded::new(file, damaged).read_to_end(&mut guarded).unwrap();
        guarded
    }

    #[test]
    fn a_stop_stands_behind_all_data() {
        let parts: [&[u8]; 11] = [
            b"\xFF\xD8\xFF\xE1\x00\x03x..\xFF\xDD\x00\x04\xFF\xFF\xFF\xDA\x00\x03y\x12\xFF\x00",
            STOP,
            b"\xFF\xD0\x34",
            STOP,
            b"\xFF\xFF\xD1",
            &ZEROS,
            STOP,
            b"\xFF\xC4\x00\x04ab..\xFF\xDA\x00\x02",
            &ZEROS[..ZEROS.len() / 2],
            STOP,
            b"\xFF\xD9\xFF\xDA\x00\x02.",
        ];
        let is_made_up = |part: &[u8]| part == STOP || part.starts_with(&[0]);
        let file = parts.map(|part| if is_made_up(part) { &[] } else { part }).concat();
        let expected = parts.concat();
        assert_eq!(guarded(&file, Damaged::Accept), expected);
        let strict = parts.map(|part| if part.starts_with(&[0]) { &[] } else { part }).concat();
        assert_eq!(guarded(&file, Damaged::Refuse), strict);
        // Byte by byte, and several at a time.
        for step in 1..8 {
            let mut reader = Guarded::new(&file, Damaged::Accept);
            for bytes in expected.chunks_exact(step) {
                let mut buffer = vec![0; step];
                reader.read_exact(&mut buffer).unwrap();
                assert_eq!(buffer, bytes);
            }
            let left = expected.len() % step;
            assert_eq!(reader.read(&mut [0; 8]).unwrap() > 0, left > 0);
        }
        assert!(Guarded::new(b"\xFF", Damaged::Refuse).read_exact(&mut [0; 2]).is_err());
    }

    #[test]
    fn zeros_have_an_end() {
        let scans = b"\xFF\xDA\x00\x02x".repeat(1000);
        let file = [b"\xFF\xD8".as_slice(), &scans, END].concat();
        let made_up = guarded(&file, Damaged::Accept).len() - file.len();
        assert_eq!(made_up, 2 * ZEROS.len() - 1 + 1000 * STOP.len());
        assert_eq!(guarded(&file, Damaged::Refuse).len() - file.len(), 1000 * STOP.len());
        // The end itself may be missing, or half of it.
        for missing in 1..=2 {
            let cut = &file[..file.len() - missing];
            assert_eq!(guarded(cut, Damaged::Accept), guarded(&file, Damaged::Accept));
            let stops = 999 * STOP.len();
            assert_eq!(guarded(cut, Damaged::Refuse).len() - cut.len(), stops);
        }
    }

    #[test]
    fn few_blocks_may_be_missing_before_restart_markers() {
        for (interval, free) in [(0, 0), (1, 1638), (100, 16), (2000, 0)] {
            let restarts = [0xFF, 0xD0].repeat(3000);
            let file = [
                &[0xFF, 0xD8, 0xFF, 0xDD, 0, 4][..],
                &u16::to_be_bytes(interval),
                b"\xFF\xDA\x00\x02",
                &restarts,
                b"\xFF\xDA\x00\x02",
                END,
            ];
            let file = file.concat();
            let made_up = guarded(&file, Damaged::Accept).len() - file.len();
            let zeros = ZEROS.len() + ZEROS.len() / 2;
            assert_eq!(made_up, zeros + (3002 - free) * STOP.len());
            let made_up = guarded(&file, Damaged::Refuse).len() - file.len();
            assert_eq!(made_up, 3002 * STOP.len());
        }
    }
}
