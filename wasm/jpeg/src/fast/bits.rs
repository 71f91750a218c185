//! The bits of entropy-coded data (ITU-T T.81, section F.2.2.5).

use crate::segments::position_of_ff;

/// Reads bits, most significant first, and removes the zero bytes stuffed after 0xFF bytes.
///
/// It never fails. Where the data end, at a marker or at the end of the file, zeros follow, and
/// [`Bits::overrun`] says whether any of them have been used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits<'a> {
    /// The next bytes, none of which is 0xFF, so that eight can be read at once.
    plain: &'a [u8],
    /// What follows them: nothing, or a byte 0xFF and its meaning.
    rest: &'a [u8],
    /// The next bits, starting at the top. More bits of the data may follow the counted ones.
    window: u64,
    /// The number of bits of the window that count: at most 63.
    count: u32,
    /// The number of zeros added since the data ended.
    padding: u32,
    /// Whether meaningless bits have been found.
    pub(super) senseless: bool,
}

/// What was found where a restart marker must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The marker, and nothing before it.
    Expected,
    /// Another restart marker: one was lost, duplicated, or has a wrong number.
    OutOfOrder,
    /// Unused data, or no restart marker at all.
    Damage,
}

/// Where data continue after a restart marker.
#[derive(Debug, Clone, Copy)]
pub(super) struct Restart<'a> {
    pub(super) bits: Bits<'a>,
    /// Whether the data up to the next marker are missing.
    pub(super) is_empty: bool,
    pub(super) found: Found,
}

impl<'a> Bits<'a> {
    /// The number of bits available after [`Bits::refill`].
    pub(super) const REFILLED: u32 = 56;

    /// The bits of `data`, which may extend beyond the end of the entropy-coded part.
    pub(super) fn new(data: &'a [u8]) -> Self {
        let (plain, rest) = data.split_at(position_of_ff(data));
        Self { plain, rest, window: 0, count: 0, padding: 0, senseless: false }
    }

    /// Ensures that `bits` (at most 32) can be peeked and consumed.
    #[inline(always)]
    pub(super) fn need(&mut self, bits: u32) {
        debug_assert!(bits <= 32);
        if self.count < bits {
            self.refill();
        }
    }

    /// Ensures that [`Bits::REFILLED`] bits can be peeked and consumed.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(&bytes) = self.plain.first_chunk() {
            // Bits after the counted ones are the same ones that are loaded again here.
            self.window |= u64::from_be_bytes(bytes) >> self.count;
            let taken = (63 - self.count) / 8;
            self.plain = &self.plain[taken as usize..];
            self.count += 8 * taken;
        } else {
            // By value, so that the reader stays in registers on the usual path.
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

    /// The next `bits` (1 to 32), without consuming them.
    #[inline(always)]
    pub(super) fn peek(&self, bits: u32) -> usize {
        (self.window >> (64 - bits)) as usize
    }

    /// Consumes `bits` (at most 32) that are available.
    #[inline(always)]
    pub(super) fn take(&mut self, bits: u32) {
        debug_assert!(bits <= self.count);
        self.window <<= bits;
        self.count = self.count.wrapping_sub(bits);
    }

    /// Whether more bits have been consumed than there were.
    pub(super) fn overrun(self) -> bool {
        self.count < self.padding
    }

    /// What follows the current byte, if that is a marker.
    fn at_marker(self) -> Option<&'a [u8]> {
        let unread = self.count.checked_sub(self.padding)?;
        (unread < 8 && self.plain.is_empty()).then_some(self.rest)
    }

    /// Continues after the restart marker `number` (0 to 7), which must be next, or where the data
    /// of its interval would be.
    ///
    /// Anything else is interpreted like in libjpeg: a marker that is one or two ahead belongs to a
    /// later interval, so this interval is missing; one that is one or two behind has been seen,
    /// and the data after it are skipped; any other is the expected one with a wrong number.
    #[inline(never)]
    pub(super) fn restarted(self, number: u8) -> Restart<'a> {
        let at_marker = self.at_marker().is_some_and(|rest| !rest.starts_with(&[0xFF, 0]));
        let mut found = if at_marker { Found::Expected } else { Found::Damage };
        // There are no markers in the plain bytes.
        let mut rest = self.rest;
        let missing = |rest, found| Restart {
            bits: Self { plain: &[], rest, window: 0, count: 0, padding: 0, senseless: false },
            is_empty: true,
            found,
        };
        loop {
            let Some((at, marker)) = next_marker(rest) else { return missing(&[], Found::Damage) };
            if !matches!(marker, 0xD0..=0xD7) {
                return missing(&rest[at..], Found::Damage);
            }
            let behind = &rest[at + 2..];
            let ahead = (marker & 7).wrapping_sub(number) & 7;
            if ahead != 0 {
                found = Found::OutOfOrder;
            }
            match ahead {
                1 | 2 => return missing(&rest[at..], found),
                6 | 7 => rest = behind,
                _ => {
                    // The same marker again: its data came before the first one, or never.
                    let is_empty = matches!(behind, [0xFF, 0xD0..=0xD7, ..]);
                    if is_empty && found == Found::Expected {
                        found = Found::OutOfOrder;
                    }
                    return Restart { bits: Self::new(behind), is_empty, found };
                }
            }
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

/// The next marker, and the position of its last byte 0xFF.
fn next_marker(data: &[u8]) -> Option<(usize, u8)> {
    let mut at = position_of_ff(data);
    loop {
        match data.get(at..)? {
            [0xFF, 0xFF, ..] => at += 1,
            [0xFF, 0, rest @ ..] => at += 2 + position_of_ff(rest),
            [0xFF, marker, ..] => return Some((at, *marker)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same bits as one by one, however many are read at a time.
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
        assert_eq!(bits.restarted(3).found, Found::Damage, "the byte before it has not been read");
        bits.need(3);
        bits.take(3);
        let restart = bits.restarted(3);
        assert_eq!((restart.found, restart.is_empty), (Found::Expected, false));
        let mut bits = restart.bits;
        bits.need(8);
        assert_eq!(bits.peek(8), 0xCD);
        bits.take(8);
        assert!(bits.at_end_of_image());
    }

    #[test]
    fn restart_markers_are_resynchronized() {
        // A case: the expected number, the file, what is found, whether the interval has no data,
        // and the next byte (after the marker, or the marker's own).
        type Case = (u8, &'static [u8], Found, bool, Option<u8>);
        let cases: [Case; 12] = [
            (3, b"\xFF\xD3\x11\xFF\xD4", Found::Expected, false, Some(0x11)),
            (3, b"\xFF\xFF\xFF\xD3\x11", Found::Expected, false, Some(0x11)),
            (3, b"\xFF\xD4\x11", Found::OutOfOrder, true, None),
            (7, b"\xFF\xD0\x11", Found::OutOfOrder, true, None),
            (3, b"\xFF\xD5\x11", Found::OutOfOrder, true, None),
            (3, b"\xFF\xD6\x11", Found::OutOfOrder, false, Some(0x11)),
            (3, b"\xFF\xD2\x22\xFF\x00\x33\xFF\xD3\x11", Found::OutOfOrder, false, Some(0x11)),
            (0, b"\xFF\xD7\x22\xFF\xD6\xFF\xD0\x11", Found::OutOfOrder, false, Some(0x11)),
            (3, b"\xFF\xD3\xFF\xD3\x11", Found::OutOfOrder, true, None),
            (3, b"\xFF\x00\x22\xFF\xD3\x11", Found::Damage, false, Some(0x11)),
            (3, b"\xFF\xD9", Found::Damage, true, None),
            (3, b"", Found::Damage, true, None),
        ];
        for (number, file, found, is_empty, next) in cases {
            let restart = Bits::new(file).restarted(number);
            assert_eq!((restart.found, restart.is_empty), (found, is_empty), "{file:x?}");
            if let Some(next) = next {
                let mut bits = restart.bits;
                bits.need(8);
                assert_eq!(bits.peek(8), usize::from(next), "{file:x?}");
            }
        }
        // The next interval starts where this one ended.
        let lost = Bits::new(b"\xFF\xD4\x11\xFF\xD5").restarted(3);
        assert_eq!(lost.bits.restarted(4).found, Found::Expected);
    }
}
