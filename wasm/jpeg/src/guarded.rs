//! A JPEG file as the general decoder reads it: with a stop behind the data of each scan.
//!
//! Where it comes to a marker and wants more data, the decoder goes on with zeros, as libjpeg does, so
//! that a picture that is cut is still seen. But zeros may mean 63 coefficients for each block that is
//! left, so that a few bytes ask for minutes of work. Here, they are part of what is read, and have an
//! end.

use crate::segments::{Segment, Segments, START_OF_SCAN};
use std::io::{self, Read};

/// What a decoder comes to that wants more data than there are: 48 ones, each byte followed by a
/// stuffed zero. Sixteen of them are no code, whatever the tables are ([`crate::survey`] sees to
/// that); before these, up to 15 may end a code that the data began, and 15 be its value.
///
/// More would not do: the decoder looks for a restart marker no further than 7 bytes ahead.
const STOP: &[u8] = &[0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0];

/// What may be missing at the end of the first scan; of each next one, half as much as of the last.
/// Looking beyond them for the next marker takes a tenth of a millisecond for all scans together.
static ZEROS: [u8; 32 << 10] = [0; 32 << 10];

/// How many blocks may be missing before restart markers.
const MISSING_BLOCKS: usize = 16 << 10;

/// The most blocks of an MCU (ITU-T T.81, section B.2.3).
const BLOCKS_OF_MCU: usize = 10;

/// The marker that defines the restart interval, in MCUs (DRI).
const DEFINE_RESTART_INTERVAL: u8 = 0xDD;

/// A reader of a file with [`STOP`] before each marker that ends entropy-coded data, zeros before that
/// where it ends a scan, and none of both before restart markers while few blocks lie between them.
#[derive(Debug)]
pub struct Guarded<'a> {
    /// What comes next.
    pieces: [&'a [u8]; 4],
    segments: Segments<'a>,
    /// Whether entropy-coded data come after the pieces.
    in_data: bool,
    /// How many zeros the next scan has.
    zeros: usize,
    /// MCUs between restart markers.
    restart_interval: usize,
    /// Of [`MISSING_BLOCKS`], those that are left.
    missing_blocks: usize,
}

impl<'a> Guarded<'a> {
    /// Of a file.
    #[must_use]
    pub fn new(jpeg: &'a [u8]) -> Self {
        let start = &jpeg[..jpeg.len().min(2)];
        Self {
            pieces: [start, &[], &[], &[]],
            segments: Segments::of(jpeg),
            in_data: false,
            zeros: ZEROS.len(),
            restart_interval: 0,
            missing_blocks: MISSING_BLOCKS,
        }
    }

    /// Makes the first piece one with bytes in it, if there are any.
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
                return;
            };
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
        // Without an interval, the decoder takes the marker for the end of the scan's data.
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
        // The decoder takes byte by byte.
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

    fn guarded(file: &[u8]) -> Vec<u8> {
        let mut guarded = Vec::new();
        Guarded::new(file).read_to_end(&mut guarded).unwrap();
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
        assert_eq!(guarded(&file), expected);
        // Byte by byte, and some at a time.
        for step in 1..8 {
            let mut reader = Guarded::new(&file);
            for bytes in expected.chunks_exact(step) {
                let mut buffer = vec![0; step];
                reader.read_exact(&mut buffer).unwrap();
                assert_eq!(buffer, bytes);
            }
            let left = expected.len() % step;
            assert_eq!(reader.read(&mut [0; 8]).unwrap() > 0, left > 0);
        }
        assert!(Guarded::new(b"\xFF").read_exact(&mut [0; 2]).is_err());
    }

    #[test]
    fn zeros_have_an_end() {
        let file = [b"\xFF\xD8".as_slice(), &b"\xFF\xDA\x00\x02x".repeat(1000)].concat();
        let made_up = guarded(&file).len() - file.len();
        assert_eq!(made_up, 2 * ZEROS.len() - 1 + 999 * STOP.len());
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
            ];
            let file = file.concat();
            let made_up = guarded(&file).len() - file.len();
            assert_eq!(made_up, (3000 - free) * STOP.len());
        }
    }
}
