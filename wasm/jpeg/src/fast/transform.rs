//! From a block's coefficients to its pixels, at 1, 2, 4 or 8 pixels a side.
//!
//! A smaller block is the inverse cosine transform of its size, of the lowest coefficients: what is
//! left out are the frequencies that so few pixels cannot show. All arithmetic wraps, so that
//! damaged files give wrong pixels and nothing worse.

/// A block's coefficients, not yet dequantized: those that matter, row by row, as [`places`] has them,
/// and behind them room for the others.
pub(super) type Block = [i16; 128];

/// What the coefficients are multiplied by, in the same places.
pub(super) type Quantization = [i16; 64];

/// Where the coefficient of row `index / 8` and column `index % 8` stands in the file (ITU-T T.81,
/// figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42, 3, 8, 12, 17, 25, 30, 41, 43, 9, 11,
    18, 24, 31, 40, 44, 53, 10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60, 21, 34,
    37, 47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63,
];

/// How many coefficients of the file's order have to be read for `side` pixels a side.
pub(super) const fn coefficients(side: usize) -> u32 {
    match side {
        1 => 1,
        2 => 5,
        4 => 25,
        _ => 64,
    }
}

/// Where in a [`Block`] the coefficients of the file's order go.
pub(super) type Places = [u8; 256];

/// For blocks of `side` pixels a side. What does not matter goes behind what does, and so does what
/// stands behind the end of the block.
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

/// A quantization table of the file, in the places of a block of `side` pixels a side.
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

/// Writes the block's pixels, `SIDE` rows of as many, to `pixels`, whose rows are `stride` apart.
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
        4 => store(four(block, quantization), pixels, stride),
        _ => store(eight(block, quantization), pixels, stride),
    }
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
    // In sound files the product has 16 bits, and so it wraps where it is computed as SIMD.
    block[place].wrapping_mul(quantization[place]).into()
}

/// Every pixel of a block of which the others are zero.
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

/// The transforms' factors are fixed-point numbers with this many binary places.
const FACTOR_BITS: u32 = 12;

/// How many of them are still there between the two passes.
const BETWEEN_BITS: u32 = 3;

const fn factor(value: f64) -> i32 {
    (value * (1 << FACTOR_BITS) as f64 + 0.5) as i32
}

/// Several columns, side by side.
type Lanes<const N: usize> = [i32; N];

#[inline(always)]
fn zip<const N: usize>(a: Lanes<N>, b: Lanes<N>, f: impl Fn(i32, i32) -> i32) -> Lanes<N> {
    std::array::from_fn(|lane| f(a[lane], b[lane]))
}

#[inline(always)]
fn sum<const N: usize>(a: Lanes<N>, b: Lanes<N>) -> Lanes<N> {
    zip(a, b, i32::wrapping_add)
}

#[inline(always)]
fn difference<const N: usize>(a: Lanes<N>, b: Lanes<N>) -> Lanes<N> {
    zip(a, b, i32::wrapping_sub)
}

#[inline(always)]
fn times<const N: usize>(a: Lanes<N>, factor: i32) -> Lanes<N> {
    a.map(|value| value.wrapping_mul(factor))
}

#[inline(always)]
fn transposed<const N: usize>(rows: [Lanes<N>; N]) -> [Lanes<N>; N] {
    std::array::from_fn(|column| std::array::from_fn(|row| rows[row][column]))
}

/// √2 cos(π/8)
const COSINE: i32 = factor(1.306_562_964_876_376_5);

/// √2 sin(π/8)
const SINE: i32 = factor(0.541_196_100_146_197);

/// Transforms every lane's column of four: times √8, and with [`FACTOR_BITS`] more binary places.
#[inline(always)]
fn four_columns<const N: usize>([c0, c1, c2, c3]: [Lanes<N>; 4]) -> [Lanes<N>; 4] {
    let outer = times(sum(c0, c2), 1 << FACTOR_BITS);
    let inner = times(difference(c0, c2), 1 << FACTOR_BITS);
    let outer_slope = sum(times(c1, COSINE), times(c3, SINE));
    let inner_slope = difference(times(c1, SINE), times(c3, COSINE));
    [
        sum(outer, outer_slope),
        sum(inner, inner_slope),
        difference(inner, inner_slope),
        difference(outer, outer_slope),
    ]
}

/// Transforms every lane's column of eight: times √8, and with [`FACTOR_BITS`] more binary places.
#[inline(always)]
fn eight_columns<const N: usize>(c: [Lanes<N>; 8]) -> [Lanes<N>; 8] {
    /// √2 cos(kπ/16)
    const C1: i32 = factor(1.387_039_845_322_147_6);
    const C3: i32 = factor(1.175_875_602_419_358_7);
    const C5: i32 = factor(0.785_694_958_387_102_2);
    const C7: i32 = factor(0.275_899_379_282_943);
    // The even ones are a transform of half the length.
    let even = four_columns([c[0], c[2], c[4], c[6]]);
    let odd = |factors: [i32; 4]| {
        let [a, b, c, d] = [1, 3, 5, 7].map(|index: usize| c[index]);
        let [fa, fb, fc, fd] = factors;
        sum(sum(times(a, fa), times(b, fb)), sum(times(c, fc), times(d, fd)))
    };
    let odd = [
        odd([C1, C3, C5, C7]),
        odd([C3, -C7, -C1, -C5]),
        odd([C5, -C1, C7, C3]),
        odd([C7, -C5, C3, -C1]),
    ];
    std::array::from_fn(|row| {
        if row < 4 {
            sum(even[row], odd[row])
        } else {
            difference(even[7 - row], odd[7 - row])
        }
    })
}

/// Takes `bits` binary places away, rounding, and adds `offset`.
#[inline(always)]
fn rounded<const N: usize, const M: usize>(
    rows: [Lanes<N>; M],
    offset: i32,
    bits: u32,
) -> [Lanes<N>; M] {
    let offset = (offset << bits) + (1 << (bits - 1));
    rows.map(|row| row.map(|value| value.wrapping_add(offset) >> bits))
}

/// Both passes, the columns' first.
#[inline(always)]
fn two_passes<const N: usize>(
    coefficients: [Lanes<N>; N],
    columns: impl Fn([Lanes<N>; N]) -> [Lanes<N>; N],
) -> [[u8; N]; N] {
    let between = rounded(columns(coefficients), 0, FACTOR_BITS - BETWEEN_BITS);
    let last = rounded(columns(transposed(between)), MIDDLE, FACTOR_BITS + BETWEEN_BITS + 3);
    transposed(last).map(|row| row.map(to_pixel))
}

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
use self::four_portably as four;

#[cfg(any(test, not(all(target_family = "wasm", target_feature = "simd128"))))]
fn four_portably(block: &Block, quantization: &Quantization) -> [[u8; 4]; 4] {
    let coefficients = std::array::from_fn(|row| {
        std::array::from_fn(|column| coefficient(block, quantization, 4 * row + column))
    });
    two_passes(coefficients, four_columns)
}

/// The same as [`four_portably`], bit by bit.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
#[inline(always)]
fn four(block: &Block, quantization: &Quantization) -> [[u8; 4]; 4] {
    use core::arch::wasm32::*;

    #[inline(always)]
    fn columns([c0, c1, c2, c3]: [v128; 4], round: i32, shift: u32) -> [v128; 4] {
        let times = |value, factor| i32x4_mul(value, i32x4_splat(factor));
        let c0 = i32x4_add(i32x4_shl(c0, FACTOR_BITS), i32x4_splat(round));
        let c2 = i32x4_shl(c2, FACTOR_BITS);
        let (outer, inner) = (i32x4_add(c0, c2), i32x4_sub(c0, c2));
        let outer_slope = i32x4_add(times(c1, COSINE), times(c3, SINE));
        let inner_slope = i32x4_sub(times(c1, SINE), times(c3, COSINE));
        [
            i32x4_shr(i32x4_add(outer, outer_slope), shift),
            i32x4_shr(i32x4_add(inner, inner_slope), shift),
            i32x4_shr(i32x4_sub(inner, inner_slope), shift),
            i32x4_shr(i32x4_sub(outer, outer_slope), shift),
        ]
    }

    let dequantized = |place: usize| {
        // SAFETY: eight coefficients from 0 or 8 on, of 128 and of 64; a load need not be aligned.
        unsafe {
            i16x8_mul(
                v128_load(block[place..place + 8].as_ptr().cast()),
                v128_load(quantization[place..place + 8].as_ptr().cast()),
            )
        }
    };
    let (top, bottom) = (dequantized(0), dequantized(8));
    let rows = [
        i32x4_extend_low_i16x8(top),
        i32x4_extend_high_i16x8(top),
        i32x4_extend_low_i16x8(bottom),
        i32x4_extend_high_i16x8(bottom),
    ];
    const FIRST: u32 = FACTOR_BITS - BETWEEN_BITS;
    let [r0, r1, r2, r3] = columns(rows, 1 << (FIRST - 1), FIRST);
    let (low01, high01) =
        (i32x4_shuffle::<0, 4, 1, 5>(r0, r1), i32x4_shuffle::<2, 6, 3, 7>(r0, r1));
    let (low23, high23) =
        (i32x4_shuffle::<0, 4, 1, 5>(r2, r3), i32x4_shuffle::<2, 6, 3, 7>(r2, r3));
    let turned = [
        i32x4_shuffle::<0, 1, 4, 5>(low01, low23),
        i32x4_shuffle::<2, 3, 6, 7>(low01, low23),
        i32x4_shuffle::<0, 1, 4, 5>(high01, high23),
        i32x4_shuffle::<2, 3, 6, 7>(high01, high23),
    ];
    const LAST: u32 = FACTOR_BITS + BETWEEN_BITS + 3;
    let [c0, c1, c2, c3] = columns(turned, (MIDDLE << LAST) + (1 << (LAST - 1)), LAST);
    let pixels = u8x16_narrow_i16x8(i16x8_narrow_i32x4(c0, c1), i16x8_narrow_i32x4(c2, c3));
    let pixels =
        i8x16_shuffle::<0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15>(pixels, pixels);
    [
        u32x4_extract_lane::<0>(pixels).to_le_bytes(),
        u32x4_extract_lane::<1>(pixels).to_le_bytes(),
        u32x4_extract_lane::<2>(pixels).to_le_bytes(),
        u32x4_extract_lane::<3>(pixels).to_le_bytes(),
    ]
}

#[inline(never)]
fn eight(block: &Block, quantization: &Quantization) -> [[u8; 8]; 8] {
    if block[1..64].iter().all(|&coefficient| coefficient == 0) {
        return [[even(coefficient(block, quantization, 0)); 8]; 8];
    }
    let coefficients = std::array::from_fn(|row| {
        std::array::from_fn(|column| coefficient(block, quantization, 8 * row + column))
    });
    two_passes(coefficients, eight_columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_four_pixels_are_the_same() {
        let mut state = 12_345u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i16
        };
        for round in 0..10_000 {
            // From faint to far beyond what a sound file has.
            let shift = round % 16;
            let mut block = [0; 128];
            block.fill_with(|| next() >> shift);
            let mut quantization = [0; 64];
            quantization.fill_with(|| next() & 0xFF);
            assert_eq!(four(&block, &quantization), four_portably(&block, &quantization));
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
