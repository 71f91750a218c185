import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';

import { turn } from './loop-turns.js';

/**
 * With more values than this, an object costs many times its text, and parsing it blocks the loop.
 */
const MAX_VALUES = 20_000;
/** Strings of this size or larger are decoded separately, in slices. */
const LONG_TEXT = 1 << 10;
/** Everything except these: the remainder, which `JSON.parse` reads at once. */
const MAX_REST = 2 << 20;
/** The number of bytes read between two checks of the clock. */
const SLICE = 128 << 10;
/** What may be parsed directly: in the worst case this takes a few milliseconds. */
const SMALL = 64 << 10;

const [QUOTE, BACKSLASH, SPACE, COMMA, COLON] = [0x22, 0x5c, 0x20, 0x2c, 0x3a];
const [OPEN_LIST, OPEN_OBJECT, LETTER_U] = [0x5b, 0x7b, 0x75];

/** A string within the JSON, without its quotation marks. */
interface Range {
  start: number;
  end: number;
  /** Whether it consists only of printable ASCII. */
  isPlain: boolean;
}

/**
 * Parses JSON from a stranger, of any size, without blocking the event loop: long strings are
 * decoded in slices, and everything else is bounded: 20,000 values, and 2 MiB apart from strings of
 * 1 KiB and more.
 *
 * @param payload Must not change until the promise settles.
 * @throws {TypeError} If it is not valid UTF-8.
 * @throws {SyntaxError} If it is not JSON.
 * @throws {RangeError} Beyond the bounds.
 */
export async function parseBoundedJson(payload: Uint8Array): Promise<unknown> {
  if (!isUtf8(payload)) throw new TypeError('The text is not valid UTF-8.');
  const bytes = withoutMark(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
  if (bytes.length <= SMALL) return JSON.parse(bytes.toString()) as unknown;
  const { rest, longTexts, mark } = await split(bytes);
  if (longTexts.length === 0) return JSON.parse(rest) as unknown;
  const decoded: string[] = [];
  for (const range of longTexts) decoded.push(await decodeText(bytes, range));
  await turn();
  return JSON.parse(rest, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark)
      ? decoded[Number(value.slice(mark.length))]
      : value,
  ) as unknown;
}

/** A byte order mark is not part of the text. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/**
 * Extracts the long strings. The remainder has a mark and a number for each; nobody can guess the
 * mark, so no string of the payload itself is mistaken for one.
 */
async function split(bytes: Buffer): Promise<{ rest: string; longTexts: Range[]; mark: string }> {
  const mark = `${randomUUID()}:`;
  const longTexts: Range[] = [];
  const parts: string[] = [];
  let size = 0;
  let values = 1;
  const keep = (start: number, end: number): void => {
    size += end - start;
    if (size > MAX_REST) {
      throw new RangeError(
        `The event has more than ${MAX_REST} bytes in addition to its long strings.`,
      );
    }
    parts.push(bytes.toString('utf8', start, end));
  };
  /** The start of what has not been kept yet, and of the string that is being read. */
  let from = 0;
  let text: Range | undefined;
  let at = 0;
  while (at < bytes.length) {
    await turn();
    const end = Math.min(at + SLICE, bytes.length);
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (!text) {
        if (byte === QUOTE) text = { start: at + 1, end: 0, isPlain: true };
        else if (byte === COMMA || byte === OPEN_LIST || byte === OPEN_OBJECT) values++;
        at++;
      } else if (byte === QUOTE) {
        text.end = at++;
        if (text.end - text.start >= LONG_TEXT && !isName(bytes, at)) {
          keep(from, text.start);
          parts.push(`${mark}${longTexts.length}`);
          longTexts.push(text);
          from = text.end;
        }
        text = undefined;
      } else if (byte === BACKSLASH) {
        text.isPlain = false;
        at += 2;
      } else {
        if (byte < SPACE) throw new SyntaxError(`Control character in a string at position ${at}.`);
        if (byte > 0x7f) text.isPlain = false;
        at++;
      }
    }
    if (values > MAX_VALUES) {
      throw new RangeError(`The event has more than ${MAX_VALUES} values.`);
    }
    // Checked along the way, so that a payload with too much of it is rejected before the rest is
    // read.
    if (!text && at - from > SLICE) {
      keep(from, at);
      from = at;
    }
  }
  if (text) throw new SyntaxError('The JSON ends inside a string.');
  keep(from, bytes.length);
  return { rest: parts.join(''), longTexts, mark };
}

/**
 * Whether the string that ends here is the name of a member. After much white space, it is assumed
 * to be one.
 */
function isName(bytes: Buffer, after: number): boolean {
  const most = after + 100;
  let at = after;
  while (at < most && isWhiteSpace(bytes[at])) at++;
  return at === most || bytes[at] === COLON;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === 9 || byte === 10 || byte === 13;
}

async function decodeText(bytes: Buffer, { start, end, isPlain }: Range): Promise<string> {
  await turn();
  if (isPlain) return bytes.toString('latin1', start, end);
  const pieces: string[] = [];
  for (let at = start; at < end;) {
    await turn();
    const cut = at + SLICE < end ? wholeBefore(bytes, at, at + SLICE) : end;
    pieces.push(JSON.parse(`"${bytes.toString('utf8', at, cut)}"`) as string);
    at = cut;
  }
  return pieces.join('');
}

/** The last position up to `end` that is not within an escape sequence or a character. */
function wholeBefore(bytes: Buffer, start: number, end: number): number {
  for (let at = end - 1; at >= end - 5; at--) {
    if (bytes[at] !== BACKSLASH) continue;
    let first = at;
    while (first > start && bytes[first - 1] === BACKSLASH) first--;
    // Each pair of backslashes is an escape sequence.
    const begins = (at - first) % 2 === 0;
    const length = bytes[at + 1] === LETTER_U ? 6 : 2;
    if (begins && at + length > end) return at;
    break;
  }
  let whole = end;
  while (((bytes[whole] ?? 0) & 0xc0) === 0x80) whole--;
  return whole;
}
