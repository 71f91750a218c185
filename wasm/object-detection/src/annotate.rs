//! The picture with the detections drawn into it.

use crate::answer::Names;
use crate::detections::{Bounds, Detection};
use crate::font;
use jpeg_encoder::{ColorType, Encoder};
use picture::{Channels, Picture};
use vision::Failure;

/// Of the JPEG, 1 to 100.
const QUALITY: u8 = 90;

type Colour = [u8; 3];

const BLACK: Colour = [0; 3];
const WHITE: Colour = [255; 3];

/// Colours that can be distinguished on most pictures; classes take turns.
const COLOURS: [Colour; 8] = [
    [230, 25, 75],
    [60, 180, 75],
    [255, 225, 25],
    [0, 130, 200],
    [245, 130, 48],
    [145, 30, 180],
    [70, 240, 240],
    [240, 50, 230],
];

/// Draws a frame and a name with its score for each detection, the best on top, and encodes the
/// picture as JPEG.
///
/// # Errors
/// [`Failure::Host`] if it cannot be encoded.
pub fn annotated(picture: Picture, found: &[Detection], names: &Names) -> Result<Vec<u8>, Failure> {
    let mut canvas = Canvas::new(picture);
    // Lines and letters grow with the picture: a letter is about a 30th of its shorter side.
    let scale = canvas.width.min(canvas.height).div_ceil(240);
    for &Detection { index, score, bounds } in found.iter().rev() {
        let colour = COLOURS[index % COLOURS.len()];
        canvas.frame(bounds, 2 * scale, colour);
        let label = format!("{} {:.0}%", names.get(index), 100.0 * score);
        canvas.label(&label, bounds, scale, colour);
    }
    canvas.encode()
}

/// Red, green and blue, row by row.
struct Canvas {
    width: usize,
    height: usize,
    samples: Vec<u8>,
}

impl Canvas {
    fn new(Picture { width, height, channels, samples, .. }: Picture) -> Self {
        let samples = match channels {
            Channels::Rgb => samples,
            Channels::Grey => samples.into_iter().flat_map(|grey| [grey; 3]).collect(),
        };
        Self { width, height, samples }
    }

    /// Fills the part of a rectangle that is inside the picture.
    fn fill(&mut self, Bounds { x, y, width, height }: Bounds, colour: Colour) {
        let (left, right) = (x.min(self.width), (x + width).min(self.width));
        for row in y..(y + height).min(self.height) {
            let pixels = &mut self.samples[3 * (row * self.width + left)..];
            for pixel in pixels[..3 * (right - left)].chunks_exact_mut(3) {
                pixel.copy_from_slice(&colour);
            }
        }
    }

    /// Draws lines of `thick` pixels along the inside of the rectangle.
    fn frame(&mut self, bounds: Bounds, thick: usize, colour: Colour) {
        let Bounds { x, y, width, height } = bounds;
        let (across, down) = (thick.min(height), thick.min(width));
        self.fill(Bounds { height: across, ..bounds }, colour);
        self.fill(Bounds { y: y + height - across, height: across, ..bounds }, colour);
        self.fill(Bounds { width: down, ..bounds }, colour);
        self.fill(Bounds { x: x + width - down, width: down, ..bounds }, colour);
    }

    /// Writes `text` above the rectangle, or inside it if there is no room. Text beyond the
    /// picture's width is omitted.
    fn label(&mut self, text: &str, bounds: Bounds, scale: usize, colour: Colour) {
        let side = font::SIDE * scale;
        let (margin, height) = (scale, side + 2 * scale);
        let room = self.width.saturating_sub(2 * margin) / side;
        let text: Vec<char> = text.chars().take(room).collect();
        let width = text.len() * side + 2 * margin;
        let x = bounds.x.min(self.width.saturating_sub(width));
        let y = bounds.y.checked_sub(height).unwrap_or(bounds.y);
        self.fill(Bounds { x, y, width, height }, colour);
        let ink = if is_bright(colour) { BLACK } else { WHITE };
        for (letter, index) in text.into_iter().zip(0..) {
            let left = x + margin + index * side;
            for (row, bits) in font::rows(letter).into_iter().enumerate() {
                for column in (0..font::SIDE).filter(|column| bits & (0x80 >> column) != 0) {
                    let (x, y) = (left + column * scale, y + margin + row * scale);
                    self.fill(Bounds { x, y, width: scale, height: scale }, ink);
                }
            }
        }
    }

    fn encode(self) -> Result<Vec<u8>, Failure> {
        let wrong = |reason: String| {
            Failure::Host(format!("the picture with the boxes cannot be encoded: {reason}"))
        };
        let side = |side: usize| {
            u16::try_from(side).map_err(|_| wrong(format!("a side has {side} pixels")))
        };
        let (width, height) = (side(self.width)?, side(self.height)?);
        let mut file = Vec::new();
        Encoder::new(&mut file, QUALITY)
            .encode(&self.samples, width, height, ColorType::Rgb)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(file)
    }
}

/// Whether black is more legible on it than white.
fn is_bright([red, green, blue]: Colour) -> bool {
    299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) > 140_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use vision::labels::Labels;

    fn grey(width: usize, height: usize) -> Picture {
        Picture {
            width,
            height,
            channels: Channels::Grey,
            samples: vec![128; width * height],
            is_damaged: false,
        }
    }

    fn found(x: usize, y: usize, width: usize, height: usize) -> Detection {
        Detection { index: 0, score: 0.5, bounds: Bounds { x, y, width, height } }
    }

    fn drawn(picture: Picture, found: &[Detection], label: &str) -> Picture {
        let (width, height) = (picture.width, picture.height);
        let names = Names::new(Labels::new(Some(label.into())));
        let file = annotated(picture, found, &names).unwrap();
        let drawn =
            jpeg::decode(&file, width as u16, height as u16, jpeg::Fit::Stretch, 1 << 20).unwrap();
        assert_eq!(drawn.channels, Channels::Rgb);
        drawn
    }

    fn pixel(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
        picture.samples[3 * (y * picture.width + x)..][..3].try_into().unwrap()
    }

    fn is_near(a: [u8; 3], b: [u8; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 48)
    }

    #[test]
    fn a_frame_is_drawn_along_the_inside() {
        let picture = drawn(grey(480, 480), &[found(100, 200, 300, 200)], "thing");
        for (x, y) in [(101, 300), (398, 300), (250, 398)] {
            assert!(is_near(pixel(&picture, x, y), COLOURS[0]), "{x} {y}");
        }
        for (x, y) in [(90, 300), (110, 300), (410, 300), (250, 300), (250, 410)] {
            assert!(is_near(pixel(&picture, x, y), [128; 3]), "{x} {y}");
        }
        // The name is above, on a background of its colour.
        assert!(is_near(pixel(&picture, 101, 181), COLOURS[0]));
        let row = (101..260).map(|x| pixel(&picture, x, 190));
        assert!(row.filter(|&pixel| is_near(pixel, WHITE)).count() > 10);
    }

    #[test]
    fn nothing_is_drawn_outside_of_any_picture() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 9), (250, 250)] {
            let all = [
                found(0, 0, width, height),
                found(width - 1, height - 1, 1, 1),
                found(0, height - 1, width, 1),
                found(width - 1, 0, 1, height),
            ];
            let picture = drawn(grey(width, height), &all, &"long name ".repeat(100));
            assert_eq!((picture.width, picture.height), (width, height));
        }
    }

    #[test]
    fn nothing_found_is_the_picture_itself() {
        let picture = drawn(grey(64, 64), &[], "");
        assert!(picture.samples.iter().all(|&sample| sample.abs_diff(128) < 3));
    }

    #[test]
    fn ink_is_read_on_every_colour() {
        let bright: Vec<_> = COLOURS.iter().map(|&colour| is_bright(colour)).collect();
        assert_eq!(bright, [false, false, true, false, true, false, true, false]);
    }
}
