//! Several numbers at once, with WebAssembly's SIMD instructions.

use super::{WeightedRow, BLUE, GREEN, NO_COLOUR, RED, SAMPLE_BITS, WEIGHT_BITS};
use core::arch::wasm32::*;

/// # Safety
/// From each offset on, `samples` must have as many samples as `blended`, whose length must be a
/// multiple of 16.
pub(super) unsafe fn blend(samples: &[u8], rows: &[WeightedRow], blended: &mut [i16]) {
    const SHIFT: u32 = WEIGHT_BITS - SAMPLE_BITS;
    for (index, blended) in blended.chunks_exact_mut(16).enumerate() {
        let [mut s0, mut s1, mut s2, mut s3] = [i32x4_splat(1 << (SHIFT - 1)); 4];
        for &WeightedRow { offset, weight } in rows {
            // SAFETY: sixteen samples of a row, which the caller has checked.
            let row = unsafe { v128_load(samples.as_ptr().add(offset + 16 * index).cast()) };
            let (first, last) = (u16x8_extend_low_u8x16(row), u16x8_extend_high_u8x16(row));
            // No weight is negative: if the compiler knows this, it uses a faster multiplication.
            let weight = i32x4_splat(i32::from(weight & 0x7FFF));
            s0 = i32x4_add(s0, i32x4_mul(u32x4_extend_low_u16x8(first), weight));
            s1 = i32x4_add(s1, i32x4_mul(u32x4_extend_high_u16x8(first), weight));
            s2 = i32x4_add(s2, i32x4_mul(u32x4_extend_low_u16x8(last), weight));
            s3 = i32x4_add(s3, i32x4_mul(u32x4_extend_high_u16x8(last), weight));
        }
        let first = narrowed(i32x4_shr(s0, SHIFT), i32x4_shr(s1, SHIFT));
        let last = narrowed(i32x4_shr(s2, SHIFT), i32x4_shr(s3, SHIFT));
        // SAFETY: `blended` has sixteen samples, and a store need not be aligned.
        unsafe {
            v128_store(blended.as_mut_ptr().cast(), first);
            v128_store(blended.as_mut_ptr().add(8).cast(), last);
        }
    }
}

/// Values that fit in 16 bits, so that no saturation is needed, which would take more instructions
/// in WasmEdge.
#[inline(always)]
fn narrowed(first: v128, last: v128) -> v128 {
    i16x8_shuffle::<0, 2, 4, 6, 8, 10, 12, 14>(first, last)
}

/// # Safety
/// There must be as many starts as target samples, a multiple of four; `4 * fours` weights for
/// each, arranged as in [`super::Windows`]; and `4 * fours` samples in `row` from each start on.
pub(super) unsafe fn gather(
    starts: &[u32],
    weights: &[i16],
    fours: usize,
    row: &[i16],
    target: &mut [i16],
) {
    let weights = weights.chunks_exact(16 * fours);
    for ((starts, weights), target) in
        starts.chunks_exact(4).zip(weights).zip(target.chunks_exact_mut(4))
    {
        let mut sums = [i32x4_splat(0); 2];
        for four in 0..fours {
            for (half, sums) in sums.iter_mut().enumerate() {
                // SAFETY: four samples in each of two windows, which the caller guarantees, and
                // eight of the 16 × `fours` weights.
                unsafe {
                    let at = |index: usize| row.as_ptr().add(starts[index] as usize + 4 * four);
                    let samples = v128_load64_lane::<1>(
                        v128_load64_zero(at(2 * half).cast()),
                        at(2 * half + 1).cast(),
                    );
                    let weights = weights.as_ptr().add(8 * (half * fours + four));
                    let products = i32x4_dot_i16x8(samples, v128_load(weights.cast()));
                    *sums = i32x4_add(*sums, products);
                }
            }
        }
        let sums = i32x4_add(
            i32x4_shuffle::<0, 2, 4, 6>(sums[0], sums[1]),
            i32x4_shuffle::<1, 3, 5, 7>(sums[0], sums[1]),
        );
        let sums = i32x4_shr(i32x4_add(sums, i32x4_splat(1 << (WEIGHT_BITS - 1))), WEIGHT_BITS);
        // SAFETY: `target` has four samples, and a store need not be aligned.
        unsafe {
            let sums = narrowed(sums, sums);
            v128_store64_lane::<0>(sums, target.as_mut_ptr().cast());
        }
    }
}

pub(super) fn ycbcr_to_rgb(y: &[i16; 8], cb: &[i16; 8], cr: &[i16; 8]) -> [u8; 24] {
    // SAFETY: eight samples each, and a load need not be aligned.
    let [y, cb, cr] = [y, cb, cr].map(|samples| unsafe { v128_load(samples.as_ptr().cast()) });
    let product = |samples, factor| i16x8_q15mulr_sat(samples, i16x8_splat(factor));
    let y = i16x8_add(y, i16x8_splat(1 << (SAMPLE_BITS - 1)));
    let cb = i16x8_sub(cb, i16x8_splat(NO_COLOUR));
    let cr = i16x8_sub(cr, i16x8_splat(NO_COLOUR));
    let red = i16x8_add(y, i16x8_add(cr, product(cr, RED)));
    let green = i16x8_sub(y, i16x8_add(product(cb, GREEN[0]), product(cr, GREEN[1])));
    let blue = i16x8_add(y, i16x8_sub(i16x8_add(cb, cb), product(cb, BLUE)));
    let whole = |samples| i16x8_shr(samples, SAMPLE_BITS);
    let red_green = u8x16_narrow_i16x8(whole(red), whole(green));
    let blue = u8x16_narrow_i16x8(whole(blue), whole(blue));
    let first =
        i8x16_shuffle::<0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5>(red_green, blue);
    let last =
        i8x16_shuffle::<13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0>(red_green, blue);
    let mut pixels = [0; 24];
    // SAFETY: 16 and 8 bytes of 24, and stores need not be aligned.
    unsafe {
        v128_store(pixels.as_mut_ptr().cast(), first);
        v128_store64_lane::<0>(last, pixels.as_mut_ptr().add(16).cast());
    }
    pixels
}
