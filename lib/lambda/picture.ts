import { isUtf8 } from 'node:buffer';

import { decodeBase64 } from './base64.js';
import { decodeDataUrl, isDataUrl } from './data-url.js';
import { decodeHexadecimal } from './hexadecimal.js';
import { firstFile, isMultipart, tooLarge } from './multipart.js';
import { Problem } from './problem.js';
import type { Request } from './request.js';

/** Of a body's encodings no two in a row need more: base64 of hexadecimal text with line breaks. */
const MAX_ENCODED_RATIO = 4;
const MAX_ENCODED_EXTRA = 64 << 10;

/** How other pictures begin, for the sake of the message. Bytes as Latin-1; dots stand for any. */
const OTHER_PICTURES: readonly (readonly [RegExp, string])[] = [
  [/^\x89PNG/, 'a PNG'],
  [/^GIF8/, 'a GIF'],
  [/^RIFF.{4}WEBP/s, 'a WebP'],
  [/^.{4}ftyp(?:avif|avis)/s, 'an AVIF'],
  [/^.{4}ftyp(?:heic|heix|mif1|msf1)/s, 'a HEIC'],
  [/^(?:II\*\0|MM\0\*)/, 'a TIFF'],
  [/^BM/, 'a BMP'],
  [/^%PDF/, 'a PDF'],
];

/**
 * The JPEG in a request's body: first what the transport did to it (base64), then what it holds:
 * JPEG bytes, a form with a file, a data URL, else hexadecimal text.
 *
 * @param maxBytes Of the picture.
 * @throws {Problem} 400 for an encoding that is wrong anywhere, 413, 415 for what is no JPEG.
 */
export async function pictureOf(request: Request, maxBytes: number): Promise<Buffer> {
  if (request.body.length > maxBytes * MAX_ENCODED_RATIO + MAX_ENCODED_EXTRA) {
    throw tooLarge(maxBytes);
  }
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new Problem(415, 'The body is compressed: send it without Content-Encoding.', {
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const body = transported(request);
  if (body.length === 0) {
    throw new Problem(400, 'The body is empty: send a JPEG.');
  }
  const contentType = request.headers.get('content-type') ?? '';
  const content = isMultipart(contentType) ? await firstFile(contentType, body, maxBytes) : body;
  const picture = decoded(content);
  if (picture.length > maxBytes) throw tooLarge(maxBytes);
  return picture;
}

/** The bytes that the client sent. */
function transported({ body, isBase64Encoded }: Request): Buffer {
  if (isBase64Encoded) return decodeBase64(body, 'The body');
  if (body.includes('\ufffd')) {
    throw new Problem(
      415,
      'The body was taken for text on its way and its bytes were replaced. Binary bodies need a ' +
        'REST API with the binary media type image/jpeg (or */*), or an HTTP API.',
    );
  }
  return Buffer.from(body);
}

function decoded(content: Buffer): Buffer {
  if (isJpeg(content)) return content;
  if (content.length === 0) throw new Problem(400, 'The file is empty: send a JPEG.');
  if (!isText(content)) throw noJpeg(content);
  // One character a byte: Node's decoder of hexadecimal digits takes larger ones modulo 256.
  const text = content.toString('latin1').trimStart();
  const bytes = isDataUrl(text) ? decodeDataUrl(text) : decodeHexadecimal(text);
  if (bytes.length === 0) throw new Problem(400, 'The body is empty: send a JPEG.');
  if (!isJpeg(bytes)) throw noJpeg(bytes);
  return bytes;
}

/** Marker SOI, with which every JPEG file begins. */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

function isText(bytes: Buffer): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what sets binary data apart
  return isUtf8(bytes) && !/[\0-\x08\x0e-\x1f]/.test(bytes.toString('latin1', 0, 1024));
}

function noJpeg(bytes: Buffer): Problem {
  const start = bytes.toString('latin1', 0, 16);
  const found = OTHER_PICTURES.find(([pattern]) => pattern.test(start))?.[1];
  const what = found === undefined ? '' : ` It looks like ${found}.`;
  return new Problem(415, `The body is no JPEG: it does not begin with FF D8.${what}`);
}
