//! The transforms with WebAssembly's SIMD instructions: the same results as `scalar.rs`, bit by
//! bit.

use super::{
    coefficient, even, Block, Quantization, BETWEEN_BITS, COSINE, FACTOR_BITS, MIDDLE, ODD, SINE,
};
use core::arch::wasm32::*;

/// The number of bits that the first pass removes, and its rounding constant.
const FIRST: u32 = FACTOR_BITS - BETWEEN_BITS;
const FIRST_ROUND: i32 = 1 << (FIRST - 1);

/// The number of bits that the last pass removes, and the constant that rounds and adds the middle
/// of the range.
const LAST: u32 = FACTOR_BITS + BETWEEN_BITS + 3;
const LAST_ROUND: i32 = (MIDDLE << LAST) + (1 << (LAST - 1));

/// Zeros that the compiler does not recognize as such: stores of known zeros would become
/// `memory.fill`, which WasmEdge implements as a call out of compiled code.
#[derive(Debug, Clone, Copy)]
pub(in crate::fast) struct Zeros(v128);

impl Zeros {
    pub(in crate::fast) fn new() -> Self {
        Self(std::hint::black_box(i64x2_splat(0)))
    }

    /// Clears the coefficients of a block with `SIDE` pixels per side.
    #[inline(always)]
    pub(in crate::fast) fn clear<const SIDE: usize>(self, block: &mut Block) {
        if SIDE < 8 {
            return block[..SIDE * SIDE].fill(0);
        }
        for values in block[..64].chunks_exact_mut(8) {
            // SAFETY: there are eight values; a store need not be aligned.
            unsafe { v128_store(values.as_mut_ptr().cast(), self.0) };
        }
    }
}

#[inline(always)]
pub(super) fn four(block: &Block, quantization: &Quantization) -> [[u8; 4]; 4] {
    let (top, bottom) = (dequantized(block, quantization, 0), dequantized(block, quantization, 8));
    let rows = [low(top), high(top), low(bottom), high(bottom)];
    let between = four_columns(rows, FIRST_ROUND).map(|row| i32x4_shr(row, FIRST));
    let pixels = four_columns(transposed(between), LAST_ROUND).map(|row| i32x4_shr(row, LAST));
    let pixels = rows_of(pixels);
    [
        u32x4_extract_lane::<0>(pixels).to_le_bytes(),
        u32x4_extract_lane::<1>(pixels).to_le_bytes(),
        u32x4_extract_lane::<2>(pixels).to_le_bytes(),
        u32x4_extract_lane::<3>(pixels).to_le_bytes(),
    ]
}

/// Most blocks only have low frequencies: if only the first four rows and columns have
/// coefficients, the others are left out of the computation.
#[inline(always)]
pub(super) fn eight(block: &Block, quantization: &Quantization) -> [[u8; 8]; 8] {
    let rows = [0, 8, 16, 24, 32, 40, 48, 56].map(|place| at(block, place));
    let last_rows = v128_or(v128_or(rows[4], rows[5]), v128_or(rows[6], rows[7]));
    let first_rows = v128_or(v128_or(rows[1], rows[2]), rows[3]);
    let high_ones = u64x2_extract_lane::<1>(v128_or(first_rows, rows[0]));
    if high_ones != 0 || v128_any_true(last_rows) {
        return whole(block, quantization);
    }
    if u64x2_extract_lane::<0>(first_rows) == 0 && u64x2_extract_lane::<0>(rows[0]) >> 16 == 0 {
        return [[even(coefficient(block, quantization, 0)); 8]; 8];
    }
    let corner = [0, 8, 16, 24].map(|place| low(dequantized(block, quantization, place)));
    let (top, bottom) = halves(corner_columns(corner, FIRST_ROUND, FIRST));
    pixels(
        corner_columns(transposed(top), LAST_ROUND, LAST),
        corner_columns(transposed(bottom), LAST_ROUND, LAST),
    )
}

#[inline(always)]
fn whole(block: &Block, quantization: &Quantization) -> [[u8; 8]; 8] {
    let rows = [0, 8, 16, 24, 32, 40, 48, 56].map(|place| dequantized(block, quantization, place));
    let (top_left, bottom_left) = halves(eight_columns(rows.map(low), FIRST_ROUND, FIRST));
    let (top_right, bottom_right) = halves(eight_columns(rows.map(high), FIRST_ROUND, FIRST));
    pixels(second_pass(top_left, top_right), second_pass(bottom_left, bottom_right))
}

/// The columns of four rows whose left and right halves the first pass has produced.
#[inline(always)]
fn second_pass(left: [v128; 4], right: [v128; 4]) -> [v128; 8] {
    let ([c0, c1, c2, c3], [c4, c5, c6, c7]) = (transposed(left), transposed(right));
    eight_columns([c0, c1, c2, c3, c4, c5, c6, c7], LAST_ROUND, LAST)
}

/// The pixels of the upper four rows and of the lower four, which are given as columns.
#[inline(always)]
fn pixels(top: [v128; 8], bottom: [v128; 8]) -> [[u8; 8]; 8] {
    let ([r0, r1, r2, r3], [r4, r5, r6, r7]) = (four_rows(top), four_rows(bottom));
    [r0, r1, r2, r3, r4, r5, r6, r7]
}

#[inline(always)]
fn four_rows(columns: [v128; 8]) -> [[u8; 8]; 4] {
    let (left, right) = halves(columns);
    let (left, right) = (rows_of(left), rows_of(right));
    let first = i32x4_shuffle::<0, 4, 1, 5>(left, right);
    let last = i32x4_shuffle::<2, 6, 3, 7>(left, right);
    [
        u64x2_extract_lane::<0>(first).to_le_bytes(),
        u64x2_extract_lane::<1>(first).to_le_bytes(),
        u64x2_extract_lane::<0>(last).to_le_bytes(),
        u64x2_extract_lane::<1>(last).to_le_bytes(),
    ]
}

#[inline(always)]
fn halves([v0, v1, v2, v3, v4, v5, v6, v7]: [v128; 8]) -> ([v128; 4], [v128; 4]) {
    ([v0, v1, v2, v3], [v4, v5, v6, v7])
}

/// Eight values starting at `place`, which is at most 56.
#[inline(always)]
fn at(values: &[i16], place: usize) -> v128 {
    // SAFETY: the slice has eight values; a load need not be aligned.
    unsafe { v128_load(values[place..place + 8].as_ptr().cast()) }
}

#[inline(always)]
fn dequantized(block: &Block, quantization: &Quantization, place: usize) -> v128 {
    i16x8_mul(at(block, place), at(quantization, place))
}

#[inline(always)]
fn low(values: v128) -> v128 {
    i32x4_extend_low_i16x8(values)
}

#[inline(always)]
fn high(values: v128) -> v128 {
    i32x4_extend_high_i16x8(values)
}

#[inline(always)]
fn times(values: v128, factor: i32) -> v128 {
    i32x4_mul(values, i32x4_splat(factor))
}

/// Transforms four columns of four, with [`FACTOR_BITS`] more fractional bits, and adds `round`.
#[inline(always)]
fn four_columns([c0, c1, c2, c3]: [v128; 4], round: i32) -> [v128; 4] {
    let c0 = i32x4_add(i32x4_shl(c0, FACTOR_BITS), i32x4_splat(round));
    let c2 = i32x4_shl(c2, FACTOR_BITS);
    let (outer, inner) = (i32x4_add(c0, c2), i32x4_sub(c0, c2));
    let outer_slope = i32x4_add(times(c1, COSINE), times(c3, SINE));
    let inner_slope = i32x4_sub(times(c1, SINE), times(c3, COSINE));
    [
        i32x4_add(outer, outer_slope),
        i32x4_add(inner, inner_slope),
        i32x4_sub(inner, inner_slope),
        i32x4_sub(outer, outer_slope),
    ]
}

/// Transforms four columns of eight, adds `round` and removes `shift` fractional bits.
#[inline(always)]
fn eight_columns(c: [v128; 8], round: i32, shift: u32) -> [v128; 8] {
    let even = four_columns([c[0], c[2], c[4], c[6]], round);
    let odd = ODD.map(|[f1, f3, f5, f7]| {
        let first = i32x4_add(times(c[1], f1), times(c[3], f3));
        i32x4_add(first, i32x4_add(times(c[5], f5), times(c[7], f7)))
    });
    joined(even, odd, shift)
}

/// Like [`eight_columns`], if the last four coefficients of each column are zero.
#[inline(always)]
fn corner_columns([c0, c1, c2, c3]: [v128; 4], round: i32, shift: u32) -> [v128; 8] {
    let c0 = i32x4_add(i32x4_shl(c0, FACTOR_BITS), i32x4_splat(round));
    let (outer_slope, inner_slope) = (times(c2, COSINE), times(c2, SINE));
    let even = [
        i32x4_add(c0, outer_slope),
        i32x4_add(c0, inner_slope),
        i32x4_sub(c0, inner_slope),
        i32x4_sub(c0, outer_slope),
    ];
    let odd = ODD.map(|[f1, f3, ..]| i32x4_add(times(c1, f1), times(c3, f3)));
    joined(even, odd, shift)
}

/// Columns of eight, from the sums of the even and the odd coefficients.
#[inline(always)]
fn joined([e0, e1, e2, e3]: [v128; 4], [o0, o1, o2, o3]: [v128; 4], shift: u32) -> [v128; 8] {
    [
        i32x4_add(e0, o0),
        i32x4_add(e1, o1),
        i32x4_add(e2, o2),
        i32x4_add(e3, o3),
        i32x4_sub(e3, o3),
        i32x4_sub(e2, o2),
        i32x4_sub(e1, o1),
        i32x4_sub(e0, o0),
    ]
    .map(|row| i32x4_shr(row, shift))
}

#[inline(always)]
fn transposed([r0, r1, r2, r3]: [v128; 4]) -> [v128; 4] {
    let (low01, high01) =
        (i32x4_shuffle::<0, 4, 1, 5>(r0, r1), i32x4_shuffle::<2, 6, 3, 7>(r0, r1));
    let (low23, high23) =
        (i32x4_shuffle::<0, 4, 1, 5>(r2, r3), i32x4_shuffle::<2, 6, 3, 7>(r2, r3));
    [
        i32x4_shuffle::<0, 1, 4, 5>(low01, low23),
        i32x4_shuffle::<2, 3, 6, 7>(low01, low23),
        i32x4_shuffle::<0, 1, 4, 5>(high01, high23),
        i32x4_shuffle::<2, 3, 6, 7>(high01, high23),
    ]
}

/// Four rows of four pixels, from their columns. (Shifted into place: narrowing and shuffling bytes
/// take several instructions each in WasmEdge.)
#[inline(always)]
fn rows_of(columns: [v128; 4]) -> v128 {
    let [c0, c1, c2, c3] =
        columns.map(|column| i32x4_min(i32x4_max(column, i32x4_splat(0)), i32x4_splat(255)));
    let (left, right) = (v128_or(c0, i32x4_shl(c1, 8)), v128_or(c2, i32x4_shl(c3, 8)));
    v128_or(left, i32x4_shl(right, 16))
}
