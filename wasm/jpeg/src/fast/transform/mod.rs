//! From a block's coefficients to its pixels, at 1, 2, 4 or 8 pixels per side.
//!
//! A smaller block is the inverse cosine transform of its size, applied to the lowest coefficients:
//! the omitted frequencies cannot be shown with so few pixels. All arithmetic wraps, so that
//! damaged files yield wrong pixels and nothing worse.

#[cfg(any(test, not(all(target_family = "wasm", target_feature = "simd128"))))]
mod scalar;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod simd;

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
use scalar as kernels;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
use simd as kernels;

pub(super) use kernels::Zeros;

/// A block's coefficients, not dequantized yet: those that matter, row by row, in the order of
/// [`places`], followed by room for the others.
pub(super) type Block = [i16; 128];

/// The factors of the coefficients, in the same order.
pub(super) type Quantization = [i16; 64];

/// The position in the file of the coefficient in row `index / 8` and column `index % 8` (ITU-T
/// T.81, figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42, 3, 8, 12, 17, 25, 30, 41, 43, 9, 11,
    18, 24, 31, 40, 44, 53, 10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60, 21, 34,
    37, 47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63,
];

/// The number of coefficients in the file's order that must be read for `side` pixels per side.
pub(super) const fn coefficients(side: usize) -> u32 {
    match side {
        1 => 1,
        2 => 5,
        4 => 25,
        _ => 64,
    }
}

/// The positions in a [`Block`] of the coefficients in the file's order.
pub(super) type Places = [u8; 256];

/// For blocks with `side` pixels per side. Coefficients that do not matter go after those that do,
/// and so does anything after the end of the block.
pub(super) const fn places(side: usize) -> Places {
    let mut places = [64; 256];
    let mut index = 0;
    while index < 64 {
        let (row, column) = (index / 8, index % 8);
        if row < side && column < side {
            places[ZIGZAG[index] as usize] = (row * side + column) as u8;
        }
        index += 1;
    }
    places
}

/// A quantization table of the file, in the order of a block with `side` pixels per side.
pub(super) fn quantization(file: &[u8; 64], side: usize) -> Quantization {
    let places = places(side);
    let mut quantization = [0; 64];
    for (&step, &place) in file.iter().zip(&places) {
        if let Some(quantization) = quantization.get_mut(usize::from(place)) {
            *quantization = step.into();
        }
    }
    quantization
}

/// Writes the block's pixels, `SIDE` rows of `SIDE`, to `pixels`, whose rows are `stride` apart.
#[inline(always)]
pub(super) fn write<const SIDE: usize>(
    block: &Block,
    quantization: &Quantization,
    pixels: &mut [u8],
    stride: usize,
) {
    match SIDE {
        1 => pixels[0] = even(coefficient(block, quantization, 0)),
        2 => store(two(block, quantization), pixels, stride),
        4 => store(kernels::four(block, quantization), pixels, stride),
        _ => write_eight(block, quantization, pixels, stride),
    }
}

#[inline(never)]
fn write_eight(block: &Block, quantization: &Quantization, pixels: &mut [u8], stride: usize) {
    store(kernels::eight(block, quantization), pixels, stride);
}

#[inline(always)]
fn store<const SIDE: usize>(rows: [[u8; SIDE]; SIDE], pixels: &mut [u8], stride: usize) {
    for (row, pixels) in rows.iter().zip(pixels.chunks_mut(stride)) {
        pixels[..SIDE].copy_from_slice(row);
    }
}

/// A DC coefficient of zero is the middle of the range of pixels.
const MIDDLE: i32 = 128;

fn to_pixel(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

#[inline(always)]
fn coefficient(block: &Block, quantization: &Quantization, place: usize) -> i32 {
    // In intact files, the product has 16 bits, so it wraps where it is computed with SIMD.
    block[place].wrapping_mul(quantization[place]).into()
}

/// Every pixel of a block whose other coefficients are zero.
#[inline(always)]
fn even(dc: i32) -> u8 {
    to_pixel((dc + 8 * MIDDLE + 4) >> 3)
}

#[inline(always)]
fn two(block: &Block, quantization: &Quantization) -> [[u8; 2]; 2] {
    let [dc, across, down, both] =
        [0, 1, 2, 3].map(|place| coefficient(block, quantization, place));
    let middle = dc + 8 * MIDDLE + 4;
    let (left, right) = (middle + across, middle - across);
    let (left_slope, right_slope) = (down + both, down - both);
    let pixel = |sum: i32| to_pixel(sum >> 3);
    [
        [pixel(left + left_slope), pixel(right + right_slope)],
        [pixel(left - left_slope), pixel(right - right_slope)],
    ]
}

/// The factors of the transforms are fixed-point numbers with this many fractional bits.
const FACTOR_BITS: u32 = 12;

/// The number of fractional bits kept between the two passes.
const BETWEEN_BITS: u32 = 3;

const fn factor(value: f64) -> i32 {
    (value * (1 << FACTOR_BITS) as f64 + 0.5) as i32
}

/// √2 cos(π/8)
const COSINE: i32 = factor(1.306_562_964_876_376_5);

/// √2 sin(π/8)
const SINE: i32 = factor(0.541_196_100_146_197);

/// √2 cos(kπ/16) for the odd k of eight pixels: the factors of the odd coefficients for each of the
/// first four pixels. Those of the last four are the same with the opposite sign, in reverse order.
const ODD: [[i32; 4]; 4] = {
    const C1: i32 = factor(1.387_039_845_322_147_6);
    const C3: i32 = factor(1.175_875_602_419_358_7);
    const C5: i32 = factor(0.785_694_958_387_102_2);
    const C7: i32 = factor(0.275_899_379_282_943);
    [[C1, C3, C5, C7], [C3, -C7, -C1, -C5], [C5, -C1, C7, C3], [C7, -C5, C3, -C1]]
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `check` with blocks from faint ones to values far beyond those of an intact file, both
    /// full ones and ones with only their lowest frequencies.
    fn each_block(check: impl Fn(&Block, &Quantization)) {
        let mut state = 12_345u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i16
        };
        for round in 0..10_000 {
            let shift = round % 16;
            let side = [1, 2, 4, 5, 8][round / 16 % 5];
            let mut block = [0; 128];
            for (index, coefficient) in block.iter_mut().enumerate() {
                let value = next() >> shift;
                if index >= 64 || (index / 8 < side && index % 8 < side) {
                    *coefficient = value;
                }
            }
            let mut quantization = [0; 64];
            quantization.fill_with(|| next() & 0xFF);
            check(&block, &quantization);
        }
    }

    #[test]
    fn both_ways_to_pixels_are_the_same() {
        each_block(|block, quantization| {
            assert_eq!(kernels::four(block, quantization), scalar::four(block, quantization));
            assert_eq!(kernels::eight(block, quantization), scalar::eight(block, quantization));
        });
        // A single coefficient, in each position.
        for place in 0..64 {
            let mut block = [0; 128];
            block[place] = -300;
            let quantization = [3; 64];
            assert_eq!(kernels::eight(&block, &quantization), scalar::eight(&block, &quantization));
        }
    }

    #[test]
    fn every_coefficient_has_its_place() {
        for side in [1, 2, 4, 8] {
            let mut places = places(side).to_vec();
            assert!(places[coefficients(side) as usize..].iter().all(|&place| place == 64));
            assert!(places[coefficients(side) as usize - 1] < 64);
            places.sort_unstable();
            let count = side * side;
            assert_eq!(places[..count], (0..count as u8).collect::<Vec<_>>());
            assert!(places[count..].iter().all(|&place| place == 64));
        }
    }
}
