import { isUtf8 } from 'node:buffer';

import { decodeBase64 } from './base64.js';
import { decodeDataUrl, isDataUrl } from './data-url.js';
import { decodeHexadecimal } from './hexadecimal.js';
import { firstFile, isMultipart } from './multipart.js';
import { FORMATS, isPicture, resemblance } from './picture-format.js';
import { Problem } from './problem.js';
import type { Body } from './request.js';
import { startOf } from './slices.js';

/** No two encodings of a body together need more: base64 of hexadecimal text with line breaks. */
const MAX_ENCODED_RATIO = 4;
const MAX_ENCODED_EXTRA = 64 << 10;

/**
 * The picture in a request's body. First the encoding of the transport is removed (base64), then
 * the contents are recognized: a picture's bytes, a form with a file, a data URL, otherwise
 * hexadecimal text. A large body is read in turns of the event loop.
 *
 * @param maxBytes Maximum size of the picture.
 * @throws {Problem} 400 for an invalid encoding, 413, 415 if it is not a picture.
 */
export async function pictureOf(
  { content, isBase64Encoded }: Body,
  contentType: string,
  maxBytes: number,
): Promise<Buffer> {
  if (content.length > maxBytes * MAX_ENCODED_RATIO + MAX_ENCODED_EXTRA) throw tooLarge(maxBytes);
  const body = isBase64Encoded
    ? await decodeBase64(content, 'The body')
    : withoutReplacements(content);
  if (body.length === 0) throw new Problem(400, `The body is empty: send a ${FORMATS}.`);
  const picture = await decoded(
    isMultipart(contentType) ? await firstFile(contentType, body, holdsPicture) : body,
  );
  if (picture.length > maxBytes) throw tooLarge(maxBytes);
  return picture;
}

/** The response for a picture beyond the limit. */
export function tooLarge(maxBytes: number): Problem {
  return new Problem(413, `The picture is larger than ${maxBytes} bytes.`);
}

/** Text that is not the result of decoding binary data as text. */
function withoutReplacements(content: string | Buffer): string | Buffer {
  if (typeof content === 'string' && content.includes('\ufffd')) {
    throw new Problem(
      415,
      'The body was handled as text on its way here, which changed its bytes. Binary bodies require a ' +
        'REST API with the binary media type image/jpeg (or */*), or an HTTP API.',
    );
  }
  return content;
}

async function decoded(content: string | Buffer): Promise<Buffer> {
  if (content.length === 0) throw new Problem(400, `The file is empty: send a ${FORMATS}.`);
  if (typeof content !== 'string' && isPicture(content)) return content;
  if (!isText(content)) throw noPicture(content);
  const begin = afterWhiteSpace(content);
  const bytes = isDataUrl(startOf(content, begin, 5))
    ? await decodeDataUrl(content, begin)
    : await decodeHexadecimal(content, begin);
  if (bytes.length === 0) throw new Problem(400, `The body is empty: send a ${FORMATS}.`);
  if (!isPicture(bytes)) throw noPicture(bytes);
  return bytes;
}

/** Beginnings of hexadecimal text of a picture. */
const HEXADECIMAL = /^\s*(?:ff\s*d8|89\s*50\s*4e|47\s*49\s*46|52\s*49\s*46|42\s*4d)/i;

/** Whether data with this beginning is a picture in one of the encodings. */
function holdsPicture(start: Buffer): boolean {
  const text = start.toString('latin1');
  return isPicture(start) || /^\s*data:/i.test(text) || HEXADECIMAL.test(text);
}

function isText(content: string | Buffer): boolean {
  if (typeof content !== 'string' && !isUtf8(content)) return false;
  // eslint-disable-next-line no-control-regex -- control characters identify binary data
  return !/[\0-\x08\x0e-\x1f]/.test(startOf(content, 0, 1024));
}

/** Where the text begins. A body that consists mostly of white space is not searched here. */
function afterWhiteSpace(content: string | Buffer): number {
  const start = startOf(content, 0, 1 << 10);
  return start.length - start.trimStart().length;
}

function noPicture(content: string | Buffer): Problem {
  const found = resemblance(content);
  const what = found === undefined ? '' : ` It looks like ${found}.`;
  return new Problem(415, `The body is not a ${FORMATS}.${what}`);
}
