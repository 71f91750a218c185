//! The segments of a JPEG file (ITU-T T.81, section B.1.1), as decoders see them.

/// Start of scan: its header is the payload, followed by entropy-coded data.
pub const START_OF_SCAN: u8 = 0xDA;
/// The marker of metadata by Exif and others (APP1).
pub const APP1: u8 = 0xE1;
/// The beginning of a payload of [`APP1`] that is Exif's, followed by the TIFF header.
pub const EXIF: &[u8] = b"Exif\0\0";

/// A marker and its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// What precedes it and is not a segment: entropy-coded data, or bytes that readers skip.
    pub before: &'a [u8],
    /// The marker's second byte: neither 0x00 nor 0xFF.
    pub marker: u8,
    /// The bytes of the declared length; empty for standalone markers.
    pub payload: &'a [u8],
    /// All of it, as in the file.
    pub whole: &'a [u8],
}

impl Segment<'_> {
    /// Whether it is a restart marker, which is part of the entropy-coded data.
    #[must_use]
    pub fn is_restart(&self) -> bool {
        matches!(self.marker, 0xD0..=0xD7)
    }
}

/// The segments of a file after its first marker (SOI), whatever is between them.
///
/// Standalone markers have no payload. If a marker has an invalid length, or one that extends
/// beyond the file, its payload is the rest of the file.
#[derive(Debug, Clone)]
pub struct Segments<'a>(&'a [u8]);

impl<'a> Segments<'a> {
    /// For a file.
    #[must_use]
    pub fn of(jpeg: &'a [u8]) -> Self {
        Self(jpeg.get(2..).unwrap_or_default())
    }

    /// The rest of the file, which is not a segment after all have been returned.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let mut at = 0;
        let (before, marker, at) = loop {
            at += position_of_ff(self.0.get(at..)?);
            let first = at;
            // Any number of 0xFF may precede a marker.
            at += self.0.get(at..)?.iter().take_while(|&&byte| byte == 0xFF).count();
            match self.0.get(at)? {
                // A zero byte stuffed into entropy-coded data.
                0x00 => at += 1,
                &marker => break (&self.0[..first], marker, at + 1),
            }
        };
        let rest = &self.0[at..];
        let length = match marker {
            0x01 | 0xD0..=0xD9 => Some(0),
            // The length includes itself.
            _ => rest
                .split_first_chunk()
                .map(|(&length, _)| usize::from(u16::from_be_bytes(length)))
                .filter(|&length| (2..=rest.len()).contains(&length)),
        };
        let end = length.map_or(self.0.len(), |length| at + length);
        let payload = self.0[at..end].get(2..).unwrap_or_default();
        let segment = Segment { before, marker, payload, whole: &self.0[before.len()..end] };
        self.0 = &self.0[end..];
        Some(segment)
    }
}

/// The index of the first byte 0xFF, or the length.
pub(crate) fn position_of_ff(data: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    let words = data.chunks_exact(8).take_while(|bytes| {
        // Adding one to a byte clears its top bit only if the byte was 0xFF; the carries of a byte
        // 0xFF are harmless, since it has been found then.
        let word = <[u8; 8]>::try_from(*bytes).map_or(0, u64::from_ne_bytes);
        word & !word.wrapping_add(ONES) & TOPS == 0
    });
    let start = 8 * words.count();
    start + data[start..].iter().position(|&byte| byte == 0xFF).unwrap_or(data.len() - start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(jpeg: &[u8]) -> Vec<(&[u8], u8, &[u8])> {
        Segments::of(jpeg)
            .map(|segment| (segment.before, segment.marker, segment.payload))
            .collect()
    }

    #[test]
    fn segments_and_what_stands_between_them() {
        let jpeg =
            b"\xFF\xD8\xFF\xE1\x00\x03xgarbage\xFF\xFF\xFF\xDA\x00\x02\x12\xFF\x00\xFF\xD3\x45\
            \xFF\xC4\x00\x04ab\xFF\xD9rest";
        let expected: [(&[u8], u8, &[u8]); 5] = [
            (b"", APP1, b"x"),
            (b"garbage", START_OF_SCAN, b""),
            (b"\x12\xFF\x00", 0xD3, b""),
            (b"\x45", 0xC4, b"ab"),
            (b"", 0xD9, b""),
        ];
        assert_eq!(parts(jpeg), expected);
    }

    /// Nothing is lost: all parts together are the file.
    #[test]
    fn they_are_the_whole_file() {
        let jpeg =
            b"\xFF\xD8\xFF\xE1\x00\x05abc\x00\xFF\x00\xFF\xFF\xD3\xFF\x01\x02\xFF\xC4\x00\x09abc";
        for end in 2..=jpeg.len() {
            let mut segments = Segments::of(&jpeg[..end]);
            let mut whole = jpeg[..2].to_vec();
            for segment in segments.by_ref() {
                whole.extend([segment.before, segment.whole].concat());
            }
            whole.extend(segments.rest());
            assert_eq!(whole, jpeg[..end]);
        }
    }

    #[test]
    fn a_wrong_length_is_that_of_the_rest() {
        assert_eq!(parts(b"\xFF\xD8\xFF\xE1\x00\x01ab"), [(&b""[..], APP1, &b"ab"[..])]);
        assert_eq!(parts(b"\xFF\xD8\xFF\xE1\x00\x09ab"), [(&b""[..], APP1, &b"ab"[..])]);
        assert_eq!(parts(b"\xFF\xD8\xFF\xE1\x00"), [(&b""[..], APP1, &b""[..])]);
        assert_eq!(Segments::of(b"\xFF").count(), 0);
    }

    #[test]
    fn bytes_0xff_are_found() {
        for length in 0..40 {
            let mut data = vec![0xFE; length];
            assert_eq!(position_of_ff(&data), length);
            for first in 0..length {
                data[first] = 0xFF;
                assert_eq!(position_of_ff(&data), first);
                data[length - 1] = 0xFF;
                assert_eq!(position_of_ff(&data), first);
                data.fill(if first % 2 == 0 { 0x7F } else { 0x00 });
            }
        }
    }
}
