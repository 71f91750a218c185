//! From a decoder's rows to a picture of the wanted size.

use crate::Wanted;
use jpeg::exif::Orientation;
use jpeg::resize::Rows;
use jpeg::{Channels, Picture};

/// The channels of a decoder's pixels, one byte each, interleaved in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// Luminance.
    Grey,
    /// Luminance and opacity.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, opacity.
    Rgba,
}

impl Pixels {
    /// Bytes per pixel.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// Receives a picture's rows from the top, blends them with white, and creates a picture of the
/// wanted size.
#[derive(Debug)]
pub(crate) struct Canvas {
    rows: Rows,
    pixels: Pixels,
    /// A row without its opacity.
    opaque: Vec<u8>,
}

impl Canvas {
    /// For a picture of `sides` as stored.
    pub(crate) fn new(
        sides: (u16, u16),
        pixels: Pixels,
        wanted: Wanted,
        orientation: Orientation,
    ) -> Self {
        let channels = match pixels {
            Pixels::Grey | Pixels::GreyAlpha => Channels::Grey,
            Pixels::Rgb | Pixels::Rgba => Channels::Rgb,
        };
        let target = wanted.stored(orientation);
        let window = wanted.fit.window(sides, target);
        let size = (usize::from(sides.0), usize::from(sides.1));
        Self {
            rows: Rows::new(size, &window, channels, (target.0.into(), target.1.into())),
            pixels,
            opaque: vec![0; size.0 * channels.count()],
        }
    }

    /// Adds the next row, from the top.
    ///
    /// # Panics
    /// If `row` does not have the picture's width, or after the last row.
    pub(crate) fn push(&mut self, row: &[u8]) {
        match self.pixels {
            Pixels::Grey | Pixels::Rgb => return self.rows.push(row),
            Pixels::GreyAlpha => over_white::<2>(row, &mut self.opaque),
            Pixels::Rgba => over_white::<4>(row, &mut self.opaque),
        }
        self.rows.push(&self.opaque);
    }

    /// Adds the next row, which only has the pixels from `left` on; the others are white, and what
    /// is beyond the width is omitted.
    pub(crate) fn push_at(&mut self, left: usize, row: &[u8]) {
        let channels = self.rows.channels();
        if left == 0 && row.len() == self.opaque.len() / channels * self.pixels.bytes() {
            return self.push(row);
        }
        self.opaque.fill(255);
        let opaque = self.opaque.get_mut(left * channels..).unwrap_or_default();
        match self.pixels {
            Pixels::Grey | Pixels::Rgb => {
                let length = row.len().min(opaque.len());
                opaque[..length].copy_from_slice(&row[..length]);
            }
            Pixels::GreyAlpha => over_white::<2>(row, opaque),
            Pixels::Rgba => over_white::<4>(row, opaque),
        }
        self.rows.push(&self.opaque);
    }

    /// The picture, after all rows have been added.
    pub(crate) fn finish(self) -> Picture {
        self.rows.finish()
    }
}

/// Blends pixels whose last byte is their opacity with white.
fn over_white<const BYTES: usize>(row: &[u8], opaque: &mut [u8]) {
    for (pixel, opaque) in row.chunks_exact(BYTES).zip(opaque.chunks_exact_mut(BYTES - 1)) {
        let (colours, opacity) = pixel.split_at(BYTES - 1);
        let opacity = u32::from(opacity[0]);
        for (&colour, opaque) in colours.iter().zip(opaque) {
            let sum = u32::from(colour) * opacity + 255 * (255 - opacity);
            *opaque = ((sum + 127) / 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jpeg::Fit;

    fn canvas(side: u16, pixels: Pixels) -> Canvas {
        let wanted = Wanted { width: side, height: side, fit: Fit::Stretch, max_pixels: 100 };
        Canvas::new((side, side), pixels, wanted, Orientation::Upright)
    }

    #[test]
    fn what_is_transparent_shows_white() {
        let mut opaque = [0; 6];
        over_white::<4>(&[10, 20, 30, 255, 10, 20, 30, 0], &mut opaque);
        assert_eq!(opaque, [10, 20, 30, 255, 255, 255]);
        let mut grey = [0; 3];
        over_white::<2>(&[0, 128, 100, 51, 255, 9], &mut grey);
        assert_eq!(grey, [127, 224, 255]);
    }

    #[test]
    fn parts_of_rows_lie_on_white() {
        let mut canvas = canvas(3, Pixels::Rgba);
        canvas.push_at(0, &[]);
        canvas.push_at(1, &[1, 2, 3, 255]);
        canvas.push_at(2, &[1, 2, 3, 255, 9, 9, 9, 255]);
        let samples = canvas.finish().samples;
        assert_eq!(samples[..12], [255; 12]);
        assert_eq!(samples[12..24], [1, 2, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
        assert_eq!(samples[24..], [1, 2, 3]);
    }

    #[test]
    fn rows_of_the_same_size_stay() {
        let mut canvas = canvas(2, Pixels::Rgb);
        canvas.push(&[1, 2, 3, 4, 5, 6]);
        canvas.push(&[7, 8, 9, 10, 11, 12]);
        let picture = canvas.finish();
        assert_eq!((picture.width, picture.height), (2, 2));
        assert_eq!(picture.samples, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
}
