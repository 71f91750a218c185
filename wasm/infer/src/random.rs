//! Inputs that anybody can reproduce: pseudo-random numbers according to a formula.
//!
//! Starting with `x = seed + 1`, each element computes `x = 1664525 * x + 1013904223` modulo 2^32,
//! and takes as many of its highest bits as the type holds: floats are in [-1, 1), 8-bit integers
//! have any value, int16 values span an eighth of the range, all others are 0 to 3, since indices
//! are small. Complex numbers are real.

use crate::element::Element;

/// `count` elements, as bytes in the byte order of WebAssembly's memory.
pub fn numbers(element: Element, count: usize, seed: u32) -> impl Iterator<Item = u8> {
    let mut state = seed.wrapping_add(1);
    let mut bytes = [0; 8];
    let size = element.size();
    (0..count * size).map(move |index| {
        let place = index % size;
        if place == 0 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes = element_of(element, state);
        }
        bytes[place]
    })
}

/// Its bytes come first; the others are zero.
fn element_of(element: Element, state: u32) -> [u8; 8] {
    let mut bytes = [0; 8];
    let mut put = |value: &[u8]| bytes[..value.len()].copy_from_slice(value);
    // Exact in 32 bits: the numerator has 24 bits.
    let fraction = (state >> 8) as f32 / 8_388_608.0 - 1.0;
    match element {
        Element::Float16 => put(&half(fraction).to_le_bytes()),
        Element::Float32 => put(&fraction.to_le_bytes()),
        Element::Float64 => put(&f64::from(fraction).to_le_bytes()),
        Element::Uint8 => put(&[(state >> 24) as u8]),
        Element::Int8 => put(&[((state >> 24) as u8) ^ 0x80]),
        Element::Int16 => put(&((((state >> 16) as i32 - 32_768) / 8) as i16).to_le_bytes()),
        Element::Uint16 => put(&((state >> 30) as u16).to_le_bytes()),
        Element::Uint32 | Element::Int32 => put(&(state >> 30).to_le_bytes()),
        Element::Complex64 => put(&((state >> 30) as f32).to_le_bytes()),
        Element::Uint64 | Element::Int64 => put(&u64::from(state >> 30).to_le_bytes()),
        Element::Bool => put(&[(state >> 31) as u8]),
    }
    bytes
}

/// A number in [-1, 1] as IEEE 754's binary16, rounded to nearest, ties to even.
fn half(value: f32) -> u16 {
    let sign = (value.to_bits() >> 16) as u16 & 0x8000;
    let magnitude = value.abs();
    // Below 2^-14 all steps are 2^-24; the addition rounds to them. A carry increments the
    // exponent.
    if magnitude < 6.103_515_6e-5 {
        let steps = (magnitude * 16_777_216.0).round_ties_even();
        return sign | steps as u16;
    }
    let bits = magnitude.to_bits();
    let kept = bits >> 13;
    let dropped = bits & 0x1fff;
    let up = dropped > 0x1000 || (dropped == 0x1000 && kept & 1 == 1);
    sign | (kept + u32::from(up) - (112 << 10)) as u16
}

#[cfg(test)]
mod tests {
    use super::{half, numbers, Element};

    #[test]
    fn numbers_are_those_of_the_formula() {
        let bytes: Vec<u8> = numbers(Element::Uint8, 4, 0).collect();
        assert_eq!(bytes, [0x3c, 0x5e, 0x81, 0xb4]);
        let signed: Vec<u8> = numbers(Element::Int8, 4, 0).collect();
        assert_eq!(signed, bytes.iter().map(|each| each ^ 0x80).collect::<Vec<_>>());
        let floats: Vec<u8> = numbers(Element::Float64, 2, 7).collect();
        let expected = [-0.521_663_308_143_615_7_f64, -0.991_605_997_085_571_3];
        assert_eq!(floats, expected.map(f64::to_le_bytes).concat());
    }

    #[test]
    fn other_numbers_are_small() {
        let small: Vec<u8> = numbers(Element::Uint8, 4, 0).map(|each| each >> 6).collect();
        assert_eq!(small, [0, 1, 2, 2]);
        for name in ["uint16", "uint32", "uint64", "int32", "int64"] {
            let element = Element::of_name(name).unwrap();
            let bytes: Vec<u8> = numbers(element, 4, 0).collect();
            let first: Vec<u8> = bytes.iter().copied().step_by(element.size()).collect();
            assert_eq!(first, small, "{name}");
            assert_eq!(bytes.iter().filter(|each| **each != 0).count(), 3, "{name}");
        }
        let complex = Element::of_name("complex64").unwrap();
        let bytes: Vec<u8> = numbers(complex, 2, 0).collect();
        assert_eq!(bytes, [0.0_f32, 0.0, 1.0, 0.0].map(f32::to_le_bytes).concat());
    }

    #[test]
    fn halves_are_rounded_to_the_nearest() {
        for (value, expected) in [
            (0.0, 0x0000),
            (-1.0, 0xbc00),
            (1.0, 0x3c00),
            (0.333_251_95, 0x3555),
            (0.999_999, 0x3c00),
            (1.0 - 1.0 / 2048.0, 0x3bff),
            (5.960_464_5e-8, 0x0001),
            (6.103_515_6e-5, 0x0400),
            (6.1e-5, 0x03ff),
            (-0.5, 0xb800),
        ] {
            assert_eq!(half(value), expected, "{value}");
        }
    }
}
