//! Huffman codes as tables (ITU-T T.81, sections C.2 and F.2.2.3), made for looking many bits up at
//! once.

use super::bits::Bits;

/// More bits than a code and its magnitude take together: a coefficient has at most 10 of them (the
/// difference of two DC coefficients 11), and codes that ask for more are refused.
pub(super) const MOST_BITS: u32 = 16 + 11;

/// What a block's position becomes at its end, and what it can never become by counting.
pub(super) const END: u32 = 128;

/// How many bits [`Codes`] looks up at once.
const CODE_BITS: u32 = 10;

/// How many bits [`Skips`] looks up at once.
const SKIP_BITS: u32 = 11;

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
        // Codes of 16 bits, were all filled up to it.
        let used: u32 =
            (1..).zip(counts).map(|(length, count)| u32::from(count) << (16 - length)).sum();
        (used <= 1 << 16).then_some((Self { counts, symbols }, &rest[total..]))
    }

    /// Every code: its bits at the top of 16, its length, its symbol. In rising order.
    fn codes(&self) -> impl Iterator<Item = (u32, u32, u8)> + '_ {
        let lengths = (1..=16).zip(self.counts);
        let lengths = lengths.flat_map(|(length, count)| (0..count).map(move |_| length));
        lengths.zip(self.symbols).scan(0, |next, (length, symbol)| {
            let code = *next;
            *next += 1 << (16 - length);
            Some((code, length, symbol))
        })
    }
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

/// Which coefficients a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// The first of a block, which stands for its mean.
    Dc,
    /// All others.
    Ac,
}

/// A code for reading values.
#[derive(Debug)]
pub(super) struct Codes {
    class: Class,
    /// By the next bits. Bits 0 to 5: how many to take; bits 8 to 15: how far the position goes on;
    /// bits 16 to 31: the value. With [`Codes::OPEN`], the bits to take are those of the code, and
    /// the value stands for the size of what follows it; zero bits for codes that are longer.
    entries: Box<[u32; 1 << CODE_BITS]>,
    /// By length less 1: the first code behind those of this length, at the top of 16 bits.
    limits: [u32; 16],
    /// By length less 1: what makes the index of a symbol of the length's code, modulo 2¹⁶.
    offsets: [u32; 16],
    symbols: [u8; 256],
}

impl Codes {
    const OPEN: u32 = 0x40;

    pub(super) fn new(definition: &Definition, class: Class) -> Self {
        let mut entries = filled(Self::OPEN);
        for (code, length, symbol) in definition.codes() {
            let Some(Meaning { advance, size }) = Self::meaning(class, symbol) else { continue };
            let first = (code >> (16 - CODE_BITS)) as usize;
            let advance = advance << 8;
            if length + size <= CODE_BITS {
                let each = 1usize << (CODE_BITS - length - size);
                let entries = entries[first..][..each << size].chunks_exact_mut(each);
                for (bits, entries) in (0..).zip(entries) {
                    let value = extend(bits, size);
                    entries.fill((value as u32) << 16 | advance | (length + size));
                }
            } else if length <= CODE_BITS {
                let entry = (size << 16) | advance | Self::OPEN | length;
                entries[first..][..1 << (CODE_BITS - length)].fill(entry);
            }
        }
        let (mut limits, mut offsets) = ([0; 16], [0; 16]);
        let (mut code, mut index) = (0u32, 0u32);
        for (length, count) in (0..16).zip(definition.counts) {
            let shift = 15 - length as u32;
            offsets[length] = index.wrapping_sub(code >> shift);
            code += u32::from(count) << shift;
            index += u32::from(count);
            limits[length] = code;
        }
        Self { class, entries, limits, offsets, symbols: definition.symbols }
    }

    fn meaning(class: Class, symbol: u8) -> Option<Meaning> {
        match class {
            Class::Dc => Meaning::of_dc(symbol),
            Class::Ac => Meaning::of_ac(symbol),
        }
    }

    /// Takes a code and its value off `bits`, which must have [`MOST_BITS`]. Returns how far the
    /// position goes on, and the value; nothing for a code that means nothing.
    #[inline(always)]
    pub(super) fn read(&self, bits: &mut Bits<'_>) -> Option<(u32, i16)> {
        let entry = self.entries[bits.peek(CODE_BITS)];
        let advance = (entry >> 8) & 0xFF;
        if entry & Self::OPEN == 0 {
            bits.take(entry & 0x3F);
            return Some((advance, (entry >> 16) as i16));
        }
        let (length, Meaning { advance, size }) = match entry & 0x3F {
            0 => self.long_code(bits.peek(16) as u32)?,
            length => (length, Meaning { advance, size: entry >> 16 }),
        };
        bits.take(length);
        let value = if size == 0 { 0 } else { extend(bits.peek(size) as u32, size) };
        bits.take(size);
        Some((advance, value))
    }

    /// The length and meaning of the code at the top of 16 bits.
    #[cold]
    #[inline(never)]
    fn long_code(&self, bits: u32) -> Option<(u32, Meaning)> {
        let length = self.limits.iter().position(|&limit| bits < limit)?;
        let index = self.offsets[length].wrapping_add(bits >> (15 - length)) as usize;
        let meaning = Self::meaning(self.class, *self.symbols.get(index)?)?;
        Some((length as u32 + 1, meaning))
    }
}

/// The value that `bits` mean in a field of `size` bits (section F.2.2.1, figure F.12).
#[inline(always)]
fn extend(bits: u32, size: u32) -> i16 {
    let bits = bits as i32;
    // Fields that begin with a zero are negative.
    let negative = bits >> size.saturating_sub(1) == 0;
    (if negative { bits + 1 - (1 << size) } else { bits }) as i16
}

/// A code for passing over coefficients: several at a time, without reading their values.
#[derive(Debug)]
pub(super) struct Skips {
    /// By the next bits. Bits 0 to 7: how many to take, which may be more than were looked at;
    /// bits 8 to 15: how far the position goes on, 63 at most, with [`END`] added at the end of the
    /// block. 64 there where the next code is too long, so that the position cannot be right.
    entries: Box<[u16; 1 << SKIP_BITS]>,
}

impl Skips {
    const UNKNOWN: u16 = 64 << 8;

    pub(super) fn new(definition: &Definition) -> Self {
        // By the next bits: the length of the first code, its value included, in bits 0 to 7 and
        // its length alone in bits 16 to 23; how far it goes on in bits 8 to 15.
        let mut firsts = filled::<u32, { 1 << SKIP_BITS }>(0);
        for (code, length, symbol) in definition.codes().take_while(|code| code.1 <= SKIP_BITS) {
            if let Some(Meaning { advance, size }) = Meaning::of_ac(symbol) {
                let first = (code >> (16 - SKIP_BITS)) as usize;
                let entry = (length << 16) | (advance << 8) | (length + size);
                firsts[first..][..1 << (SKIP_BITS - length)].fill(entry);
            }
        }
        let mut entries = filled::<u16, { 1 << SKIP_BITS }>(Self::UNKNOWN);
        for (window, entry) in entries.iter_mut().enumerate() {
            let (mut taken, mut advance) = (0, 0);
            while taken < SKIP_BITS && advance < END {
                let first = firsts[(window << taken) & ((1 << SKIP_BITS) - 1)];
                // The bits behind the window were taken for zeros.
                let length = first >> 16;
                let next = advance + ((first >> 8) & 0xFF);
                if length == 0 || taken + length > SKIP_BITS || next & 0x7F > 63 {
                    break;
                }
                taken += first & 0xFF;
                advance = next;
            }
            if taken > 0 {
                *entry = ((advance << 8) | taken) as u16;
            }
        }
        Self { entries }
    }

    /// Passes over coefficients from `position` (1 to 63) on. `bits` must have [`MOST_BITS`].
    /// Returns the position behind them, or [`END`] and more at the end of the block; nothing, and
    /// nothing is taken, where the codes have to be read one by one.
    #[inline(always)]
    pub(super) fn skip(&self, bits: &mut Bits<'_>, position: u32) -> Option<u32> {
        let entry = u32::from(self.entries[bits.peek(SKIP_BITS)]);
        let next = position + (entry >> 8);
        // Were the sum 64, the codes looked up might belong to two blocks.
        (next & 64 == 0).then(|| {
            bits.take(entry & 0x3F);
            next
        })
    }
}

fn filled<T: Copy, const LENGTH: usize>(value: T) -> Box<[T; LENGTH]> {
    let boxed = vec![value; LENGTH].into_boxed_slice();
    boxed.try_into().unwrap_or_else(|_| unreachable!("it has just been made as long"))
}
