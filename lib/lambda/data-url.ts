import { decodeBase64 } from './base64.js';
import { FOREIGN } from './digits.js';
import { HEXADECIMAL } from './hexadecimal.js';
import { FORMATS } from './picture-format.js';
import { Problem } from './problem.js';
import { slicesOf, startOf } from './slices.js';

const HEAD = /^data:([^,]{0,1000}),/i;
const LONGEST_HEAD = 1006;
const PICTURES = new Set([
  '',
  'image/jpeg',
  'image/jpg',
  'image/pjpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/bmp',
  'image/x-ms-bmp',
  'application/octet-stream',
]);
const PERCENT = 0x25;
const SPACE = 0x20;

/** Whether text with this beginning is a data URL. */
export function isDataUrl(start: string): boolean {
  return /^data:/i.test(start);
}

/**
 * Decodes a data URL (RFC 2397), with base64 or percent-encoding. White space in base64 is ignored,
 * as in browsers.
 *
 * @param from Where it begins in `content`.
 * @throws {Problem} 400, or 415 for a media type other than those of the formats.
 */
export async function decodeDataUrl(content: string | Buffer, from: number): Promise<Buffer> {
  const head = HEAD.exec(startOf(content, from, LONGEST_HEAD));
  if (!head) {
    throw new Problem(
      400,
      'The data URL has no comma after its media type: data:image/jpeg;base64,…',
    );
  }
  const [type = '', ...parameters] = (head[1] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (!PICTURES.has(type)) {
    throw new Problem(415, `The media type of the data URL is not that of a ${FORMATS}.`);
  }
  const begin = from + head[0].length;
  const isBase64 = parameters.at(-1) === 'base64';
  const isPlain = isBase64 && content.indexOf('%', begin) === -1;
  const data = isPlain ? content : await percentDecoded(content, begin);
  if (!isBase64) return data as Buffer;
  return decodeBase64(data, "The data URL's content", {
    from: isPlain ? begin : 0,
    whiteSpace: true,
  });
}

async function percentDecoded(content: string | Buffer, from: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(content.length - from);
  const { values } = HEXADECIMAL;
  /** Number of bytes, and number of bytes up to the last that is not white space. */
  let [size, used] = [0, 0];
  /** State of the current escape sequence: missing digits, and its value so far. */
  let [missing, value] = [0, 0];
  let offset = 0;
  for await (const slice of slicesOf(content, { from })) {
    for (let at = 0; at < slice.length; at++, offset++) {
      const byte = slice[at] ?? 0;
      if (missing > 0) {
        const digit = values[byte] ?? FOREIGN;
        if (digit > 15) throw unencoded(offset + missing - 3);
        value = value * 16 + digit;
        if (--missing > 0) continue;
        bytes[size++] = value;
        used = size;
      } else if (byte === PERCENT) {
        [missing, value] = [2, 0];
      } else if (byte > SPACE && byte < 0x7f) {
        bytes[size++] = byte;
        used = size;
      } else if (isWhiteSpace(byte)) {
        bytes[size++] = byte;
      } else {
        throw unencoded(offset);
      }
    }
  }
  if (missing > 0) throw unencoded(offset + missing - 3);
  // White space at the end belongs to the text, not to the picture.
  return bytes.subarray(0, used);
}

function isWhiteSpace(byte: number): boolean {
  return byte === SPACE || byte === 9 || byte === 10 || byte === 12 || byte === 13;
}

function unencoded(offset: number): Problem {
  return new Problem(
    400,
    `The data URL's content has a character at offset ${offset} that must be percent-encoded.`,
  );
}
