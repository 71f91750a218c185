use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::random::Random;

/// Fibonacci hashing of a u32: the standard library's own hasher would ask the host for random
/// bytes.
#[derive(Default)]
struct Multiplying(u64);

impl Hasher for Multiplying {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(u32::from(byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0 ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

pub(crate) fn checksum_of_map(count: u32) -> u32 {
    let mut random = Random::new();
    let mut map: HashMap<u32, u32, BuildHasherDefault<Multiplying>> = HashMap::default();
    for value in 0..count {
        // Even, so that no odd key is present.
        *map.entry(random.next() & !1).or_default() += value;
    }
    let mut random = Random::new();
    (0..count).fold(0, |sum: u32, _| {
        let key = random.next();
        let found = map.get(&(key & !1)).copied().unwrap_or_default();
        let missing = u32::from(map.contains_key(&(key | 1)));
        sum.rotate_left(1) ^ found ^ missing
    })
}
