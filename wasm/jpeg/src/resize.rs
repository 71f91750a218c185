//! Resampling: the mean of the area that a pixel covers when reducing, bilinear interpolation when
//! enlarging.
//!
//! So every source pixel has the same weight, and there is no aliasing. Coordinates refer to pixel
//! centres. The filter is separable, and each axis is enlarged or reduced independently: columns
//! first, then rows.
//!
//! Rows are resampled as they arrive, so that the whole picture need never be in memory, and each
//! channel separately, so that the channels may have different sizes.

use crate::fit::Window;
use crate::lanes::{self, WeightedRow, Windows, ROW_UNIT, WEIGHT_BITS};
use crate::picture::{Channels, Picture};
use std::rc::Rc;

const ONE: i32 = 1 << WEIGHT_BITS;

/// Resamples a part of the picture to `width` × `height` (each at least 1); proportions are not
/// preserved.
///
/// # Panics
/// If a side is 0.
#[must_use]
pub fn resize(picture: Picture, window: &Window, width: usize, height: usize) -> Picture {
    let size = (width as f64, height as f64);
    let is_all = (picture.width, picture.height) == (width, height);
    if is_all && *window == (Window { origin: (0.0, 0.0), extent: size }) {
        return picture;
    }
    let size = (picture.width, picture.height);
    let mut rows = Rows::new(size, window, picture.channels, (width, height));
    for row in picture.samples.chunks_exact(picture.channels.count() * picture.width) {
        rows.push(row);
    }
    rows.finish()
}

/// Resamples a picture whose rows arrive one by one, from the top, without keeping all of them.
#[derive(Debug)]
pub struct Rows {
    resampler: Resampler,
    channels: usize,
}

impl Rows {
    /// For a picture of `size` (width, height), whose part `window` becomes `target` (width,
    /// height).
    ///
    /// # Panics
    /// If a side is 0.
    #[must_use]
    pub fn new(
        (width, height): (usize, usize),
        window: &Window,
        channels: Channels,
        target: (usize, usize),
    ) -> Self {
        let colours = match channels {
            Channels::Grey => Colours::Grey,
            Channels::Rgb => Colours::Rgb,
        };
        let source = Source { window: *window, width, height, stride: width, step: 1 };
        let sources = vec![source; channels.count()];
        Self {
            resampler: Resampler::new(&sources, colours, target.0, target.1),
            channels: channels.count(),
        }
    }

    /// Bytes per pixel.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Adds the next row: its pixels, with interleaved channels.
    pub fn push(&mut self, row: &[u8]) {
        for (channel, plane) in self.resampler.planes.iter_mut().enumerate() {
            let samples = row[channel..].iter().step_by(self.channels);
            for (target, &sample) in plane.next_rows().0.iter_mut().zip(samples) {
                *target = sample;
            }
        }
        self.resampler.advance();
    }

    /// The picture, after all rows have been added.
    #[must_use]
    pub fn finish(self) -> Picture {
        self.resampler.into_picture()
    }
}

/// The meaning of the planes of a [`Resampler`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    /// One plane: luminance.
    Grey,
    /// Three planes: red, green, blue.
    Rgb,
    /// Three planes: luminance and two of colour, as in JFIF.
    YCbCr,
}

/// The form in which the samples of a plane arrive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Source {
    /// The part that becomes the picture, in samples.
    pub(crate) window: Window,
    /// Samples per row that count.
    pub(crate) width: usize,
    /// Rows that count.
    pub(crate) height: usize,
    /// Samples per row that arrive.
    pub(crate) stride: usize,
    /// Rows that arrive at a time; the last ones may not count.
    pub(crate) step: usize,
}

/// Creates a picture from planes whose rows arrive gradually.
#[derive(Debug)]
pub(crate) struct Resampler {
    pub(crate) planes: Vec<Plane>,
    colours: Colours,
    /// A target row of each plane, one after another.
    lines: Vec<i16>,
    width: usize,
    height: usize,
    /// The number of finished target rows.
    ready: usize,
    samples: Vec<u8>,
}

impl Resampler {
    /// # Panics
    /// If a target side is 0.
    pub(crate) fn new(sources: &[Source], colours: Colours, width: usize, height: usize) -> Self {
        assert!(width > 0 && height > 0, "a picture has at least one pixel");
        let mut axes: Vec<(Source, Rc<Windows>, Rc<Axis>)> = Vec::with_capacity(sources.len());
        for source in sources {
            // Planes of the same size share their weights.
            let same = axes.iter().find(|(other, ..)| other == source);
            let (columns, rows) = same.map_or_else(
                || {
                    let Window { origin, extent } = source.window;
                    let columns = Axis::new(origin.0, extent.0, source.width, width);
                    let columns = Windows::new(&columns.starts, &columns.weights, columns.taps);
                    let rows = Axis::new(origin.1, extent.1, source.height, height);
                    (Rc::new(columns), Rc::new(rows))
                },
                |(_, columns, rows)| (Rc::clone(columns), Rc::clone(rows)),
            );
            axes.push((*source, columns, rows));
        }
        let mut planes: Vec<Plane> = axes
            .into_iter()
            .map(|(source, columns, rows)| Plane::new(&source, columns, rows))
            .collect();
        make_room(&mut planes, height);
        let channels = if planes.len() == 1 { 1 } else { 3 };
        let lines = planes.iter().map(|plane| plane.columns.length()).sum();
        Self {
            planes,
            colours,
            lines: vec![0; lines],
            width,
            height,
            ready: 0,
            samples: vec![0; channels * width * height],
        }
    }

    /// Must be called when the next rows of all planes have arrived ([`Plane::next_rows`]).
    pub(crate) fn advance(&mut self) {
        for plane in &mut self.planes {
            plane.advance();
        }
        while self.ready < self.height && self.planes.iter().all(|plane| plane.has(self.ready)) {
            let length = self.lines.len() / self.planes.len();
            for (plane, line) in self.planes.iter_mut().zip(self.lines.chunks_exact_mut(length)) {
                plane.resample(self.ready, line);
            }
            let stride = self.samples.len() / self.height;
            let pixels = &mut self.samples[self.ready * stride..][..stride];
            let mut lines = self.lines.chunks_exact(length);
            let mut next = || lines.next().unwrap_or_default();
            match self.colours {
                Colours::Grey => lanes::interleave(&[next()], pixels),
                Colours::Rgb => lanes::interleave(&[next(), next(), next()], pixels),
                Colours::YCbCr => lanes::ycbcr_to_rgb([next(), next(), next()], pixels),
            }
            self.ready += 1;
        }
    }

    /// The whole picture, after all rows have arrived.
    pub(crate) fn into_picture(self) -> Picture {
        debug_assert_eq!(self.ready, self.height);
        let channels = if self.planes.len() == 1 { Channels::Grey } else { Channels::Rgb };
        Picture {
            width: self.width,
            height: self.height,
            channels,
            samples: self.samples,
            is_damaged: false,
        }
    }
}

/// Allocates the rows that the planes' rings will need, determined by simulating the whole process:
/// a plane waits for the others.
fn make_room(planes: &mut [Plane], height: usize) {
    let mut backlogs = vec![0; planes.len()];
    let mut ready = 0;
    while ready < height {
        for (plane, backlog) in planes.iter_mut().zip(&mut backlogs) {
            *backlog = plane.come.saturating_sub(plane.rows.starts[ready] as usize).max(*backlog);
            plane.advance();
        }
        while ready < height && planes.iter().all(|plane| plane.has(ready)) {
            ready += 1;
        }
    }
    for (plane, backlog) in planes.iter_mut().zip(backlogs) {
        plane.come = 0;
        plane.capacity = (backlog + plane.step).next_multiple_of(plane.step);
        plane.ring = vec![0; plane.stride * plane.capacity];
    }
}

/// A channel in progress: the rows that are still needed, in a ring.
#[derive(Debug)]
pub(crate) struct Plane {
    columns: Rc<Windows>,
    rows: Rc<Axis>,
    /// The number of rows that arrive at a time.
    step: usize,
    /// The number of rows that have arrived.
    come: usize,
    ring: Vec<u8>,
    /// The number of rows in the ring, a multiple of `step`.
    capacity: usize,
    /// Bytes per row.
    stride: usize,
    /// The rows for a target row.
    weighted: Vec<WeightedRow>,
    /// A target row whose columns are not resampled yet.
    blended: Vec<i16>,
}

impl Plane {
    fn new(source: &Source, columns: Rc<Windows>, rows: Rc<Axis>) -> Self {
        let blended = columns.reach().next_multiple_of(ROW_UNIT);
        Self {
            step: source.step,
            come: 0,
            ring: Vec::new(),
            capacity: 0,
            stride: blended.max(source.stride),
            weighted: Vec::with_capacity(rows.taps),
            blended: vec![0; blended],
            columns,
            rows,
        }
    }

    /// Where the next rows go, [`Source::step`] of them, and the distance from one to the next.
    #[inline]
    pub(crate) fn next_rows(&mut self) -> (&mut [u8], usize) {
        let first = self.come % self.capacity * self.stride;
        (&mut self.ring[first..][..self.step * self.stride], self.stride)
    }

    fn advance(&mut self) {
        self.come += self.step;
    }

    /// Whether all rows for the target row have arrived.
    fn has(&self, target: usize) -> bool {
        self.rows.starts[target] as usize + self.rows.taps <= self.come
    }

    fn resample(&mut self, target: usize, line: &mut [i16]) {
        let start = self.rows.starts[target] as usize;
        let weights = &self.rows.weights[target * self.rows.taps..][..self.rows.taps];
        let offset = |row: usize| row % self.capacity * self.stride;
        // Many have one or two rows fewer than others.
        let weighted = weights.iter().enumerate().filter(|(_, &weight)| weight != 0);
        self.weighted.clear();
        self.weighted.extend(
            weighted.map(|(index, &weight)| WeightedRow { offset: offset(start + index), weight }),
        );
        lanes::blend(&self.ring, &self.weighted, &mut self.blended);
        self.columns.gather(&self.blended, line);
    }
}

/// Which source samples produce a target sample along one axis, and the weight of each.
#[derive(Debug)]
struct Axis {
    /// The first source sample of each target sample.
    starts: Vec<u32>,
    /// `taps` weights for each target sample; unused ones are zero.
    weights: Vec<i16>,
    taps: usize,
}

impl Axis {
    /// Maps the part of length `extent` that starts at `origin` among `samples` samples, each of
    /// length 1, to `target` samples.
    fn new(origin: f64, extent: f64, samples: usize, target: usize) -> Self {
        let ratio = extent / target as f64;
        // The samples that may count: all that an area touches, or two neighbours.
        let taps = if ratio > 1.0 { ratio.ceil() as usize + 1 } else { 2 }.min(samples);
        let mut starts = Vec::with_capacity(target);
        let mut weights = vec![0; target * taps];
        let mut exact = vec![0.0; taps];
        for (position, weights) in weights.chunks_exact_mut(taps).enumerate() {
            let (begin, end) =
                (origin + position as f64 * ratio, origin + (position + 1) as f64 * ratio);
            let center = (begin + end) / 2.0;
            let first = if ratio > 1.0 { begin } else { (center - 0.5).max(0.0) } as usize;
            // Near the end, the taps would extend beyond it: start earlier, with weight zero.
            let start = first.min(samples - taps);
            for (index, exact) in exact.iter_mut().enumerate() {
                let sample = (start + index) as f64;
                let weight = if ratio > 1.0 {
                    end.min(sample + 1.0) - begin.max(sample)
                } else {
                    1.0 - (sample + 0.5 - center).abs()
                };
                *exact = weight.max(0.0);
            }
            starts.push(start as u32);
            quantize(&exact, weights);
        }
        Self { starts, weights, taps }
    }
}

/// Creates fixed-point weights whose sum is exactly one, so that a uniform area stays unchanged.
///
/// Each weight is the difference of two rounded partial sums, so errors do not accumulate, however
/// many weights there are.
fn quantize(exact: &[f64], weights: &mut [i16]) {
    let scale = f64::from(ONE) / exact.iter().sum::<f64>();
    let mut sum = 0.0;
    let mut taken = 0;
    for (weight, value) in weights.iter_mut().zip(exact) {
        sum += value;
        let rounded = (sum * scale + 0.5) as i32;
        *weight = (rounded - taken) as i16;
        taken = rounded;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, height: usize, samples: Vec<u8>) -> Picture {
        Picture { width, height, channels: Channels::Grey, samples, is_damaged: false }
    }

    fn whole(picture: Picture, width: usize, height: usize) -> Picture {
        let extent = (picture.width as f64, picture.height as f64);
        resize(picture, &Window { origin: (0.0, 0.0), extent }, width, height)
    }

    #[test]
    fn weights_sum_to_one_and_stay_inside() {
        for source in [1, 2, 3, 5, 8, 180, 192, 320, 1000, 8191] {
            for target in [1, 2, 3, 7, 128, 192, 224] {
                for missing in [0.0, 0.125, 0.875] {
                    let axis = Axis::new(0.0, source as f64 - missing, source, target);
                    for (&start, weights) in axis.starts.iter().zip(axis.weights.chunks(axis.taps))
                    {
                        assert_eq!(weights.iter().map(|&w| i32::from(w)).sum::<i32>(), ONE);
                        assert!(weights.iter().all(|&weight| weight >= 0));
                        assert!(start as usize + axis.taps <= source, "{source} to {target}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_even_picture_stays_even() {
        for value in [0, 1, 127, 254, 255] {
            for (width, height) in [(1, 1), (3, 100), (100, 3), (33, 77)] {
                let resized = whole(grey(33, 50, vec![value; 33 * 50]), width, height);
                assert_eq!(resized.samples, vec![value; width * height]);
            }
        }
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let samples: Vec<u8> = (0..48).collect();
        assert_eq!(whole(grey(8, 6, samples.clone()), 8, 6).samples, samples);
        // Only one side.
        let resized = whole(grey(8, 6, samples.clone()), 8, 12).samples;
        assert_eq!(&resized[..8], &samples[..8]);
    }

    #[test]
    fn enlarging_is_bilinear_between_pixel_centres() {
        assert_eq!(whole(grey(2, 1, vec![0, 100]), 4, 1).samples, [0, 25, 75, 100]);
        assert_eq!(whole(grey(1, 2, vec![0, 100]), 1, 4).samples, [0, 25, 75, 100]);
    }

    #[test]
    fn reducing_takes_the_mean_of_an_area() {
        assert_eq!(whole(grey(4, 1, vec![70, 140, 210, 0]), 2, 1).samples, [105, 105]);
        // 5 pixels to 2: the one in the middle is shared.
        let resized = whole(grey(1, 5, vec![10, 20, 100, 30, 0]), 1, 2);
        assert_eq!(resized.samples, [(10 + 20 + 50) * 2 / 5, (50 + 30) * 2 / 5]);
    }

    #[test]
    fn the_last_pixel_may_be_a_part() {
        // 1.5 pixels to 3: the centres are at 1/4, 3/4 and 5/4 of a pixel.
        let window = Window { origin: (0.0, 0.0), extent: (1.5, 1.0) };
        let resized = resize(grey(2, 1, vec![0, 100]), &window, 3, 1);
        assert_eq!(resized.samples, [0, 25, 75]);
    }

    #[test]
    fn a_window_is_what_is_seen() {
        let window = |x, y, width, height| Window { origin: (x, y), extent: (width, height) };
        let row = |window| resize(grey(6, 1, vec![0, 10, 20, 40, 80, 160]), &window, 2, 1).samples;
        assert_eq!(row(window(1.0, 0.0, 4.0, 1.0)), [15, 60]);
        // Half of the first pixel and of the last one.
        assert_eq!(row(window(0.5, 0.0, 5.0, 1.0)), [12, 80]);
        // Enlarged, with the neighbours outside.
        assert_eq!(row(window(2.0, 0.0, 1.0, 1.0)), [18, 25]);
        let columns = resize(grey(1, 4, vec![9, 1, 3, 9]), &window(0.0, 1.0, 1.0, 2.0), 1, 2);
        assert_eq!(columns.samples, [1, 3]);
    }

    #[test]
    fn channels_are_kept_apart() {
        let picture = Picture {
            width: 2,
            height: 2,
            channels: Channels::Rgb,
            samples: [[10, 20, 30]; 4].concat(),
            is_damaged: false,
        };
        let resized = whole(picture, 3, 5);
        assert_eq!(resized.samples, [[10, 20, 30]; 15].concat());
    }

    #[test]
    fn a_mirrored_picture_gives_the_mirrored_result() {
        let samples: Vec<u8> = (0..37u32).map(|x| (x * x * 7 % 256) as u8).collect();
        let mirrored: Vec<u8> = samples.iter().rev().copied().collect();
        for width in [5, 12, 36, 74] {
            let mut result = whole(grey(37, 1, mirrored.clone()), width, 1).samples;
            result.reverse();
            let expected = whole(grey(37, 1, samples.clone()), width, 1).samples;
            for (a, b) in expected.iter().zip(&result) {
                assert!(a.abs_diff(*b) <= 1);
            }
        }
    }

    /// Planes of different sizes and steps, as in a JPEG, give the same result as complete ones.
    #[test]
    fn rows_may_come_in_any_steps() {
        for (width, height) in [(7, 5), (40, 90), (3, 200)] {
            let sources = [(64, 48, 16), (32, 24, 8), (64, 12, 4)].map(|(width, height, step)| {
                let extent = (f64::from(width), f64::from(height));
                let window = Window { origin: (0.0, 0.0), extent };
                Source { window, width: width as usize, height: height as usize, stride: 64, step }
            });
            let planes = sources.map(|source| {
                let samples = (0..source.width * source.height).map(|i| (i * i % 251) as u8);
                grey(source.width, source.height, samples.collect())
            });
            let mut resampler = Resampler::new(&sources, Colours::Rgb, width, height);
            for step in 0..3 {
                for ((plane, source), picture) in
                    resampler.planes.iter_mut().zip(&sources).zip(&planes)
                {
                    let (rows, stride) = plane.next_rows();
                    let samples = picture.samples.chunks_exact(source.width);
                    for (row, samples) in
                        rows.chunks_exact_mut(stride).zip(samples.skip(step * source.step))
                    {
                        row[..source.width].copy_from_slice(samples);
                    }
                }
                resampler.advance();
            }
            let picture = resampler.into_picture();
            for (channel, plane) in planes.into_iter().enumerate() {
                let expected = whole(plane, width, height).samples;
                let channel: Vec<u8> =
                    picture.samples[channel..].iter().step_by(3).copied().collect();
                assert_eq!(channel, expected);
            }
        }
    }
}
