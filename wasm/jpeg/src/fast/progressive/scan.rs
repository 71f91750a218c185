//! Scan headers, and their data between restart markers.

use crate::damaged::Damaged;
use crate::fast::bits::{Bits, Found, Restart};
use crate::fast::headers::{Frame, FrameComponent};

/// A scan's header (ITU-T T.81, sections B.2.3 and G.1.1).
#[derive(Debug)]
pub(super) struct Scan {
    /// The index of each component, and of its codes for DC and AC coefficients.
    pub(super) components: Vec<(usize, usize, usize)>,
    /// The first and the last coefficient.
    pub(super) first: u32,
    pub(super) last: u32,
    /// Whether it adds a bit to what earlier scans provided.
    pub(super) refines: bool,
    /// The position of the lowest bit that it provides.
    pub(super) low: u32,
}

impl Scan {
    /// Nothing for one that is invalid in a progressive picture.
    pub(super) fn parse(payload: &[u8], frame: &Frame) -> Option<Self> {
        let (&count, rest) = payload.split_first()?;
        let (selectors, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let &[first, last, bits] = rest else { return None };
        let mut components: Vec<(usize, usize, usize)> = Vec::with_capacity(4);
        for selector in selectors.chunks_exact(2) {
            let named = |component: &FrameComponent| component.identifier == selector[0];
            let index = frame.components.iter().position(named)?;
            if components.last().is_some_and(|&(last, ..)| last >= index) {
                return None;
            }
            components.push((index, usize::from(selector[1] >> 4), usize::from(selector[1] & 15)));
        }
        let (high, low) = (bits >> 4, bits & 15);
        let is_band = if first == 0 { last == 0 } else { count == 1 && first <= last && last < 64 };
        let adds_one_bit = high == 0 || high == low + 1;
        (count > 0 && is_band && adds_one_bit && low <= 13).then_some(Self {
            components,
            first: first.into(),
            last: last.into(),
            refines: high > 0,
            low: low.into(),
        })
    }
}

/// The last coefficient of a component that must be read if those up to `needed` matter: a scan
/// that refines one of these has a bit for each other nonzero coefficient.
pub(super) fn reach(scans: &[Scan], component: usize, needed: u32) -> u32 {
    let mut reach = needed;
    loop {
        let last = scans
            .iter()
            .filter(|scan| scan.components[0].0 == component && scan.refines)
            .filter(|scan| (1..=reach).contains(&scan.first))
            .map(|scan| scan.last)
            .max();
        match last {
            Some(last) if last > reach => reach = last,
            _ => return reach,
        }
    }
}

/// A scan's data.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) bits: Bits<'a>,
    /// Blocks or MCUs between restart markers; 0 if there are none.
    interval: u16,
    /// The number until the next one.
    left: u16,
    /// The number of restart markers so far, modulo 8.
    restarts: u8,
    /// Whether there are no data up to the next restart marker.
    pub(super) is_empty: bool,
    /// Whether anything has been missing so far.
    pub(super) is_damaged: bool,
    damaged: Damaged,
}

impl<'a> Reader<'a> {
    pub(super) fn new(data: &'a [u8], interval: u16, damaged: Damaged) -> Self {
        Self {
            bits: Bits::new(data),
            interval,
            left: interval,
            restarts: 0,
            is_empty: false,
            is_damaged: false,
            damaged,
        }
    }

    /// Must be called before each block or MCU, with the next bits. Skips the restart marker that
    /// must be there, and returns whether there was one. Nothing if it is missing and damage is
    /// rejected.
    #[inline(always)]
    pub(super) fn next(&mut self, bits: &mut Bits<'a>) -> Option<bool> {
        if self.interval == 0 {
            return Some(false);
        }
        let is_due = self.left == 0;
        if is_due {
            *bits = self.restarted(*bits)?;
        }
        self.left -= 1;
        Some(is_due)
    }

    #[cold]
    #[inline(never)]
    fn restarted(&mut self, bits: Bits<'a>) -> Option<Bits<'a>> {
        let Restart { bits, is_empty, found } = bits.restarted(self.restarts);
        if found == Found::Damage && self.damaged == Damaged::Refuse {
            return None;
        }
        self.is_empty = is_empty;
        self.is_damaged |= found != Found::Expected;
        self.restarts = (self.restarts + 1) & 7;
        self.left = self.interval;
        Some(bits)
    }

    /// Must be called after reading each block or MCU. Nothing for missing or meaningless bits if
    /// damage is rejected.
    #[inline(always)]
    pub(super) fn check(&mut self, bits: &mut Bits<'a>) -> Option<()> {
        if bits.overrun() || bits.senseless {
            self.past_damage(bits)?;
        }
        Some(())
    }

    #[cold]
    fn past_damage(&mut self, bits: &mut Bits<'a>) -> Option<()> {
        if self.damaged == Damaged::Refuse {
            return None;
        }
        self.is_damaged = true;
        self.is_empty = bits.overrun();
        bits.senseless = false;
        Some(())
    }
}
