import { slicesOf } from './slices.js';

// Values for characters that are not digits; digits have smaller values.
const WHITE_SPACE = 64;
const PADDING = 65;
/** None of these. */
export const FOREIGN = 128;

/** An alphabet of digits, indexed by ASCII code. */
export interface Alphabet {
  values: Uint8Array;
  bitsPerDigit: number;
  /** Node's own decoder, which is many times faster but skips unknown characters. */
  encoding: 'hex' | 'base64';
}

/** The result of reading. */
export interface Digits {
  bytes: Buffer;
  /** Numbers of digits and of padding characters after them. */
  count: number;
  /** Whether the last digits have non-zero bits that do not form a whole byte. */
  hasBitsLeft: boolean;
}

/**
 * Creates an alphabet.
 *
 * @param encoding One of the two encodings.
 * @param digits Digits by value; several strings if a value has several digits.
 * @param options White space that is allowed between them, and the padding of the last group.
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
 * @param from Where they begin in `content`.
 * @param refuse Called with the offset of the first invalid character, relative to `from`; must
 *   throw.
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
 * Decodes a slice of digits that form whole bytes with Node's decoder. Returns the number of bytes,
 * or 0 if it contains anything else.
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
  // It stops at the first character that is not a digit.
  return encoding === 'base64' || size * 2 === text.length ? size : 0;
}
