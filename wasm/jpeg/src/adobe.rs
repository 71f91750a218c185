//! The marker with which Adobe's programs say how the colours of a JPEG are stored.

use crate::segments::{Segment, Segments, START_OF_SCAN};

/// Whether the file says that its three components are red, green and blue as they are: an Adobe
/// segment (APP14) with colour transform 0 and no JFIF segment, which would stand for YCbCr. That is
/// how libjpeg reads it (`jdapimin.c`, `default_decompress_parms`); the decoder goes by the
/// components' names alone, and those are 1, 2, 3 in either case.
pub fn says_rgb(jpeg: &[u8]) -> bool {
    let mut says_rgb = false;
    let before_scans = Segments::of(jpeg).take_while(|segment| segment.marker != START_OF_SCAN);
    for Segment { marker, payload, .. } in before_scans {
        match marker {
            0xE0 if payload.starts_with(b"JFIF\0") => return false,
            // "Adobe", a version, two words of flags, the transform.
            0xEE if payload.starts_with(b"Adobe") => says_rgb = payload.get(11) == Some(&0),
            _ => {}
        }
    }
    says_rgb
}

#[cfg(test)]
mod tests {
    use super::says_rgb;

    const JFIF: &[u8] = b"\xFF\xE0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00";
    const SCAN: &[u8] = b"\xFF\xDA\x00\x02";

    fn adobe(transform: u8) -> Vec<u8> {
        [b"\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00".as_slice(), &[transform]].concat()
    }

    fn jpeg(segments: &[&[u8]]) -> Vec<u8> {
        [b"\xFF\xD8".as_slice(), &segments.concat()].concat()
    }

    #[test]
    fn believes_adobe_where_no_jfif_speaks_against_it() {
        assert!(says_rgb(&jpeg(&[&adobe(0), SCAN])));
        assert!(says_rgb(&jpeg(&[b"\xFF\xFE\x00\x03x", b"\xFF", &adobe(0), SCAN])));
        assert!(!says_rgb(&jpeg(&[&adobe(1), SCAN])));
        assert!(!says_rgb(&jpeg(&[JFIF, &adobe(0), SCAN])));
        assert!(!says_rgb(&jpeg(&[SCAN, &adobe(0)])));
    }

    #[test]
    fn reads_nothing_out_of_damaged_files() {
        let whole = jpeg(&[&adobe(0)]);
        for length in 0..whole.len() {
            assert!(!says_rgb(&whole[..length]));
        }
        assert!(!says_rgb(&jpeg(&[b"\xFF\xE1\x00\x00", &adobe(0)])));
        assert!(!says_rgb(&jpeg(&[b"\xFF\xE1\xFF\xFF", &adobe(0)])));
    }
}
