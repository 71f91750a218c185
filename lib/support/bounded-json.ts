import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';

import { turn } from './loop-turns.js';

/** Beyond this many values an object costs many times its text, and its parsing blocks the loop. */
const MAX_VALUES = 20_000;
/** Texts from this size on are decoded by themselves, in slices. */
const LONG_TEXT = 1 << 10;
/** All but these: what is left for `JSON.parse` to read at once. */
const MAX_REST = 2 << 20;
/** What is read between two looks at the clock. */
const SLICE = 128 << 10;
/** What may be parsed without looking: its worst is a few milliseconds. */
const SMALL = 64 << 10;

const [QUOTE, BACKSLASH, SPACE, COMMA, COLON] = [0x22, 0x5c, 0x20, 0x2c, 0x3a];
const [OPEN_LIST, OPEN_OBJECT, LETTER_U] = [0x5b, 0x7b, 0x75];

/** A text within the JSON, its quotation marks left out. */
interface Range {
  start: number;
  end: number;
  /** Whether it is nothing but printable ASCII. */
  isPlain: boolean;
}

/**
 * Parses JSON that a stranger wrote, of any size, without holding the event loop: long texts are
 * decoded in slices, and what else there is has bounds: 20,000 values, and 2 MiB beside texts of
 * 1 KiB and more.
 *
 * @param payload Not to be changed until the promise settles.
 * @throws {TypeError} When it is not valid UTF-8.
 * @throws {SyntaxError} When it is not JSON.
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

/** A byte order mark is no part of the text. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/**
 * Takes the long texts out. What is left has a mark and a number for each; nobody can guess the
 * mark, so that no text of the payload's own is taken for one.
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
  /** Where what is not kept yet begins, and where the text that is being read does. */
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
    // In time, so that what has too much of it is refused before the rest is read.
    if (!text && at - from > SLICE) {
      keep(from, at);
      from = at;
    }
  }
  if (text) throw new SyntaxError('The JSON ends inside a string.');
  keep(from, bytes.length);
  return { rest: parts.join(''), longTexts, mark };
}

/** Whether the text that ends here is the name of a member. With much white space it may be one. */
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

/** The last place up to `end` that lies in no escape sequence and in no character. */
function wholeBefore(bytes: Buffer, start: number, end: number): number {
  for (let at = end - 1; at >= end - 5; at--) {
    if (bytes[at] !== BACKSLASH) continue;
    let first = at;
    while (first > start && bytes[first - 1] === BACKSLASH) first--;
    // Each pair of them is an escape sequence of its own.
    const begins = (at - first) % 2 === 0;
    const length = bytes[at + 1] === LETTER_U ? 6 : 2;
    if (begins && at + length > end) return at;
    break;
  }
  let whole = end;
  while (((bytes[whole] ?? 0) & 0xc0) === 0x80) whole--;
  return whole;
}
