//! Four sums side by side: the inner step of resampling a row of pixels, as SIMD where that is in
//! reach.

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
pub(crate) use simd::Sums;

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
pub(crate) use scalar::Sums;

/// Two weights as one number, the first in the low half.
pub(crate) fn pair(first: i16, second: i16) -> u32 {
    u32::from(first as u16) | (u32::from(second as u16) << 16)
}

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod simd {
    use core::arch::wasm32::{
        i16x8_narrow_i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_shr, i32x4_splat, i64x2_splat,
        i8x16_shuffle, u32x4_extract_lane, u32x4_splat, u8x16_narrow_i16x8, v128,
    };

    /// The sums of red, green and blue, and one that stays as it is.
    #[derive(Clone, Copy)]
    pub(crate) struct Sums(v128);

    impl Sums {
        /// All sums begin with `start`.
        pub(crate) fn new(start: i32) -> Self {
            Self(i32x4_splat(start))
        }

        /// Adds two pixels (the first six bytes), each with its weight of [`super::pair`].
        pub(crate) fn add(self, pixels: [u8; 8], weights: u32) -> Self {
            let bytes = i64x2_splat(i64::from_le_bytes(pixels));
            // Channel by channel the two pixels' bytes, widened to 16 bits by the zeros of the
            // other vector.
            let widened = i8x16_shuffle::<0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16>(
                bytes,
                i32x4_splat(0),
            );
            Self(i32x4_add(self.0, i32x4_dot_i16x8(widened, u32x4_splat(weights))))
        }

        /// The sums without their lowest `shift` bits, as bytes; they must fit.
        pub(crate) fn rgb(self, shift: u32) -> [u8; 3] {
            let words = i16x8_narrow_i32x4(i32x4_shr(self.0, shift), i32x4_splat(0));
            let bytes = u8x16_narrow_i16x8(words, words);
            let [red, green, blue, _] = u32x4_extract_lane::<0>(bytes).to_le_bytes();
            [red, green, blue]
        }
    }
}

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod scalar {
    /// The sums of red, green and blue.
    #[derive(Clone, Copy)]
    pub(crate) struct Sums([i32; 3]);

    impl Sums {
        /// All sums begin with `start`.
        pub(crate) fn new(start: i32) -> Self {
            Self([start; 3])
        }

        /// Adds two pixels (the first six bytes), each with its weight of [`super::pair`].
        pub(crate) fn add(self, pixels: [u8; 8], weights: u32) -> Self {
            let (first, second) = (i32::from(weights as i16), i32::from((weights >> 16) as i16));
            Self(std::array::from_fn(|channel| {
                self.0[channel]
                    + first * i32::from(pixels[channel])
                    + second * i32::from(pixels[channel + 3])
            }))
        }

        /// The sums without their lowest `shift` bits, as bytes; they must fit.
        pub(crate) fn rgb(self, shift: u32) -> [u8; 3] {
            self.0.map(|sum| (sum >> shift) as u8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pixels_with_their_weights() {
        let sums = Sums::new(2).add([1, 2, 3, 100, 150, 255, 99, 99], pair(1, 3));
        assert_eq!(sums.rgb(2), [75, 113, 192]);
        let sums = Sums::new(8192).add([255, 255, 255, 255, 0, 1, 0, 0], pair(16_000, 384));
        assert_eq!(sums.rgb(14), [255, 249, 249]);
    }
}
