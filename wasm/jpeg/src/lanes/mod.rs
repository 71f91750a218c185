//! The inner loops of resampling and colour conversion, with SIMD if available.
//!
//! Intermediate samples are 16-bit fixed-point numbers with [`SAMPLE_BITS`] fractional bits: from 0
//! to 255, with room for the colour conversion to exceed that. Both implementations give identical
//! bits.

#[cfg(any(test, not(all(target_family = "wasm", target_feature = "simd128"))))]
mod scalar;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod simd;

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
use scalar as kernels;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
use simd as kernels;

/// Weights are fixed-point numbers with this many fractional bits; those of a target sample sum to
/// exactly one, and none is negative.
pub(crate) const WEIGHT_BITS: u32 = 14;

/// The fractional bits of intermediate samples.
const SAMPLE_BITS: u32 = 6;

/// Rows are blended this many samples at a time.
pub(crate) const ROW_UNIT: usize = 16;

/// A row of samples, by its offset, and its weight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeightedRow {
    pub(crate) offset: usize,
    pub(crate) weight: i16,
}

/// Blends rows of `samples` into one.
///
/// # Panics
/// If a row is not completely within `samples`, or the length of `blended` is not a multiple of
/// [`ROW_UNIT`].
pub(crate) fn blend(samples: &[u8], rows: &[WeightedRow], blended: &mut [i16]) {
    let within = |offset: usize| samples.len().checked_sub(blended.len()) >= Some(offset);
    assert!(rows.iter().all(|row| within(row.offset)));
    assert!(blended.len() % ROW_UNIT == 0);
    // SAFETY: both have just been checked.
    unsafe { kernels::blend(samples, rows, blended) }
}

/// Which samples of a row produce each sample of a target row, and their weights.
#[derive(Debug)]
pub(crate) struct Windows {
    /// The first sample of each target sample; some extra ones complete groups of four.
    starts: Vec<u32>,
    /// The weights of two target samples, four of each, then the next four of each, until all are
    /// there; then those of the next two.
    weights: Vec<i16>,
    /// The number of groups of four weights for a target sample.
    fours: usize,
    /// The minimum number of samples in a row.
    reach: usize,
}

impl Windows {
    /// Target samples are padded to a multiple of this.
    pub(crate) const UNIT: usize = 8;

    /// From the first sample of each target sample, and `taps` weights for each.
    pub(crate) fn new(starts: &[u32], weights: &[i16], taps: usize) -> Self {
        let fours = taps.div_ceil(4);
        let length = starts.len().next_multiple_of(Self::UNIT);
        let mut arranged = vec![0; 4 * fours * length];
        for (index, weights) in weights.chunks_exact(taps).enumerate() {
            let first = (index / 2 * fours * 2 + index % 2) * 4;
            for (four, weights) in weights.chunks(4).enumerate() {
                arranged[first + 8 * four..][..weights.len()].copy_from_slice(weights);
            }
        }
        let mut starts = starts.to_vec();
        let last = starts.iter().copied().max().unwrap_or(0);
        starts.resize(length, last);
        Self { starts, weights: arranged, fours, reach: last as usize + 4 * fours }
    }

    /// The minimum number of samples in a row. Those after the ones that count have weight zero.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }

    /// The number of samples in the target row: a multiple of [`Windows::UNIT`].
    pub(crate) fn length(&self) -> usize {
        self.starts.len()
    }

    /// Computes the target row for `row`.
    ///
    /// # Panics
    /// If `row` is shorter than [`Windows::reach`], or the length of `target` is not
    /// [`Windows::length`].
    pub(crate) fn gather(&self, row: &[i16], target: &mut [i16]) {
        assert!(row.len() >= self.reach && target.len() == self.starts.len());
        // SAFETY: `row` contains every window, and `new` has created complete groups of four.
        unsafe { kernels::gather(&self.starts, &self.weights, self.fours, row, target) }
    }
}

/// Converts luminance and the two colour channels as defined by JFIF, and interleaves them.
///
/// # Panics
/// If the channels do not all have the same length, a multiple of [`Windows::UNIT`] that covers
/// `pixels`.
pub(crate) fn ycbcr_to_rgb([y, cb, cr]: [&[i16]; 3], pixels: &mut [u8]) {
    let length = y.len();
    assert!(cb.len() == length && cr.len() == length && length % Windows::UNIT == 0);
    assert!(3 * length >= pixels.len());
    let channels = y.chunks_exact(8).zip(cb.chunks_exact(8)).zip(cr.chunks_exact(8));
    for (((y, cb), cr), pixels) in channels.zip(pixels.chunks_mut(24)) {
        let (Ok(y), Ok(cb), Ok(cr)) = (y.try_into(), cb.try_into(), cr.try_into()) else {
            continue;
        };
        let rgb = kernels::ycbcr_to_rgb(y, cb, cr);
        pixels.copy_from_slice(&rgb[..pixels.len()]);
    }
}

/// Interleaves as many channels as a pixel has bytes.
pub(crate) fn interleave(channels: &[&[i16]], pixels: &mut [u8]) {
    for (index, channel) in channels.iter().enumerate() {
        let pixels = pixels[index..].iter_mut().step_by(channels.len());
        for (pixel, &sample) in pixels.zip(*channel) {
            *pixel = to_byte(sample);
        }
    }
}

fn to_byte(sample: i16) -> u8 {
    ((sample + (1 << (SAMPLE_BITS - 1))) >> SAMPLE_BITS).clamp(0, 255) as u8
}

/// The middle of the range of colour channels, which means no colour.
const NO_COLOUR: i16 = 128 << SAMPLE_BITS;

/// JFIF's factors (ITU-R BT.601) without their integer parts, with 15 fractional bits: red uses
/// 1.402 Cr, green −0.344136 Cb and −0.714136 Cr, blue 1.772 Cb.
const RED: i16 = fraction(1.402 - 1.0);
const GREEN: [i16; 2] = [fraction(0.344_136), fraction(0.714_136)];
const BLUE: i16 = fraction(2.0 - 1.772);

const fn fraction(value: f64) -> i16 {
    (value * 32768.0 + 0.5) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pseudo-random numbers, the same each time (xorshift).
    fn numbers(count: usize, below: u32) -> Vec<u32> {
        let mut state = 2_463_534_242u32;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state % below
        })
        .take(count)
        .collect()
    }

    fn samples(count: usize) -> Vec<i16> {
        numbers(count, (255 << SAMPLE_BITS) + 1).into_iter().map(|sample| sample as i16).collect()
    }

    #[test]
    fn blending_is_a_weighted_sum_of_rows() {
        let rows: Vec<u8> = numbers(160, 256).into_iter().map(|sample| sample as u8).collect();
        let weighted = [(3, 1000), (100, 7384), (64, 8000)];
        let weighted = weighted.map(|(offset, weight)| WeightedRow { offset, weight });
        let mut blended = [0; 16];
        blend(&rows, &weighted, &mut blended);
        for (index, &blended) in blended.iter().enumerate() {
            let sum = f64::from(rows[3 + index]) * 1000.0
                + f64::from(rows[100 + index]) * 7384.0
                + f64::from(rows[64 + index]) * 8000.0;
            assert_eq!(f64::from(blended), (sum / 256.0 + 0.5).floor());
        }
        let mut again = [0; 16];
        // SAFETY: it has no requirements.
        unsafe { scalar::blend(&rows, &weighted, &mut again) };
        assert_eq!(blended, again);
    }

    #[test]
    #[should_panic(expected = "within")]
    fn blending_stays_within_the_rows() {
        blend(&[0; 31], &[WeightedRow { offset: 16, weight: 0 }], &mut [0; 16]);
    }

    #[test]
    fn gathering_is_a_weighted_sum_of_a_window() {
        for taps in 1..=9 {
            let starts = [0, 1, 5, 5, 20];
            let mut weights = vec![0; 5 * taps];
            for (index, weights) in weights.chunks_exact_mut(taps).enumerate() {
                weights[0] = 16_384 - 7 * index as i16;
                weights[taps - 1] += 7 * index as i16;
            }
            let windows = Windows::new(&starts, &weights, taps);
            assert_eq!(windows.length(), 8);
            let row = samples(windows.reach());
            let mut target = [0; 8];
            windows.gather(&row, &mut target);
            for (index, start) in starts.into_iter().enumerate() {
                let first = f64::from(row[start as usize]);
                let last = f64::from(row[start as usize + taps - 1]);
                let share = 7.0 * index as f64 / 16_384.0;
                let expected = first * (1.0 - share) + last * share;
                assert_eq!(f64::from(target[index]), (expected + 0.5).floor(), "{taps} taps");
            }
            let mut again = [0; 8];
            // SAFETY: it has no requirements.
            unsafe {
                scalar::gather(&windows.starts, &windows.weights, windows.fours, &row, &mut again)
            };
            assert_eq!(target, again);
        }
    }

    #[test]
    fn colours_are_those_of_jfif() {
        let [y, cb, cr] =
            [0, 1, 2].map(|channel| samples(3 * 264)[channel * 264..][..264].to_vec());
        let mut pixels = vec![0; 3 * 261];
        ycbcr_to_rgb([&y, &cb, &cr], &mut pixels);
        for (index, pixel) in pixels.chunks_exact(3).enumerate() {
            let [y, cb, cr] =
                [y[index], cb[index], cr[index]].map(|sample| f64::from(sample) / 64.0);
            let (cb, cr) = (cb - 128.0, cr - 128.0);
            let exact = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
            for (&byte, exact) in pixel.iter().zip(exact) {
                assert!((f64::from(byte) - exact.clamp(0.0, 255.0)).abs() < 0.55);
            }
        }
        let eights = y.chunks_exact(8).zip(cb.chunks_exact(8)).zip(cr.chunks_exact(8));
        let again: Vec<u8> = eights
            .flat_map(|((y, cb), cr)| {
                let [y, cb, cr] = [y, cb, cr].map(|eight| eight.try_into().unwrap());
                scalar::ycbcr_to_rgb(y, cb, cr)
            })
            .collect();
        assert_eq!(pixels, again[..pixels.len()]);
    }

    #[test]
    fn the_ends_of_the_range_stay_within_it() {
        for (y, cb, cr) in (0..8).map(|i| (i & 1, (i >> 1) & 1, i >> 2)) {
            let [y, cb, cr] = [y, cb, cr].map(|end: i16| [(end * 255) << SAMPLE_BITS; 8]);
            let mut pixels = [7; 24];
            ycbcr_to_rgb([&y, &cb, &cr], &mut pixels);
            assert_eq!(pixels, scalar::ycbcr_to_rgb(&y, &cb, &cr));
            assert!(pixels.chunks_exact(3).all(|pixel| pixel == &pixels[..3]));
        }
    }

    #[test]
    fn channels_are_interleaved_and_rounded() {
        let mut pixels = [0; 6];
        interleave(&[&[64, 31], &[640, 32], &[16_320, 95]], &mut pixels);
        assert_eq!(pixels, [1, 10, 255, 0, 1, 1]);
    }
}
