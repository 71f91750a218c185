//! Huffman codes as tables (ITU-T T.81, sections C.2 and F.2.2.3), made for looking up many bits at
//! once.

use super::bits::Bits;
use super::transform::{Block, Places};

/// The position in a block after its end, which counting can never reach.
const END: u32 = 128;

/// The number of bits looked up at once where values matter.
const VALUE_BITS: u32 = 10;

/// The number of bits looked up at once where they do not.
const RUN_BITS: u32 = 11;

/// No lookup consumes more bits: a code of [`RUN_BITS`] and a 10-bit value.
pub(super) const LOOKUP_BITS: u32 = RUN_BITS + 10;

/// A code as defined in the file.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    /// The number of codes of each length from 1 to 16 bits.
    counts: [u8; 16],
    /// Their symbols, shortest code first.
    symbols: [u8; 256],
}

impl Definition {
    /// Parses a definition: 16 counts followed by that many symbols. Returns the rest.
    pub(super) fn parse(segment: &[u8]) -> Option<(Self, &[u8])> {
        let (&counts, rest) = segment.split_first_chunk::<16>()?;
        let total = counts.iter().map(|&count| usize::from(count)).sum();
        let mut symbols = [0; 256];
        symbols.get_mut(..total)?.copy_from_slice(rest.get(..total)?);
        (total > 0 && leaves_ones(&counts)).then_some((Self { counts, symbols }, &rest[total..]))
    }

    /// Every code: its bits at the top of 16, its length, its symbol. In ascending order.
    pub(super) fn codes(&self) -> impl Iterator<Item = (u32, u32, u8)> + '_ {
        let lengths = (1..=16).zip(self.counts);
        let lengths = lengths.flat_map(|(length, count)| (0..count).map(move |_| length));
        lengths.zip(self.symbols).scan(0, |next, (length, symbol)| {
            let code = *next;
            *next += 1 << (16 - length);
            Some((code, length, symbol))
        })
    }
}

/// Whether a code with these numbers of codes for each length from 1 to 16 bits is valid (section
/// C.2): the bits that are all ones must be unused. Libjpeg rejects others, too.
pub(crate) fn leaves_ones(counts: &[u8; 16]) -> bool {
    // The number of 16-bit codes if all were extended to 16 bits.
    let used: u32 =
        (1..).zip(counts).map(|(length, &count)| u32::from(count) << (16 - length)).sum();
    used < 1 << 16
}

/// Which coefficients a code is for. (Not a separate function for each: WasmEdge takes a lock for
/// calls through pointers.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The first one of a block, which represents its mean.
    Dc,
    /// All others.
    Ac,
}

/// The meaning of a symbol.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    /// How far the position in the block advances; [`END`] at the end of the block.
    advance: u32,
    /// The number of bits of the value that follows.
    size: u32,
}

impl Meaning {
    fn new(class: Class, symbol: u8) -> Option<Self> {
        match class {
            Class::Dc => Self::of_dc(symbol),
            Class::Ac => Self::of_ac(symbol),
        }
    }

    /// The symbol of a DC coefficient's difference: only its size.
    fn of_dc(symbol: u8) -> Option<Self> {
        (symbol <= 11).then_some(Self { advance: 0, size: symbol.into() })
    }

    /// The symbol of an AC coefficient: the number of preceding zeros, and its size.
    fn of_ac(symbol: u8) -> Option<Self> {
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => Some(Self { advance: END, size }),
            // Sixteen zeros: fifteen before a value that is itself zero.
            (15, 0) | (_, 1..=10) => Some(Self { advance: run + 1, size }),
            _ => None,
        }
    }
}

/// A code whose symbols are followed by values.
#[derive(Debug)]
struct Code {
    class: Class,
    /// By length minus 1: the first code after those of this length, at the top of 16 bits.
    limits: [u32; 16],
    /// By length minus 1: the offset that turns a code of this length into the index of its symbol,
    /// modulo 2³².
    offsets: [u32; 16],
    symbols: [u8; 256],
}

impl Code {
    fn new(definition: &Definition, class: Class) -> Self {
        let (mut limits, mut offsets) = ([0; 16], [0; 16]);
        let (mut code, mut index) = (0u32, 0u32);
        for (length, count) in (0..16).zip(definition.counts) {
            let shift = 15 - length as u32;
            offsets[length] = index.wrapping_sub(code >> shift);
            code += u32::from(count) << shift;
            index += u32::from(count);
            limits[length] = code;
        }
        Self { class, limits, offsets, symbols: definition.symbols }
    }

    /// Consumes a symbol and its value from `bits`. Returns the rest, how far the position
    /// advances, and the value. Meaningless bits count as the end of the block and a difference of
    /// zero, and are reported by [`Bits::senseless`].
    #[cold]
    #[inline(never)]
    fn read<'a>(&self, mut bits: Bits<'a>) -> (Bits<'a>, u32, i16) {
        bits.refill();
        let next = bits.peek(16) as u32;
        let meaning = || {
            let length = self.limits.iter().position(|&limit| next < limit)?;
            let index = self.offsets[length].wrapping_add(next >> (15 - length)) as usize;
            Some((length, Meaning::new(self.class, *self.symbols.get(index)?)?))
        };
        let Some((length, Meaning { advance, size })) = meaning() else {
            bits.take(16);
            bits.refill();
            bits.senseless = true;
            return (bits, END, 0);
        };
        bits.take(length as u32 + 1);
        let value = if size == 0 { 0 } else { extend(bits.peek(size) as u32, size) };
        bits.take(size);
        bits.refill();
        (bits, advance, value)
    }
}

/// One symbol with its value, indexed by the bits looked up.
#[derive(Debug, Clone, Copy)]
struct Single {
    /// The number of bits to consume: those of the code and of the value. 0 if they are more than
    /// the bits looked up.
    taken: u8,
    /// How far the position advances: see [`Meaning::advance`].
    advance: u8,
    value: i16,
}

type Singles = [Single; 1 << VALUE_BITS];

fn singles(definition: &Definition, class: Class) -> Singles {
    let mut singles = [Single { taken: 0, advance: 0, value: 0 }; 1 << VALUE_BITS];
    for (code, length, symbol) in definition.codes() {
        let Some(Meaning { advance, size }) = Meaning::new(class, symbol) else { continue };
        let taken = length + size;
        if taken <= VALUE_BITS {
            let each = 1usize << (VALUE_BITS - taken);
            let first = (code >> (16 - VALUE_BITS)) as usize;
            let singles = singles[first..][..each << size].chunks_exact_mut(each);
            for (bits, singles) in (0..).zip(singles) {
                let value = extend(bits, size);
                singles.fill(Single { taken: taken as u8, advance: advance as u8, value });
            }
        }
    }
    singles
}

/// The code of DC coefficients.
#[derive(Debug)]
pub(super) struct DcCode {
    singles: Singles,
    code: Code,
}

impl DcCode {
    pub(super) fn new(definition: &Definition) -> Self {
        Self { singles: singles(definition, Class::Dc), code: Code::new(definition, Class::Dc) }
    }

    /// Consumes a difference from `bits`, which must have [`LOOKUP_BITS`].
    #[inline(always)]
    pub(super) fn read(&self, bits: &mut Bits<'_>) -> i16 {
        let single = self.singles[bits.peek(VALUE_BITS)];
        if single.taken > 0 {
            bits.take(single.taken.into());
            return single.value;
        }
        let (rest, _, value) = self.code.read(*bits);
        *bits = rest;
        value
    }
}

/// Up to two symbols with their values, indexed by the bits looked up.
///
/// Bits 0 to 7: the number of bits to consume. Bits 8 to 15: how far the position advances; from
/// positions 1 to 63, at most 63 is valid, or at least [`END`]. Bits 16 to 23: how far it advances
/// to the first value. Bits 32 to 47 and 48 to 63: the first value and the last one, which may be
/// the same.
#[derive(Debug, Clone, Copy)]
struct Pair(u64);

impl Pair {
    /// Advances no position from 0 to 63 to a valid one, nor to [`END`] or more.
    const UNKNOWN: Self = Self(64 << 8);

    fn new(taken: u8, first: Single, last: Single, advance: u8) -> Self {
        let values = [first.value, last.value].map(|value| u64::from(value as u16));
        let numbers = [taken, advance, first.advance, 0].map(u64::from);
        let numbers = numbers[0] | (numbers[1] << 8) | (numbers[2] << 16);
        Self(numbers | (values[0] << 32) | (values[1] << 48))
    }
}

/// The code of AC coefficients.
#[derive(Debug)]
pub(super) struct AcCode {
    pairs: [Pair; 1 << VALUE_BITS],
    /// As many symbols at once as can be determined from the bits looked up, without their values.
    /// Bits 0 to 7: the number of bits to consume, which may be more than were looked up because of
    /// the last value. Bits 8 to 15 as in [`Pair`].
    runs: [u16; 1 << RUN_BITS],
    code: Code,
}

impl AcCode {
    pub(super) fn new(definition: &Definition) -> Self {
        Self {
            pairs: pairs(&singles(definition, Class::Ac)),
            runs: runs(definition),
            code: Code::new(definition, Class::Ac),
        }
    }

    /// Continues at `position` (1 to 63) in a block and writes values to `block`, each at its
    /// place. Returns the position after them, which is [`END`] or more at the end of the block.
    /// `bits` must have [`LOOKUP_BITS`].
    ///
    /// Meaningless bits end the block, and so does a position beyond 64: see [`Bits::senseless`].
    #[inline(always)]
    pub(super) fn read(
        &self,
        bits: &mut Bits<'_>,
        position: u32,
        block: &mut Block,
        places: &Places,
    ) -> u32 {
        let Pair(pair) = self.pairs[bits.peek(VALUE_BITS)];
        let next = position + ((pair >> 8) & 0xFF) as u32;
        // At 64, the symbols might belong to two blocks.
        if next & 64 == 0 {
            bits.take(pair as u32 & 0x3F);
            let first = position + ((pair >> 16) & 0xFF) as u32;
            put(block, places, first, (pair >> 32) as i16);
            put(block, places, next, (pair >> 48) as i16);
            return next;
        }
        self.read_one(bits, position, block, places)
    }

    /// Like [`AcCode::read`], where the values do not matter.
    #[inline(always)]
    pub(super) fn skip(
        &self,
        bits: &mut Bits<'_>,
        position: u32,
        block: &mut Block,
        places: &Places,
    ) -> u32 {
        let run = u32::from(self.runs[bits.peek(RUN_BITS)]);
        let next = position + (run >> 8);
        if next & 64 == 0 {
            bits.take(run & 0x3F);
            return next;
        }
        self.read_one(bits, position, block, places)
    }

    #[inline(always)]
    fn read_one(
        &self,
        bits: &mut Bits<'_>,
        position: u32,
        block: &mut Block,
        places: &Places,
    ) -> u32 {
        let (rest, advance, value) = self.code.read(*bits);
        *bits = rest;
        let next = position + advance;
        put(block, places, next, value);
        if next > 64 && next < END {
            bits.senseless = true;
        }
        next
    }
}

/// Writes the value before `position` to its place.
#[inline(always)]
fn put(block: &mut Block, places: &Places, position: u32, value: i16) {
    // The remainders never change anything: they avoid bounds checks.
    let place = usize::from(places[(position as usize - 1) % places.len()]);
    block[place % block.len()] = value;
}

fn pairs(singles: &Singles) -> [Pair; 1 << VALUE_BITS] {
    std::array::from_fn(|window| {
        let first = singles[window];
        if first.taken == 0 {
            return Pair::UNKNOWN;
        }
        let taken = u32::from(first.taken);
        // Zeros are shifted in at the end of the window; symbols that they seem to complete are too
        // long.
        let last = singles[(window << taken) % singles.len()];
        let ends = u32::from(first.advance) >= END;
        if ends || last.taken == 0 || taken + u32::from(last.taken) > VALUE_BITS {
            return Pair::new(first.taken, first, first, first.advance);
        }
        Pair::new(first.taken + last.taken, first, last, first.advance + last.advance)
    })
}

fn runs(definition: &Definition) -> [u16; 1 << RUN_BITS] {
    /// The first symbol.
    #[derive(Clone, Copy)]
    struct First {
        length: u8,
        taken: u8,
        advance: u8,
    }
    let mut firsts = [First { length: u8::MAX, taken: 0, advance: 0 }; 1 << RUN_BITS];
    for (code, length, symbol) in definition.codes().take_while(|code| code.1 <= RUN_BITS) {
        if let Some(Meaning { advance, size }) = Meaning::of_ac(symbol) {
            let first = (code >> (16 - RUN_BITS)) as usize;
            firsts[first..][..1 << (RUN_BITS - length)].fill(First {
                length: length as u8,
                taken: (length + size) as u8,
                advance: advance as u8,
            });
        }
    }
    std::array::from_fn(|window| {
        let (mut taken, mut advance) = (0, 0);
        while taken < RUN_BITS && advance < END {
            let first = firsts[(window << taken) % firsts.len()];
            let next = advance + u32::from(first.advance);
            if taken + u32::from(first.length) > RUN_BITS || next % END >= 64 {
                break;
            }
            taken += u32::from(first.taken);
            advance = next;
        }
        if taken > 0 {
            ((advance << 8) | taken) as u16
        } else {
            64 << 8
        }
    })
}

/// The value of `bits` in a field of `size` bits (section F.2.2.1, figure F.12).
pub(super) fn extend(bits: u32, size: u32) -> i16 {
    let bits = bits as i32;
    // Fields that begin with a zero are negative.
    let negative = bits >> size.saturating_sub(1) == 0;
    (if negative { bits + 1 - (1 << size) } else { bits }) as i16
}
