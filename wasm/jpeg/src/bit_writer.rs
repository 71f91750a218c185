//! Writes entropy-coded data, for tests.

/// Bits, most significant first, with a zero byte stuffed after each byte 0xFF.
#[derive(Debug, Default)]
pub(crate) struct BitWriter {
    /// The complete bytes so far.
    pub(crate) bytes: Vec<u8>,
    window: u8,
    count: u32,
}

impl BitWriter {
    /// Writes the lowest `count` bits of `bits`.
    pub(crate) fn put(&mut self, bits: u32, count: u32) {
        for index in (0..count).rev() {
            self.window = (self.window << 1) | ((bits >> index) & 1) as u8;
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.window);
                if self.window == 0xFF {
                    self.bytes.push(0);
                }
                (self.window, self.count) = (0, 0);
            }
        }
    }

    /// Writes a value in as many bits as it takes; a negative one is written as the bits of the
    /// next smaller number.
    pub(crate) fn put_value(&mut self, value: i32) {
        let size = size_of(value);
        self.put((if value < 0 { value + (1 << size) - 1 } else { value }) as u32, size);
    }

    /// Fills the last byte with ones.
    pub(crate) fn fill_byte(&mut self) {
        if self.count > 0 {
            self.put(0xFF, 8 - self.count);
        }
    }

    /// Ends the data with the restart marker `number` modulo 8.
    pub(crate) fn restart(&mut self, number: usize) {
        self.fill_byte();
        self.bytes.extend([0xFF, 0xD0 | (number % 8) as u8]);
    }
}

/// The number of bits of a value.
pub(crate) fn size_of(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}
