//! The bits of entropy-coded data (ITU-T T.81, section F.2.2.5).

use crate::segments::position_of_ff;

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

    /// Whether the file ends here, and lacks nothing but the marker of the picture's end.
    pub(super) fn at_end_of_file(self) -> bool {
        matches!(self.at_marker(), Some([] | [0xFF]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same bits as one by one, however many are taken at a time.
    #[test]
    fn stuffed_zeros_are_taken_out() {
        let plain: Vec<u8> = (0..200u32)
            .map(|index| if index % 7 == 3 || index > 190 { 0xFF } else { (index * 37) as u8 })
            .collect();
        let stuffed: Vec<u8> = plain
            .iter()
            .flat_map(|&byte| if byte == 0xFF { vec![0xFF, 0] } else { vec![byte] })
            .chain([0xFF, 0xD9])
            .collect();
        let bit = |index: usize| usize::from((plain[index / 8] >> (7 - index % 8)) & 1);
        for step in 1..=32u32 {
            let mut bits = Bits::new(&stuffed);
            let mut index = 0;
            while index + step as usize <= 8 * plain.len() {
                bits.need(step);
                let expected = (index..index + step as usize).fold(0, |sum, i| (sum << 1) | bit(i));
                assert_eq!(bits.peek(step), expected);
                bits.take(step);
                index += step as usize;
            }
            assert!(!bits.overrun());
            assert_eq!(bits.at_end_of_image(), 8 * plain.len() - index < 8);
            bits.need(32);
            bits.take(32);
            assert!(bits.overrun());
            assert!(!bits.at_end_of_image());
        }
    }

    #[test]
    fn restart_markers_come_at_the_end_of_a_byte() {
        let mut bits = Bits::new(&[0xAB, 0xFF, 0xD3, 0xCD, 0xFF, 0xD9]);
        assert!(bits.restarted(3).is_none(), "the byte before it has not been read");
        bits.need(3);
        bits.take(3);
        assert!(bits.restarted(2).is_none());
        let mut bits = bits.restarted(3).unwrap();
        bits.need(8);
        assert_eq!(bits.peek(8), 0xCD);
        bits.take(8);
        assert!(bits.at_end_of_image());
    }
}
