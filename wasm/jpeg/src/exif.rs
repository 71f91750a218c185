//! The orientation tag of Exif metadata (CIPA DC-008, section 4.6.4; TIFF 6.0 for the structure).

/// How the stored picture must be turned to be upright; the numbers are those of the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// 1: as stored.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    MirrorHorizontal,
    /// 3: turned by 180°.
    Rotate180,
    /// 4: mirrored top to bottom.
    MirrorVertical,
    /// 5: mirrored along the diagonal from top left.
    Transpose,
    /// 6: must be rotated by 90° clockwise.
    Rotate90,
    /// 7: mirrored along the diagonal from top right.
    Transverse,
    /// 8: must be rotated by 270° clockwise.
    Rotate270,
}

impl Orientation {
    /// The orientation for the tag's value 1 to 8.
    #[must_use]
    pub fn from_tag(value: u16) -> Option<Self> {
        Some(match value {
            1 => Self::Upright,
            2 => Self::MirrorHorizontal,
            3 => Self::Rotate180,
            4 => Self::MirrorVertical,
            5 => Self::Transpose,
            6 => Self::Rotate90,
            7 => Self::Transverse,
            8 => Self::Rotate270,
            _ => return None,
        })
    }

    /// Whether width and height are swapped.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }
}

const ORIENTATION_TAG: u16 = 0x0112;

/// The tag's type in the standard, and others that writers use for it: each is an integer.
const SHORT: u16 = 3;
const LONG: u16 = 4;
const SIGNED_SHORT: u16 = 8;
const SIGNED_LONG: u16 = 9;

/// Reads the orientation from Exif metadata, which start with a TIFF header.
///
/// Metadata that are damaged or have no orientation mean [`Orientation::Upright`]: many cameras and
/// editors write such metadata, and the picture itself is intact.
#[must_use]
pub fn orientation(tiff: &[u8]) -> Orientation {
    find(tiff).unwrap_or_default()
}

fn find(tiff: &[u8]) -> Option<Orientation> {
    let reader = Reader {
        bytes: tiff,
        big_endian: match tiff.get(..2)? {
            b"II" => false,
            b"MM" => true,
            _ => return None,
        },
    };
    if reader.u16_at(2)? != 42 {
        return None;
    }
    let directory = usize::try_from(reader.u32_at(4)?).ok()?;
    let entries = usize::from(reader.u16_at(directory)?);
    for index in 0..entries {
        let entry = directory.checked_add(2 + 12 * index)?;
        if reader.u16_at(entry)? == ORIENTATION_TAG {
            return Orientation::from_tag(reader.whole_number(entry)?);
        }
    }
    None
}

struct Reader<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Reader<'_> {
    /// The value of a directory's entry, or the first of several.
    fn whole_number(&self, entry: usize) -> Option<u16> {
        let kind = self.u16_at(entry + 2)?;
        let size = match kind {
            SHORT | SIGNED_SHORT => 2,
            LONG | SIGNED_LONG => 4,
            _ => return None,
        };
        let count = self.u32_at(entry + 4)?.checked_sub(1)?;
        let place = entry + 8;
        // Values that need more than four bytes are stored elsewhere.
        let place = if u64::from(count) * size + size > 4 {
            usize::try_from(self.u32_at(place)?).ok()?
        } else {
            place
        };
        if size == 2 {
            self.u16_at(place)
        } else {
            u16::try_from(self.u32_at(place)?).ok()
        }
    }

    fn array_at<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.bytes.get(offset..offset.checked_add(N)?)?.try_into().ok()
    }

    fn u16_at(&self, offset: usize) -> Option<u16> {
        let bytes = self.array_at(offset)?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32_at(&self, offset: usize) -> Option<u32> {
        let bytes = self.array_at(offset)?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A TIFF header and a directory with two entries, the second of which is the orientation.
    pub(crate) fn metadata(value: u16, big_endian: bool) -> Vec<u8> {
        let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let mut bytes = if big_endian { b"MM".to_vec() } else { b"II".to_vec() };
        bytes.extend(short(42));
        bytes.extend(long(8));
        bytes.extend(short(2));
        for (tag, value) in [(0x0100, 640), (ORIENTATION_TAG, value)] {
            bytes.extend(short(tag));
            bytes.extend(short(SHORT));
            bytes.extend(long(1));
            bytes.extend(short(value));
            bytes.extend(short(0));
        }
        bytes.extend(long(0));
        bytes
    }

    #[test]
    fn all_eight_values_in_both_byte_orders() {
        for value in 1..=8 {
            for big_endian in [false, true] {
                assert_eq!(
                    Some(orientation(&metadata(value, big_endian))),
                    Orientation::from_tag(value)
                );
            }
        }
    }

    /// Big-endian metadata with the orientation as the only entry, followed by `rest` at offset 26.
    fn stored_as(kind: u16, count: u32, value: [u8; 4], rest: &[u8]) -> Vec<u8> {
        let (tag, kind) = (ORIENTATION_TAG.to_be_bytes(), kind.to_be_bytes());
        let start = b"MM\0*\0\0\0\x08\0\x01";
        [start, &tag[..], &kind, &count.to_be_bytes(), &value, &[0; 4], rest].concat()
    }

    /// As Pillow reads them.
    #[test]
    fn other_types_and_several_values_are_read() {
        let sixes = [
            stored_as(SHORT, 1, [0, 6, 0, 0], &[]),
            stored_as(SIGNED_SHORT, 1, [0, 6, 0, 0], &[]),
            stored_as(LONG, 1, [0, 0, 0, 6], &[]),
            stored_as(SIGNED_LONG, 1, [0, 0, 0, 6], &[]),
            stored_as(SHORT, 2, [0, 6, 0, 1], &[]),
            stored_as(SHORT, 3, [0, 0, 0, 26], &[0, 6, 0, 1, 0, 1]),
            stored_as(LONG, 2, [0, 0, 0, 26], &[0, 0, 0, 6, 0, 0, 0, 1]),
        ];
        for six in sixes {
            assert_eq!(orientation(&six), Orientation::Rotate90, "{six:?}");
        }
        let none = [
            stored_as(SHORT, 0, [0, 6, 0, 0], &[]),
            stored_as(1, 1, [6, 0, 0, 0], &[]),
            stored_as(2, 2, *b"6\0\0\0", &[]),
            stored_as(LONG, 1, [0, 1, 0, 6], &[]),
            stored_as(SIGNED_LONG, 1, [0xFF, 0xFF, 0xFF, 6], &[]),
            stored_as(LONG, 2, [0, 0, 0, 26], &[0, 0, 0]),
            stored_as(LONG, u32::MAX, [0xFF; 4], &[]),
        ];
        for none in none {
            assert_eq!(orientation(&none), Orientation::Upright, "{none:?}");
        }
    }

    #[test]
    fn values_beyond_the_eight_mean_upright() {
        for value in [0, 9, 65_535] {
            assert_eq!(orientation(&metadata(value, true)), Orientation::Upright);
        }
    }

    #[test]
    fn every_truncation_means_upright() {
        let whole = metadata(6, false);
        // The value of the last entry ends six bytes before the end.
        for length in 0..whole.len() - 6 {
            assert_eq!(orientation(&whole[..length]), Orientation::Upright, "{length}");
        }
        assert_eq!(orientation(&whole), Orientation::Rotate90);
    }

    #[test]
    fn a_directory_outside_the_data_means_upright() {
        for offset in [0u32, 7, 1000, u32::MAX, u32::MAX - 1] {
            let mut bytes = metadata(6, false);
            bytes[4..8].copy_from_slice(&offset.to_le_bytes());
            assert_eq!(orientation(&bytes), Orientation::Upright, "{offset}");
        }
    }
}
