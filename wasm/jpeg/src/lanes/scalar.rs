//! One number at a time: used if there is no SIMD, and for comparison in tests.

use super::{to_byte, WeightedRow, BLUE, GREEN, NO_COLOUR, RED, SAMPLE_BITS, WEIGHT_BITS};

/// # Safety
/// There are no requirements.
pub(super) unsafe fn blend(samples: &[u8], rows: &[WeightedRow], blended: &mut [i16]) {
    const SHIFT: u32 = WEIGHT_BITS - SAMPLE_BITS;
    for (index, blended) in blended.iter_mut().enumerate() {
        let sum: i32 = rows
            .iter()
            .map(|row| i32::from(samples[row.offset + index]) * i32::from(row.weight))
            .sum();
        *blended = ((sum + (1 << (SHIFT - 1))) >> SHIFT) as i16;
    }
}

/// # Safety
/// There are no requirements.
pub(super) unsafe fn gather(
    starts: &[u32],
    weights: &[i16],
    fours: usize,
    row: &[i16],
    target: &mut [i16],
) {
    for (index, (target, &start)) in target.iter_mut().zip(starts).enumerate() {
        let first = (index / 2 * fours * 2 + index % 2) * 4;
        let weights = weights[first..].chunks(8).flat_map(|eight| &eight[..4]);
        let sum: i32 = row[start as usize..][..4 * fours]
            .iter()
            .zip(weights)
            .map(|(&sample, &weight)| i32::from(sample) * i32::from(weight))
            .sum();
        *target = ((sum + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS) as i16;
    }
}

pub(super) fn ycbcr_to_rgb(y: &[i16; 8], cb: &[i16; 8], cr: &[i16; 8]) -> [u8; 24] {
    let product = |sample: i16, factor: i16| {
        ((i32::from(sample) * i32::from(factor) + (1 << 14)) >> 15) as i16
    };
    let mut pixels = [0; 24];
    for (pixel, ((&y, &cb), &cr)) in pixels.chunks_exact_mut(3).zip(y.iter().zip(cb).zip(cr)) {
        let (cb, cr) = (cb - NO_COLOUR, cr - NO_COLOUR);
        pixel[0] = to_byte(y + cr + product(cr, RED));
        pixel[1] = to_byte(y - (product(cb, GREEN[0]) + product(cr, GREEN[1])));
        pixel[2] = to_byte(y + (2 * cb - product(cb, BLUE)));
    }
    pixels
}
