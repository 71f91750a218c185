//! Which part of a picture is shown at the wanted size.

/// How a picture is fitted to other proportions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Fit {
    /// The whole picture; proportions are not preserved.
    #[default]
    Stretch,
    /// The largest rectangle with the wanted proportions in the middle of the picture, of which the
    /// share `crop` is used in both directions.
    Cover {
        /// Above 0, at most 1.
        crop: f64,
    },
}

/// A rectangle in a picture, in pixels; the outer pixels may be partly included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// From the left edge, and from the top.
    pub origin: (f64, f64),
    /// Width and height.
    pub extent: (f64, f64),
}

impl Window {
    /// The same rectangle after `across` and `down` have converted its lengths.
    pub(crate) fn map(self, across: impl Fn(f64) -> f64, down: impl Fn(f64) -> f64) -> Self {
        Self {
            origin: (across(self.origin.0), down(self.origin.1)),
            extent: (across(self.extent.0), down(self.extent.1)),
        }
    }
}

impl Fit {
    /// The part of a picture of `full` pixels that is shown in `wanted` pixels. It is in the
    /// middle, so turning the picture does not change it.
    #[must_use]
    pub fn window(self, full: (u16, u16), wanted: (u16, u16)) -> Window {
        let (width, height) = (f64::from(full.0), f64::from(full.1));
        let Self::Cover { crop } = self else {
            return Window { origin: (0.0, 0.0), extent: (width, height) };
        };
        let (across, down) = (f64::from(wanted.0), f64::from(wanted.1));
        let scale = (width / across).min(height / down) * crop;
        let extent = (across * scale, down * scale);
        Window { origin: ((width - extent.0) / 2.0, (height - extent.1) / 2.0), extent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretching_takes_the_whole_picture() {
        let window = Fit::Stretch.window((640, 480), (224, 224));
        assert_eq!(window, Window { origin: (0.0, 0.0), extent: (640.0, 480.0) });
    }

    #[test]
    fn covering_takes_the_largest_rectangle_in_the_middle() {
        let cover = |crop, full, wanted| Fit::Cover { crop }.window(full, wanted);
        let square = Window { origin: (80.0, 0.0), extent: (480.0, 480.0) };
        assert_eq!(cover(1.0, (640, 480), (224, 224)), square);
        let middle = Window { origin: (110.0, 30.0), extent: (420.0, 420.0) };
        assert_eq!(cover(0.875, (640, 480), (224, 224)), middle);
        let wide = Window { origin: (0.0, 80.0), extent: (640.0, 320.0) };
        assert_eq!(cover(1.0, (640, 480), (200, 100)), wide);
        let one = Window { origin: (0.25, 0.25), extent: (0.5, 0.5) };
        assert_eq!(cover(0.5, (1, 1), (224, 224)), one);
    }
}
