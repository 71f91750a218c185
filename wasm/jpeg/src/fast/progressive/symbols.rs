//! The symbols of progressive scans (ITU-T T.81, section G.1.2): runs of zeros with a value's size,
//! and ends of bands for many blocks at once.

use crate::fast::bits::Bits;
use crate::fast::huffman::{extend, Definition};

/// The number of bits looked up at once.
const BITS: u32 = 10;

/// A symbol, indexed by the bits looked up.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Bits of the code; 0 if it is longer.
    length: u8,
    symbol: u8,
    /// Bits of the code and of its value; 0 if they are more than the bits looked up, or if there
    /// is no value.
    taken: u8,
    value: i16,
}

/// A code of AC coefficients in a progressive picture.
#[derive(Debug)]
pub(super) struct SymbolCode {
    entries: [Entry; 1 << BITS],
    /// The longer codes: their bits at the top of 16, length and symbol. In ascending order.
    long: Vec<(u32, u32, u8)>,
}

/// The next item in a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    /// This many zeros, and a value.
    Value(u32, i16),
    /// This many zeros, and one more.
    Zeros(u32),
    /// The end of the band, in this block and in this many following ones.
    End(u32),
}

impl SymbolCode {
    pub(super) fn new(definition: &Definition) -> Box<Self> {
        let none = Entry { length: 0, symbol: 0, taken: 0, value: 0 };
        let mut code = Box::new(Self { entries: [none; 1 << BITS], long: Vec::new() });
        for (bits, length, symbol) in definition.codes() {
            if length > BITS {
                code.long.push((bits, length, symbol));
                continue;
            }
            let size = u32::from(symbol & 15);
            let first = (bits >> (16 - BITS)) as usize;
            let entries = &mut code.entries[first..][..1 << (BITS - length)];
            for (rest, entry) in (0..).zip(entries) {
                *entry = Entry { length: length as u8, symbol, ..none };
                if size > 0 && length + size <= BITS {
                    entry.taken = (length + size) as u8;
                    entry.value = extend(rest >> (BITS - length - size), size);
                }
            }
        }
        code
    }

    /// Consumes a symbol with its value from `bits`. Meaningless bits count as the end of one
    /// block's band, and are reported by [`Bits::senseless`].
    #[inline(always)]
    pub(super) fn read(&self, bits: &mut Bits<'_>) -> Symbol {
        bits.need(32);
        let entry = self.entries[bits.peek(BITS)];
        if entry.taken > 0 {
            bits.take(entry.taken.into());
            return Symbol::Value((entry.symbol >> 4).into(), entry.value);
        }
        let symbol = if entry.length > 0 {
            bits.take(entry.length.into());
            entry.symbol
        } else {
            self.long_symbol(bits)
        };
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if size > 0 {
            let value = extend(bits.peek(size) as u32, size);
            bits.take(size);
            return Symbol::Value(run, value);
        }
        if run == 15 {
            return Symbol::Zeros(15);
        }
        let mut blocks = (1 << run) - 1;
        if run > 0 {
            blocks += bits.peek(run) as u32;
            bits.take(run);
        }
        Symbol::End(blocks)
    }

    #[cold]
    #[inline(never)]
    fn long_symbol(&self, bits: &mut Bits<'_>) -> u8 {
        let next = bits.peek(16) as u32;
        let behind = self.long.partition_point(|&(code, ..)| code <= next);
        match self.long[..behind].last() {
            Some(&(code, length, symbol)) if next - code < 1 << (16 - length) => {
                bits.take(length);
                symbol
            }
            _ => {
                bits.take(16);
                bits.senseless = true;
                0
            }
        }
    }
}
