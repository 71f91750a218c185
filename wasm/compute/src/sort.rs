use crate::random::Random;

pub(crate) fn checksum_of_sorted(count: usize) -> u32 {
    let mut random = Random::new();
    let mut values: Vec<u32> = (0..count).map(|_| random.next()).collect();
    values.sort_unstable();
    values.iter().zip(1u32..).fold(0, |sum, (&value, place)| sum ^ value.wrapping_mul(place))
}
