//! From a block's coefficients to its pixels, at 1, 2, 4 or 8 pixels a side.
//!
//! A smaller block is the inverse cosine transform of its size, of the lowest coefficients: what is
//! left out are the frequencies that so few pixels cannot show. All arithmetic wraps, so that
//! damaged files give wrong pixels and nothing worse.

/// A block's coefficients in the order of the file (ITU-T T.81, figure A.6), not yet dequantized.
/// Behind the 64 is room to write what does not matter.
pub(super) type Block = [i16; BLOCK_ROOM];

pub(super) const BLOCK_ROOM: usize = 256;

/// A component's quantization table, in the same order.
pub(super) type Quantization = [i16; 64];

/// Where the coefficient of row `index / 8` and column `index % 8` stands in the file.
const ZIGZAG: [usize; 64] = [
    0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42, 3, 8, 12, 17, 25, 30, 41, 43, 9, 11,
    18, 24, 31, 40, 44, 53, 10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60, 21, 34,
    37, 47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63,
];

/// How many coefficients of the file's order matter to a block of `side` pixels a side.
pub(super) const fn coefficients(side: usize) -> u32 {
    match side {
        1 => 1,
        2 => 5,
        4 => 25,
        _ => 64,
    }
}

/// Writes the block's pixels, `SIDE` rows of as many, to `pixels`, whose rows are `stride` apart.
#[inline(always)]
pub(super) fn write<const SIDE: usize>(
    block: &Block,
    quantization: &Quantization,
    pixels: &mut [u8],
    stride: usize,
) {
    match SIDE {
        1 => pixels[0] = one(block, quantization),
        2 => {
            let [top, bottom] = two(block, quantization);
            pixels[..2].copy_from_slice(&top);
            pixels[stride..][..2].copy_from_slice(&bottom);
        }
        4 => store(four(block, quantization), pixels, stride),
        _ => store(eight(block, quantization), pixels, stride),
    }
}

fn store<const SIDE: usize>(rows: [[u8; SIDE]; SIDE], pixels: &mut [u8], stride: usize) {
    for (row, pixels) in rows.iter().zip(pixels.chunks_mut(stride)) {
        pixels[..SIDE].copy_from_slice(row);
    }
}

/// A DC coefficient of zero is the middle of the range of pixels.
const MIDDLE: i32 = 128;

fn to_pixel(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

#[inline(always)]
fn coefficient(block: &Block, quantization: &Quantization, row: usize, column: usize) -> i32 {
    let index = ZIGZAG[8 * row + column];
    i32::from(block[index]) * i32::from(quantization[index])
}

#[inline(always)]
fn one(block: &Block, quantization: &Quantization) -> u8 {
    to_pixel((coefficient(block, quantization, 0, 0) + 8 * MIDDLE + 4) >> 3)
}

#[inline(always)]
fn two(block: &Block, quantization: &Quantization) -> [[u8; 2]; 2] {
    let at = |row, column| coefficient(block, quantization, row, column);
    let mean = at(0, 0) + 8 * MIDDLE + 4;
    let (left, right) = (mean + at(0, 1), mean - at(0, 1));
    let (left_slope, right_slope) = (at(1, 0) + at(1, 1), at(1, 0) - at(1, 1));
    let pixel = |sum: i32| to_pixel(sum >> 3);
    [
        [pixel(left + left_slope), pixel(right + right_slope)],
        [pixel(left - left_slope), pixel(right - right_slope)],
    ]
}

/// The transforms' factors are fixed-point numbers with this many binary places.
const FACTOR_BITS: u32 = 12;

/// How many of them are still there between the two passes.
const BETWEEN_BITS: u32 = 3;

const fn factor(value: f64) -> i32 {
    (value * (1 << FACTOR_BITS) as f64 + 0.5) as i32
}

/// Several columns, side by side.
type Lanes<const N: usize> = [i32; N];

#[inline(always)]
fn zip<const N: usize>(a: Lanes<N>, b: Lanes<N>, f: impl Fn(i32, i32) -> i32) -> Lanes<N> {
    std::array::from_fn(|lane| f(a[lane], b[lane]))
}

#[inline(always)]
fn sum<const N: usize>(a: Lanes<N>, b: Lanes<N>) -> Lanes<N> {
    zip(a, b, i32::wrapping_add)
}

#[inline(always)]
fn difference<const N: usize>(a: Lanes<N>, b: Lanes<N>) -> Lanes<N> {
    zip(a, b, i32::wrapping_sub)
}

#[inline(always)]
fn times<const N: usize>(a: Lanes<N>, factor: i32) -> Lanes<N> {
    a.map(|value| value.wrapping_mul(factor))
}

#[inline(always)]
fn transposed<const N: usize>(rows: [Lanes<N>; N]) -> [Lanes<N>; N] {
    std::array::from_fn(|column| std::array::from_fn(|row| rows[row][column]))
}

/// Transforms every lane's column of four: times √8, and with [`FACTOR_BITS`] more binary places.
#[inline(always)]
fn four_columns<const N: usize>([c0, c1, c2, c3]: [Lanes<N>; 4]) -> [Lanes<N>; 4] {
    /// √2 cos(π/8) and √2 sin(π/8)
    const COSINE: i32 = factor(1.306_562_964_876_376_5);
    const SINE: i32 = factor(0.541_196_100_146_197);
    let outer = times(sum(c0, c2), 1 << FACTOR_BITS);
    let inner = times(difference(c0, c2), 1 << FACTOR_BITS);
    let outer_slope = sum(times(c1, COSINE), times(c3, SINE));
    let inner_slope = difference(times(c1, SINE), times(c3, COSINE));
    [
        sum(outer, outer_slope),
        sum(inner, inner_slope),
        difference(inner, inner_slope),
        difference(outer, outer_slope),
    ]
}

/// Transforms every lane's column of eight: times √8, and with [`FACTOR_BITS`] more binary places.
#[inline(always)]
fn eight_columns<const N: usize>(c: [Lanes<N>; 8]) -> [Lanes<N>; 8] {
    /// √2 cos(kπ/16)
    const C1: i32 = factor(1.387_039_845_322_147_6);
    const C3: i32 = factor(1.175_875_602_419_358_7);
    const C5: i32 = factor(0.785_694_958_387_102_2);
    const C7: i32 = factor(0.275_899_379_282_943);
    // The even ones are a transform of half the length.
    let even = four_columns([c[0], c[2], c[4], c[6]]);
    let odd = |factors: [i32; 4]| {
        let [a, b, c, d] = [1, 3, 5, 7].map(|index: usize| c[index]);
        let [fa, fb, fc, fd] = factors;
        sum(sum(times(a, fa), times(b, fb)), sum(times(c, fc), times(d, fd)))
    };
    let odd = [
        odd([C1, C3, C5, C7]),
        odd([C3, -C7, -C1, -C5]),
        odd([C5, -C1, C7, C3]),
        odd([C7, -C5, C3, -C1]),
    ];
    std::array::from_fn(|row| {
        if row < 4 {
            sum(even[row], odd[row])
        } else {
            difference(even[7 - row], odd[7 - row])
        }
    })
}

#[inline(always)]
fn rounded<const N: usize, const M: usize>(rows: [Lanes<N>; M], bits: u32) -> [Lanes<N>; M] {
    rows.map(|row| row.map(|value| value.wrapping_add(1 << (bits - 1)) >> bits))
}

/// Both passes, the columns' first.
#[inline(always)]
fn two_passes<const N: usize>(
    coefficients: [Lanes<N>; N],
    columns: impl Fn([Lanes<N>; N]) -> [Lanes<N>; N],
) -> [[u8; N]; N] {
    let between = rounded(columns(coefficients), FACTOR_BITS - BETWEEN_BITS);
    let last = rounded(columns(transposed(between)), FACTOR_BITS + BETWEEN_BITS + 3);
    transposed(last).map(|row| row.map(|value| to_pixel(value.wrapping_add(MIDDLE))))
}

fn even_block(mean: i32) -> u8 {
    to_pixel((mean + 8 * MIDDLE + 4) >> 3)
}

#[inline(never)]
fn four(block: &Block, quantization: &Quantization) -> [[u8; 4]; 4] {
    let coefficients = std::array::from_fn(|row| {
        std::array::from_fn(|column| coefficient(block, quantization, row, column))
    });
    two_passes(coefficients, four_columns)
}

#[inline(never)]
fn eight(block: &Block, quantization: &Quantization) -> [[u8; 8]; 8] {
    if block[1..64].iter().all(|&coefficient| coefficient == 0) {
        return [[even_block(coefficient(block, quantization, 0, 0)); 8]; 8];
    }
    let coefficients = std::array::from_fn(|row| {
        std::array::from_fn(|column| coefficient(block, quantization, row, column))
    });
    two_passes(coefficients, eight_columns)
}
