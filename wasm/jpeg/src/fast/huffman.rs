//! Huffman codes as tables (ITU-T T.81, sections C.2 and F.2.2.3), made for looking many bits up at
//! once.

use super::bits::Bits;
use super::transform::{Block, Places};

/// What a block's position becomes at its end, and what it can never become by counting.
const END: u32 = 128;

/// How many bits are looked up at once where values matter.
const VALUE_BITS: u32 = 10;

/// How many bits are looked up at once where they do not.
const RUN_BITS: u32 = 11;

/// No look-up takes more bits: a code of [`RUN_BITS`] and a value of 10.
pub(super) const LOOKUP_BITS: u32 = RUN_BITS + 10;

/// A code as the file defines it.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    /// How many codes there are of each length from 1 to 16 bits.
    counts: [u8; 16],
    /// What they mean, shortest first.
    symbols: [u8; 256],
}

impl Definition {
    /// Reads a definition: 16 counts and as many symbols as these say. Returns what follows it.
    pub(super) fn parse(segment: &[u8]) -> Option<(Self, &[u8])> {
        let (&counts, rest) = segment.split_first_chunk::<16>()?;
        let total = counts.iter().map(|&count| usize::from(count)).sum();
        let mut symbols = [0; 256];
        symbols.get_mut(..total)?.copy_from_slice(rest.get(..total)?);
        (total > 0 && leaves_ones(&counts)).then_some((Self { counts, symbols }, &rest[total..]))
    }

    /// Every code: its bits at the top of 16, its length, its symbol. In rising order.
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

/// Whether a code with so many codes of each length from 1 to 16 bits is one (section C.2): it leaves
/// the bits that are all ones unused. Libjpeg refuses others, too.
pub(crate) fn leaves_ones(counts: &[u8; 16]) -> bool {
    // Codes of 16 bits, were all filled up to it.
    let used: u32 =
        (1..).zip(counts).map(|(length, &count)| u32::from(count) << (16 - length)).sum();
    used < 1 << 16
}

/// Which coefficients a code is for. (Not a function of its own for each: WasmEdge takes a lock to
/// call through a pointer.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The first of a block, which stands for its mean.
    Dc,
    /// All others.
    Ac,
}

/// What a symbol says.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    /// How far the position in the block goes on; [`END`] for the end of the block.
    advance: u32,
    /// The bits of the value that follow.
    size: u32,
}

impl Meaning {
    fn new(class: Class, symbol: u8) -> Option<Self> {
        match class {
            Class::Dc => Self::of_dc(symbol),
            Class::Ac => Self::of_ac(symbol),
        }
    }

    /// The symbol of a DC coefficient's difference: its size alone.
    fn of_dc(symbol: u8) -> Option<Self> {
        (symbol <= 11).then_some(Self { advance: 0, size: symbol.into() })
    }

    /// The symbol of an AC coefficient: the zeros before it and its size.
    fn of_ac(symbol: u8) -> Option<Self> {
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => Some(Self { advance: END, size }),
            // Sixteen zeros: fifteen before a value that is zero itself.
            (15, 0) | (_, 1..=10) => Some(Self { advance: run + 1, size }),
            _ => None,
        }
    }
}

/// A code whose symbols are followed by values.
#[derive(Debug)]
struct Code {
    class: Class,
    /// By length less 1: the first code behind those of this length, at the top of 16 bits.
    limits: [u32; 16],
    /// By length less 1: what makes the index of a symbol of the length's code, modulo 2³².
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

    /// Takes a symbol and its value off `bits`. Returns what follows, how far the position goes on,
    /// and the value. Bits that mean nothing are the end of the block and no difference, and are told by
    /// [`Bits::senseless`].
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

/// One symbol with its value, by the bits that are looked up.
#[derive(Debug, Clone, Copy)]
struct Single {
    /// How many bits to take: those of the code and of the value. 0 for what is longer than the bits
    /// that are looked up.
    taken: u8,
    /// How far the position goes on: see [`Meaning::advance`].
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

    /// Takes a difference off `bits`, which must have [`LOOKUP_BITS`].
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

/// Up to two symbols with their values, by the bits that are looked up.
///
/// Bits 0 to 7: how many bits to take. Bits 8 to 15: how far the position goes on; with the
/// positions from 1 to 63, 63 at most make sense and [`END`] more. Bits 16 to 23: how far it goes on
/// to the first value. Bits 32 to 47 and 48 to 63: the first value and the last, which may be one.
#[derive(Debug, Clone, Copy)]
struct Pair(u64);

impl Pair {
    /// Makes no position from 0 to 63 one of these, nor [`END`] more.
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
    /// As many symbols together as can be told from the bits that are looked up, without their
    /// values. Bits 0 to 7: how many bits to take, which may be more, those of the last value. Bits
    /// 8 to 15 as in [`Pair`].
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

    /// Goes on from `position` (1 to 63) in a block and writes values to `block`, each at its
    /// place. Returns the position behind them, which becomes [`END`] or more at the end of the
    /// block. `bits` must have [`LOOKUP_BITS`].
    ///
    /// Bits that mean nothing end the block, and so does a position beyond 64: see [`Bits::senseless`].
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
        // At 64 the symbols might be those of two blocks.
        if next & 64 == 0 {
            bits.take(pair as u32 & 0x3F);
            let first = position + ((pair >> 16) & 0xFF) as u32;
            put(block, places, first, (pair >> 32) as i16);
            put(block, places, next, (pair >> 48) as i16);
            return next;
        }
        self.read_one(bits, position, block, places)
    }

    /// As [`AcCode::read`], where the values do not matter.
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
    // Neither remainder changes anything: they spare the checks.
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
        // Zeros come in behind the window; what they pretend to be is too long.
        let last = singles[(window << taken) % singles.len()];
        let ends = u32::from(first.advance) >= END;
        if ends || last.taken == 0 || taken + u32::from(last.taken) > VALUE_BITS {
            return Pair::new(first.taken, first, first, first.advance);
        }
        Pair::new(first.taken + last.taken, first, last, first.advance + last.advance)
    })
}

fn runs(definition: &Definition) -> [u16; 1 << RUN_BITS] {
    /// The symbol that comes first.
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

/// The value that `bits` mean in a field of `size` bits (section F.2.2.1, figure F.12).
pub(super) fn extend(bits: u32, size: u32) -> i16 {
    let bits = bits as i32;
    // Fields that begin with a zero are negative.
    let negative = bits >> size.saturating_sub(1) == 0;
    (if negative { bits + 1 - (1 << size) } else { bits }) as i16
}
