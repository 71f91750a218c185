//! Resampling with a triangle filter: bilinear when enlarging, area-weighted when reducing.
//!
//! When reducing, the triangle is stretched by the ratio of the sizes, so that every source pixel
//! counts and nothing aliases. This is what TensorFlow (`tf.image.resize` with `antialias=True`)
//! and Pillow (`BILINEAR`) do, and with it models are trained. Coordinates are those of pixel
//! centres. The filter is separable: columns first, whose inner loop runs along the row and becomes
//! SIMD code, then rows.

use crate::lanes::{self, Sums};
use crate::picture::{Channels, Picture};

/// Weights are fixed-point numbers with this many binary places; they sum to exactly one.
const WEIGHT_BITS: u32 = 14;
const ONE: i32 = 1 << WEIGHT_BITS;
const HALF: i32 = ONE / 2;

/// Resamples the whole picture to `width` × `height` (each 1 or more); proportions are not kept.
///
/// # Panics
/// If a side is 0.
#[must_use]
pub fn resize(picture: Picture, width: usize, height: usize) -> Picture {
    assert!(width > 0 && height > 0, "a picture has at least one pixel");
    let picture = if height == picture.height { picture } else { resize_columns(&picture, height) };
    if width == picture.width {
        picture
    } else {
        match picture.channels {
            Channels::Grey => resize_rows_grey(&picture, width),
            Channels::Rgb => resize_rows_rgb(&picture, width),
        }
    }
}

/// Which source pixels make a target pixel, and how much each of them counts.
struct Filter {
    /// The first source pixel of each target pixel.
    starts: Vec<usize>,
    /// `taps` weights for each target pixel; what a pixel has fewer is zero at its end.
    weights: Vec<i16>,
    taps: usize,
}

impl Filter {
    fn new(source: usize, target: usize) -> Self {
        let ratio = source as f64 / target as f64;
        let support = ratio.max(1.0);
        let taps = (2.0 * support).ceil() as usize + 1;
        let taps = taps.min(source);
        let mut starts = Vec::with_capacity(target);
        let mut weights = vec![0i16; target * taps];
        let mut exact = Vec::with_capacity(taps);
        for (position, weights) in weights.chunks_exact_mut(taps).enumerate() {
            let center = (position as f64 + 0.5) * ratio;
            let first = ((center - support + 0.5).max(0.0) as usize).min(source - 1);
            let end =
                ((center + support + 0.5) as usize).clamp(first + 1, source).min(first + taps);
            exact.clear();
            exact.extend(
                (first..end)
                    .map(|pixel| (1.0 - ((pixel as f64 + 0.5 - center) / support).abs()).max(0.0)),
            );
            // Near the right edge the taps would reach beyond it: begin earlier, with weight zero.
            let start = first.min(source - taps);
            starts.push(start);
            quantize(&exact, &mut weights[first - start..]);
        }
        Self { starts, weights, taps }
    }
}

/// Makes fixed-point weights whose sum is exactly one, so that an even area stays as it is.
///
/// Each weight is the difference of two rounded partial sums: however many there are, errors do not
/// add up.
fn quantize(exact: &[f64], weights: &mut [i16]) {
    let total: f64 = exact.iter().sum();
    let mut sum = 0.0;
    let mut taken = 0;
    for (weight, value) in weights.iter_mut().zip(exact) {
        sum += value;
        let rounded = (sum / total * f64::from(ONE)).round() as i32;
        *weight = (rounded - taken) as i16;
        taken = rounded;
    }
}

fn to_sample(sum: i32) -> u8 {
    // Weights are not negative and sum to one, so the result is within 0 to 255.
    (sum >> WEIGHT_BITS) as u8
}

fn resize_columns(picture: &Picture, height: usize) -> Picture {
    let filter = Filter::new(picture.height, height);
    let stride = picture.width * picture.channels.count();
    let mut samples = vec![0u8; stride * height];
    let mut sums = vec![0i32; stride];
    let windows = filter.starts.iter().zip(filter.weights.chunks_exact(filter.taps));
    for (target, (&start, weights)) in samples.chunks_exact_mut(stride).zip(windows) {
        sums.fill(HALF);
        let rows = picture.samples[start * stride..].chunks_exact(stride);
        for (row, &weight) in rows.zip(weights).filter(|(_, &weight)| weight != 0) {
            for (sum, &sample) in sums.iter_mut().zip(row) {
                *sum += i32::from(weight) * i32::from(i16::from(sample));
            }
        }
        for (sample, &sum) in target.iter_mut().zip(&sums) {
            *sample = to_sample(sum);
        }
    }
    Picture { width: picture.width, height, channels: picture.channels, samples }
}

fn resize_rows_grey(picture: &Picture, width: usize) -> Picture {
    let filter = Filter::new(picture.width, width);
    let mut samples = Vec::with_capacity(width * picture.height);
    for row in picture.samples.chunks_exact(picture.width) {
        let windows = filter.starts.iter().zip(filter.weights.chunks_exact(filter.taps));
        samples.extend(windows.map(|(&start, weights)| {
            let products = row[start..]
                .iter()
                .zip(weights)
                .map(|(&sample, &weight)| i32::from(weight) * i32::from(sample));
            to_sample(HALF + products.sum::<i32>())
        }));
    }
    Picture { width, height: picture.height, channels: Channels::Grey, samples }
}

fn resize_rows_rgb(picture: &Picture, width: usize) -> Picture {
    let filter = Filter::new(picture.width, width);
    let pairs_each = filter.taps.div_ceil(2);
    let pairs: Vec<u32> = filter
        .weights
        .chunks_exact(filter.taps)
        .flat_map(|weights| weights.chunks(2))
        .map(|weights| lanes::pair(weights[0], weights.get(1).copied().unwrap_or(0)))
        .collect();
    let stride = 3 * picture.width;
    // Two pixels are read as eight bytes, which reaches beyond the row's last ones.
    let mut padded = vec![0u8; stride + 8];
    let mut samples = vec![0u8; 3 * width * picture.height];
    let rows = picture.samples.chunks_exact(stride);
    for (target, row) in samples.chunks_exact_mut(3 * width).zip(rows) {
        padded[..stride].copy_from_slice(row);
        let windows = filter.starts.iter().zip(pairs.chunks_exact(pairs_each));
        for (pixel, (&start, pairs)) in target.chunks_exact_mut(3).zip(windows) {
            let mut sums = Sums::new(HALF);
            let mut source = &padded[3 * start..];
            for &weights in pairs {
                let Some(&pixels) = source.first_chunk::<8>() else { break };
                sums = sums.add(pixels, weights);
                source = &source[6..];
            }
            pixel.copy_from_slice(&sums.rgb(WEIGHT_BITS));
        }
    }
    Picture { width, height: picture.height, channels: Channels::Rgb, samples }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, height: usize, samples: Vec<u8>) -> Picture {
        Picture { width, height, channels: Channels::Grey, samples }
    }

    #[test]
    fn weights_sum_to_one_and_stay_inside() {
        for source in [1, 2, 3, 5, 8, 180, 192, 320, 1000, 8191] {
            for target in [1, 2, 3, 7, 128, 192, 224] {
                let filter = Filter::new(source, target);
                for (&start, weights) in
                    filter.starts.iter().zip(filter.weights.chunks(filter.taps))
                {
                    assert_eq!(weights.iter().map(|&w| i32::from(w)).sum::<i32>(), ONE);
                    assert!(weights.iter().all(|&weight| weight >= 0));
                    assert!(start + filter.taps <= source, "{source} to {target}");
                }
            }
        }
    }

    #[test]
    fn an_even_picture_stays_even() {
        for value in [0, 1, 127, 254, 255] {
            for (width, height) in [(1, 1), (3, 100), (100, 3), (33, 77)] {
                let resized = resize(grey(33, 50, vec![value; 33 * 50]), width, height);
                assert_eq!(resized.samples, vec![value; width * height]);
            }
        }
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let samples: Vec<u8> = (0..48).collect();
        assert_eq!(resize(grey(8, 6, samples.clone()), 8, 6).samples, samples);
    }

    #[test]
    fn enlarging_is_bilinear_between_pixel_centres() {
        assert_eq!(resize(grey(2, 1, vec![0, 100]), 4, 1).samples, [0, 25, 75, 100]);
        assert_eq!(resize(grey(1, 2, vec![0, 100]), 1, 4).samples, [0, 25, 75, 100]);
    }

    #[test]
    fn reducing_weighs_every_pixel_by_its_distance() {
        // 4 pixels to 2: the centres are 1/2, 1/2 and 3/2 pixels away, the support is 2, so the
        // weights are 3/4, 3/4 and 1/4 of their sum 7/4; mirrored for the second.
        let resized = resize(grey(4, 1, vec![70, 140, 210, 0]), 2, 1);
        assert_eq!(
            resized.samples,
            [(3 * 70u32 + 3 * 140 + 210) / 7, (140 + 3 * 210) / 7].map(|v| v as u8)
        );
    }

    #[test]
    fn channels_are_kept_apart() {
        let picture = Picture {
            width: 2,
            height: 2,
            channels: Channels::Rgb,
            samples: [[10, 20, 30]; 4].concat(),
        };
        let resized = resize(picture, 3, 5);
        assert_eq!(resized.samples, [[10, 20, 30]; 15].concat());
    }

    #[test]
    fn a_mirrored_picture_gives_the_mirrored_result() {
        let samples: Vec<u8> = (0..37u32).map(|x| (x * x * 7 % 256) as u8).collect();
        let mirrored: Vec<u8> = samples.iter().rev().copied().collect();
        for width in [5, 12, 36, 74] {
            let mut result = resize(grey(37, 1, mirrored.clone()), width, 1).samples;
            result.reverse();
            let expected = resize(grey(37, 1, samples.clone()), width, 1).samples;
            for (a, b) in expected.iter().zip(&result) {
                assert!(a.abs_diff(*b) <= 1);
            }
        }
    }
}
