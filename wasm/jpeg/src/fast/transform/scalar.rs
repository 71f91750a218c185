//! The transforms, one number at a time: used if there is no SIMD, and for comparison in tests.

use super::{
    coefficient, even, to_pixel, Block, Quantization, BETWEEN_BITS, COSINE, FACTOR_BITS, MIDDLE,
    ODD, SINE,
};

/// Used to clear blocks.
#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
#[derive(Debug, Clone, Copy)]
pub(in crate::fast) struct Zeros;

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
impl Zeros {
    pub(in crate::fast) fn new() -> Self {
        Self
    }

    /// Clears the coefficients of a block with `SIDE` pixels per side.
    #[inline(always)]
    pub(in crate::fast) fn clear<const SIDE: usize>(self, block: &mut Block) {
        block[..SIDE * SIDE].fill(0);
    }
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

/// Transforms each lane's column of four: times √8, with [`FACTOR_BITS`] more fractional bits.
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

/// Transforms each lane's column of eight: times √8, with [`FACTOR_BITS`] more fractional bits.
#[inline(always)]
fn eight_columns<const N: usize>(c: [Lanes<N>; 8]) -> [Lanes<N>; 8] {
    // The even ones are a transform of half the length.
    let even = four_columns([c[0], c[2], c[4], c[6]]);
    let odd = ODD.map(|factors| {
        let [a, b, c, d] = [1, 3, 5, 7].map(|index: usize| c[index]);
        let [fa, fb, fc, fd] = factors;
        sum(sum(times(a, fa), times(b, fb)), sum(times(c, fc), times(d, fd)))
    });
    std::array::from_fn(|row| {
        if row < 4 {
            sum(even[row], odd[row])
        } else {
            difference(even[7 - row], odd[7 - row])
        }
    })
}

/// Removes `bits` fractional bits with rounding, and adds `offset`.
#[inline(always)]
fn rounded<const N: usize, const M: usize>(
    rows: [Lanes<N>; M],
    offset: i32,
    bits: u32,
) -> [Lanes<N>; M] {
    let offset = (offset << bits) + (1 << (bits - 1));
    rows.map(|row| row.map(|value| value.wrapping_add(offset) >> bits))
}

/// Both passes, columns first.
#[inline(always)]
fn two_passes<const N: usize>(
    coefficients: [Lanes<N>; N],
    columns: impl Fn([Lanes<N>; N]) -> [Lanes<N>; N],
) -> [[u8; N]; N] {
    let between = rounded(columns(coefficients), 0, FACTOR_BITS - BETWEEN_BITS);
    let last = rounded(columns(transposed(between)), MIDDLE, FACTOR_BITS + BETWEEN_BITS + 3);
    transposed(last).map(|row| row.map(to_pixel))
}

#[inline(always)]
pub(super) fn four(block: &Block, quantization: &Quantization) -> [[u8; 4]; 4] {
    let coefficients = std::array::from_fn(|row| {
        std::array::from_fn(|column| coefficient(block, quantization, 4 * row + column))
    });
    two_passes(coefficients, four_columns)
}

#[inline(always)]
pub(super) fn eight(block: &Block, quantization: &Quantization) -> [[u8; 8]; 8] {
    if block[1..64].iter().all(|&coefficient| coefficient == 0) {
        return [[even(coefficient(block, quantization, 0)); 8]; 8];
    }
    let coefficients = std::array::from_fn(|row| {
        std::array::from_fn(|column| coefficient(block, quantization, 8 * row + column))
    });
    two_passes(coefficients, eight_columns)
}
