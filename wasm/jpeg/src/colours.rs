//! How the colours of a JPEG are stored.

use crate::segments::{Segment, Segments, START_OF_SCAN};

/// Whether the file's three components are plain red, green and blue; otherwise they are YCbCr.
///
/// Like libjpeg (`jdapimin.c`, `default_decompress_parms`): a JFIF segment means YCbCr. Without
/// one, an Adobe segment (APP14) decides; without either, components named RGB are RGB.
pub fn are_rgb(jpeg: &[u8]) -> bool {
    let mut adobe = None;
    let mut called_rgb = false;
    let before_scans = Segments::of(jpeg).take_while(|segment| segment.marker != START_OF_SCAN);
    for Segment { marker, payload, .. } in before_scans {
        match marker {
            0xE0 if payload.starts_with(b"JFIF\0") => return false,
            // "Adobe", a version, two words of flags, the transform.
            0xEE if payload.starts_with(b"Adobe") && payload.len() > 11 => {
                adobe = Some(payload[11])
            }
            // These are not frame headers.
            0xC4 | 0xC8 | 0xCC => {}
            0xC0..=0xCF => {
                let names = payload.get(6..).unwrap_or_default().iter().step_by(3);
                called_rgb = names.eq(b"RGB");
            }
            _ => {}
        }
    }
    adobe.map_or(called_rgb, |transform| transform == 0)
}

#[cfg(test)]
mod tests {
    use super::are_rgb;

    const JFIF: &[u8] = b"\xFF\xE0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00";
    const SCAN: &[u8] = b"\xFF\xDA\x00\x02";

    fn adobe(transform: u8) -> Vec<u8> {
        [b"\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00".as_slice(), &[transform]].concat()
    }

    /// A frame header for 8 × 8 pixels.
    fn frame(names: &[u8; 3]) -> Vec<u8> {
        let components = names.iter().flat_map(|&name| [name, 0x11, 0]);
        let header = [0xFF, 0xC0, 0, 17, 8, 0, 8, 0, 8, 3];
        header.into_iter().chain(components).collect()
    }

    fn jpeg(segments: &[&[u8]]) -> Vec<u8> {
        [b"\xFF\xD8".as_slice(), &segments.concat()].concat()
    }

    #[test]
    fn believes_adobe_where_no_jfif_speaks_against_it() {
        assert!(are_rgb(&jpeg(&[&adobe(0), SCAN])));
        assert!(are_rgb(&jpeg(&[b"\xFF\xFE\x00\x03x", b"\xFF", &adobe(0), SCAN])));
        assert!(!are_rgb(&jpeg(&[&adobe(1), SCAN])));
        assert!(!are_rgb(&jpeg(&[JFIF, &adobe(0), SCAN])));
        assert!(!are_rgb(&jpeg(&[SCAN, &adobe(0)])));
    }

    #[test]
    fn believes_names_where_no_segment_says_otherwise() {
        assert!(are_rgb(&jpeg(&[&frame(b"RGB"), SCAN])));
        assert!(!are_rgb(&jpeg(&[&frame(b"rgb"), SCAN])));
        assert!(!are_rgb(&jpeg(&[&frame(&[1, 2, 3]), SCAN])));
        assert!(!are_rgb(&jpeg(&[JFIF, &frame(b"RGB"), SCAN])));
        assert!(!are_rgb(&jpeg(&[&frame(b"RGB"), JFIF, SCAN])));
        assert!(!are_rgb(&jpeg(&[&adobe(1), &frame(b"RGB"), SCAN])));
    }

    #[test]
    fn reads_nothing_out_of_damaged_files() {
        let whole = jpeg(&[&adobe(0)]);
        for length in 0..whole.len() {
            assert!(!are_rgb(&whole[..length]));
        }
        assert!(!are_rgb(&jpeg(&[b"\xFF\xE1\x00\x00", &adobe(0)])));
        assert!(!are_rgb(&jpeg(&[b"\xFF\xE1\xFF\xFF", &adobe(0)])));
    }
}
