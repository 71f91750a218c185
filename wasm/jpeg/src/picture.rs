//! Decoded pixels, and turning them upright.

use crate::exif::Orientation;
use crate::fit::Window;

/// The colour channels of a picture, interleaved in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// One byte per pixel: luminance.
    Grey,
    /// Three bytes per pixel: red, green, blue.
    Rgb,
}

impl Channels {
    /// Bytes per pixel: 1 or 3.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// Pixels with 8 bits per channel, row by row from the top, without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels per row; at least 1.
    pub width: usize,
    /// Rows; at least 1.
    pub height: usize,
    /// The meaning of the bytes.
    pub channels: Channels,
    /// width × height × channels bytes.
    pub samples: Vec<u8>,
    /// Whether a part of it is missing in the file. That part is grey, or coarser than the rest.
    pub is_damaged: bool,
}

impl Picture {
    /// The picture turned according to `orientation`.
    #[must_use]
    pub fn turned(self, orientation: Orientation) -> Self {
        let (right, bottom) = (self.width - 1, self.height - 1);
        // The position in the stored picture of the turned picture's pixel at (x, y).
        let source = |x: usize, y: usize| match orientation {
            Orientation::Upright => (x, y),
            Orientation::MirrorHorizontal => (right - x, y),
            Orientation::Rotate180 => (right - x, bottom - y),
            Orientation::MirrorVertical => (x, bottom - y),
            Orientation::Transpose => (y, x),
            Orientation::Rotate90 => (y, bottom - x),
            Orientation::Transverse => (right - y, bottom - x),
            Orientation::Rotate270 => (right - y, x),
        };
        if orientation == Orientation::Upright {
            return self;
        }
        let (width, height) = if orientation.swaps_sides() {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        let count = self.channels.count();
        let mut samples = Vec::with_capacity(self.samples.len());
        for y in 0..height {
            for x in 0..width {
                let (source_x, source_y) = source(x, y);
                let start = (source_y * self.width + source_x) * count;
                samples.extend_from_slice(&self.samples[start..start + count]);
            }
        }
        Self { width, height, samples, ..self }
    }
}

/// A decoded picture and how it must be turned, which is done after resizing, when it is small.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The pixels as stored in the file, possibly at another size.
    pub picture: Picture,
    /// The part to show, in these pixels. The last ones may extend beyond the picture: one that is
    /// 9 pixels wide is 1.125 pixels wide at 1/8 of the size, so it has two.
    pub window: Window,
    /// The orientation in the Exif metadata.
    pub orientation: Orientation,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// abc
    /// def
    fn letters() -> Picture {
        Picture {
            width: 3,
            height: 2,
            channels: Channels::Grey,
            samples: b"abcdef".to_vec(),
            is_damaged: false,
        }
    }

    #[test]
    fn all_eight_orientations() {
        let expected: [(u16, usize, &[u8]); 8] = [
            (1, 3, b"abcdef"),
            (2, 3, b"cbafed"),
            (3, 3, b"fedcba"),
            (4, 3, b"defabc"),
            (5, 2, b"adbecf"),
            (6, 2, b"daebfc"),
            (7, 2, b"fcebda"),
            (8, 2, b"cfbead"),
        ];
        for (tag, width, samples) in expected {
            let turned = letters().turned(Orientation::from_tag(tag).unwrap());
            assert_eq!((turned.width, turned.height), (width, 6 / width), "tag {tag}");
            assert_eq!(turned.samples, samples, "tag {tag}");
        }
    }

    #[test]
    fn the_channels_of_a_pixel_stay_together() {
        let picture = Picture {
            width: 2,
            height: 1,
            channels: Channels::Rgb,
            samples: vec![1, 2, 3, 4, 5, 6],
            is_damaged: false,
        };
        assert_eq!(picture.turned(Orientation::Rotate180).samples, [4, 5, 6, 1, 2, 3]);
    }
}
