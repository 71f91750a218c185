//! The bits of entropy-coded data (ITU-T T.81, section F.2.2.5).

/// Reads bits, most significant first, and takes the stuffed zeros behind 0xFF bytes out.
///
/// It never fails. Where the data end, at a marker or at the end of the file, zeros follow, and
/// [`Bits::overrun`] says whether any of them have been used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits<'a> {
    /// The next bytes, none of which is 0xFF, so that eight can be taken at once.
    plain: &'a [u8],
    /// What follows them: nothing, or a byte 0xFF and what it means.
    rest: &'a [u8],
    /// The next bits, from the top. Behind the counted ones there may be some more of the data.
    window: u64,
    /// How many bits of the window count: 63 at most.
    count: u32,
    /// How many zeros have been made up since the data ended.
    padding: u32,
}

impl<'a> Bits<'a> {
    /// This many bits are there after [`Bits::refill`].
    pub(super) const REFILLED: u32 = 56;

    /// Bits of `data`, which may reach beyond the end of the entropy-coded part.
    pub(super) fn new(data: &'a [u8]) -> Self {
        let (plain, rest) = data.split_at(position_of_ff(data));
        Self { plain, rest, window: 0, count: 0, padding: 0 }
    }

    /// Makes sure that `bits` (32 at most) can be looked at and taken.
    #[inline(always)]
    pub(super) fn need(&mut self, bits: u32) {
        debug_assert!(bits <= 32);
        if self.count < bits {
            self.refill();
        }
    }

    /// Makes sure that [`Bits::REFILLED`] bits can be looked at and taken.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(&bytes) = self.plain.first_chunk() {
            // Bits behind the counted ones are the same that come again here.
            self.window |= u64::from_be_bytes(bytes) >> self.count;
            let taken = (63 - self.count) / 8;
            self.plain = &self.plain[taken as usize..];
            self.count += 8 * taken;
        } else {
            // By value, so that the usual way keeps the reader in registers.
            *self = self.refilled_bytewise();
        }
    }

    #[cold]
    #[inline(never)]
    fn refilled_bytewise(mut self) -> Self {
        self.window &= !(u64::MAX >> self.count);
        while self.count < Self::REFILLED {
            let byte = if let [byte, plain @ ..] = self.plain {
                self.plain = plain;
                *byte
            } else if let [0xFF, 0, rest @ ..] = self.rest {
                (self.plain, self.rest) = rest.split_at(position_of_ff(rest));
                0xFF
            } else {
                self.padding = self.padding.saturating_add(8);
                0
            };
            self.window |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
        self
    }

    /// The next `bits` (1 to 32), which stay.
    #[inline(always)]
    pub(super) fn peek(&self, bits: u32) -> usize {
        (self.window >> (64 - bits)) as usize
    }

    /// Takes `bits` (32 at most) that are there.
    #[inline(always)]
    pub(super) fn take(&mut self, bits: u32) {
        debug_assert!(bits <= self.count);
        self.window <<= bits;
        self.count = self.count.wrapping_sub(bits);
    }

    /// Whether more bits have been taken than there were.
    pub(super) fn overrun(self) -> bool {
        self.count < self.padding
    }

    /// What follows behind the current byte, if that is a marker.
    fn at_marker(self) -> Option<&'a [u8]> {
        let unread = self.count.checked_sub(self.padding)?;
        (unread < 8 && self.plain.is_empty()).then_some(self.rest)
    }

    /// The bits behind the restart marker `number` (0 to 7), if that is what comes next.
    #[inline(never)]
    pub(super) fn restarted(self, number: u8) -> Option<Self> {
        match self.at_marker()? {
            [0xFF, marker, rest @ ..] if *marker == 0xD0 | number => Some(Self::new(rest)),
            _ => None,
        }
    }

    /// Whether the picture ends here.
    pub(super) fn at_end_of_image(self) -> bool {
        matches!(self.at_marker(), Some([0xFF, 0xD9, ..]))
    }
}

/// The index of the first byte 0xFF, or the length.
fn position_of_ff(data: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    let words = data.chunks_exact(8).take_while(|bytes| {
        // Adding one to a byte clears its top bit only if the byte was 0xFF; carries that a byte
        // 0xFF sends on do no harm, since it has been found then.
        let word = <[u8; 8]>::try_from(*bytes).map_or(0, u64::from_ne_bytes);
        word & !word.wrapping_add(ONES) & TOPS == 0
    });
    let start = 8 * words.count();
    start + data[start..].iter().position(|&byte| byte == 0xFF).unwrap_or(data.len() - start)
}
