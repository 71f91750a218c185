/// Pseudo-random numbers that are the same everywhere: Marsaglia's xorshift32.
pub(crate) struct Random(u32);

impl Random {
    pub(crate) fn new() -> Self {
        Self(2_463_534_242)
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
}

pub(crate) fn bytes(count: usize) -> Vec<u8> {
    let mut random = Random::new();
    (0..count).map(|_| random.next() as u8).collect()
}
