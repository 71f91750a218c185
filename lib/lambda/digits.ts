import { slicesOf } from './slices.js';

// What stands for a character that is no digit; digits are below.
const WHITE_SPACE = 64;
const PADDING = 65;
/** Neither of these. */
export const FOREIGN = 128;

/** An alphabet of digits, by the bytes of ASCII. */
export interface Alphabet {
  values: Uint8Array;
  bitsPerDigit: number;
  /** Node's own decoder of it, many times faster, which skips what it does not know. */
  encoding: 'hex' | 'base64';
}

/** What was read. */
export interface Digits {
  bytes: Buffer;
  /** Digits, and padding after them. */
  count: number;
  /** Whether the last digits have bits, other than zeros, that make no whole byte. */
  hasBitsLeft: boolean;
}

/**
 * Makes an alphabet.
 *
 * @param encoding Of the two that there are.
 * @param digits By value; several strings where a value has several digits.
 * @param options White space that may stand between them, and what fills up the last group.
 */
export function alphabet(
  encoding: Alphabet['encoding'],
  digits: readonly string[],
  { whiteSpace = '', padding = '' } = {},
): Alphabet {
  const values = new Uint8Array(256).fill(FOREIGN);
  for (const each of whiteSpace) values[each.charCodeAt(0)] = WHITE_SPACE;
  for (const each of padding) values[each.charCodeAt(0)] = PADDING;
  for (const each of digits) {
    for (let value = 0; value < each.length; value++) values[each.charCodeAt(value)] = value;
  }
  return { values, encoding, bitsPerDigit: encoding === 'hex' ? 4 : 6 };
}

/**
 * Reads digits up to the end.
 *
 * @param from Where in `content` they begin.
 * @param refuse Told how far behind that the first foreign character is; must throw.
 */
export async function readDigits(
  content: string | Buffer,
  from: number,
  { values, bitsPerDigit, encoding }: Alphabet,
  refuse: (offset: number) => never,
): Promise<Digits> {
  const bytes = Buffer.allocUnsafe(Math.ceil(((content.length - from) * bitsPerDigit) / 8));
  let [size, count, bits, bitCount, padding, offset] = [0, 0, 0, 0, 0, 0];
  for await (const slice of slicesOf(content, { from })) {
    const decoded =
      bitCount === 0 && padding === 0 ? decodeAtOnce(slice, encoding, bytes, size) : 0;
    if (decoded > 0) {
      size += decoded;
      count += slice.length;
      offset += slice.length;
      continue;
    }
    for (let at = 0; at < slice.length; at++) {
      const value = values[slice[at] ?? 0] ?? FOREIGN;
      if (value < WHITE_SPACE) {
        if (padding > 0) refuse(offset + at);
        count++;
        bits = (bits << bitsPerDigit) | value;
        bitCount += bitsPerDigit;
        if (bitCount >= 8) {
          bitCount -= 8;
          bytes[size++] = bits >> bitCount;
          bits &= (1 << bitCount) - 1;
        }
      } else if (value === PADDING && padding < 2) padding++;
      else if (value !== WHITE_SPACE) refuse(offset + at);
    }
    offset += slice.length;
  }
  return { bytes: bytes.subarray(0, size), count: count + padding, hasBitsLeft: bits !== 0 };
}

/**
 * Has Node's decoder decode a slice of nothing but digits that make whole bytes. Gives how many
 * bytes; 0 where there is anything else in it.
 */
function decodeAtOnce(
  slice: Buffer,
  encoding: Alphabet['encoding'],
  bytes: Buffer,
  at: number,
): number {
  const text = slice.toString('latin1');
  if (encoding === 'base64' && (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(text))) return 0;
  const size = bytes.write(text, at, encoding);
  // It stops at the first digit that is none.
  return encoding === 'base64' || size * 2 === text.length ? size : 0;
}
