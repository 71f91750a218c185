//! The coefficients of a component, and all scans except those of DC coefficients.

use super::symbols::{Symbol, SymbolCode};
use super::{Reader, Scan};
use crate::fast::bits::Bits;
use crate::fast::transform::{places, Places};

/// The blocks of a component, each of which becomes `SIDE` × `SIDE` pixels.
#[derive(Debug)]
pub(super) struct Plane<const SIDE: usize> {
    /// Blocks per row and per column, including those that fill up the last MCUs.
    pub(super) stride: usize,
    height: usize,
    /// Excluding these.
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// The last coefficient that must be read.
    pub(super) reach: u32,
    /// `SIDE` × `SIDE` coefficients of each block, in the order of [`places`].
    pub(super) kept: Vec<i16>,
    /// For each block, which coefficients are nonzero, by their position in the file's order. Empty
    /// if only the means are read.
    present: Vec<u64>,
}

impl<const SIDE: usize> Plane<SIDE> {
    const KEPT: usize = SIDE * SIDE;

    /// Without memory for it yet.
    pub(super) fn sized(
        (stride, height): (usize, usize),
        (columns, rows): (usize, usize),
        reach: u32,
    ) -> Self {
        Self { stride, height, columns, rows, reach, kept: Vec::new(), present: Vec::new() }
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        let present = if self.reach > 0 { 8 } else { 0 };
        (self.stride * self.height) as u64 * (2 * Self::KEPT as u64 + present)
    }

    pub(super) fn with_room(mut self) -> Self {
        let blocks = self.stride * self.height;
        self.kept = vec![0; Self::KEPT * blocks];
        self.present = vec![0; if self.reach > 0 { blocks } else { 0 }];
        self
    }

    /// The kept coefficients of a row's blocks.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = &[i16]> {
        let length = Self::KEPT * self.stride;
        self.kept[row * length..][..length].chunks_exact(Self::KEPT)
    }

    /// Reads a first scan of a band (section G.1.2.2). Nothing for a damaged one if damage is
    /// rejected.
    #[inline(never)]
    pub(super) fn read(
        &mut self,
        scan: &Scan,
        code: &SymbolCode,
        reader: &mut Reader<'_>,
    ) -> Option<()> {
        let places = const { &places(SIDE) };
        let mut bits = reader.bits;
        // Blocks whose band has already ended.
        let mut ended = 0;
        for row in 0..self.rows {
            for column in 0..self.columns {
                if reader.next(&mut bits)? {
                    ended = 0;
                }
                if reader.is_empty {
                    continue;
                }
                if ended > 0 {
                    ended -= 1;
                    continue;
                }
                let block = row * self.stride + column;
                let kept = &mut self.kept[Self::KEPT * block..][..Self::KEPT];
                let present = &mut self.present[block];
                let mut position = scan.first;
                while position <= scan.last {
                    match code.read(&mut bits) {
                        Symbol::Value(zeros, value) => {
                            position += zeros;
                            if position > scan.last {
                                bits.senseless = true;
                                break;
                            }
                            *present |= 1 << position;
                            if let Some(kept) = kept.get_mut(usize::from(places[position as usize]))
                            {
                                *kept = value.wrapping_shl(scan.low);
                            }
                            position += 1;
                        }
                        Symbol::Zeros(zeros) => position += zeros + 1,
                        Symbol::End(blocks) => {
                            ended = blocks;
                            break;
                        }
                    }
                }
                reader.check(&mut bits)?;
            }
        }
        reader.bits = bits;
        Some(())
    }

    /// Reads a scan that adds a bit to a band (section G.1.2.3). Nothing for a damaged one if
    /// damage is rejected.
    #[inline(never)]
    pub(super) fn refine(
        &mut self,
        scan: &Scan,
        code: &SymbolCode,
        reader: &mut Reader<'_>,
    ) -> Option<()> {
        let places = const { &places(SIDE) };
        let bit = 1i16 << scan.low;
        // Coefficients from a position on, up to the last.
        let band = |first: u32| (u64::MAX << first) & (u64::MAX >> (63 - scan.last));
        let mut bits = reader.bits;
        let mut ended = 0;
        for row in 0..self.rows {
            for column in 0..self.columns {
                if reader.next(&mut bits)? {
                    ended = 0;
                }
                if reader.is_empty {
                    continue;
                }
                let block = row * self.stride + column;
                let kept = &mut self.kept[Self::KEPT * block..][..Self::KEPT];
                let present = &mut self.present[block];
                let mut position = scan.first;
                if ended == 0 {
                    while position <= scan.last {
                        let (zeros, value) = match code.read(&mut bits) {
                            Symbol::Value(zeros, 1) => (zeros, bit),
                            Symbol::Value(zeros, -1) => (zeros, -bit),
                            Symbol::Value(..) => {
                                bits.senseless = true;
                                ended = 1;
                                break;
                            }
                            Symbol::Zeros(zeros) => (zeros, 0),
                            Symbol::End(blocks) => {
                                ended = blocks + 1;
                                break;
                            }
                        };
                        // The position after this many zero coefficients.
                        let mut free = !*present & band(position);
                        for _ in 0..zeros {
                            free &= free.wrapping_sub(1);
                        }
                        let place = free.trailing_zeros();
                        let passed =
                            *present & band(position) & !u64::MAX.checked_shl(place).unwrap_or(0);
                        correct(&mut bits, passed, bit, kept, places);
                        if value != 0 {
                            if place > scan.last {
                                bits.senseless = true;
                                break;
                            }
                            *present |= 1 << place;
                            if let Some(kept) = kept.get_mut(usize::from(places[place as usize])) {
                                *kept = value;
                            }
                        }
                        position = place + 1;
                    }
                }
                if ended > 0 {
                    if position <= scan.last {
                        correct(&mut bits, *present & band(position), bit, kept, places);
                    }
                    ended -= 1;
                }
                reader.check(&mut bits)?;
            }
        }
        reader.bits = bits;
        Some(())
    }
}

/// Consumes a bit for each of the coefficients in `mask`, and adds `bit` to those whose bit is set.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, mut mask: u64, bit: i16, kept: &mut [i16], places: &Places) {
    while mask != 0 {
        let is_last = mask.count_ones() <= 32;
        let count = mask.count_ones().min(32);
        bits.need(count);
        // From the top.
        let mut corrections = (bits.peek(count) as u32) << (32 - count);
        bits.take(count);
        for _ in 0..count {
            if corrections == 0 && is_last {
                return;
            }
            let position = mask.trailing_zeros();
            mask &= mask.wrapping_sub(1);
            if corrections >> 31 == 1 {
                if let Some(kept) = kept.get_mut(usize::from(places[position as usize])) {
                    *kept = kept.wrapping_add(if *kept < 0 { -bit } else { bit });
                }
            }
            corrections <<= 1;
        }
    }
}
