import { decodeBase64 } from './base64.js';
import { Problem } from './problem.js';

const HEAD = /^data:([^,]{0,1000}),/i;
const PICTURES = new Set([
  '',
  'image/jpeg',
  'image/jpg',
  'image/pjpeg',
  'application/octet-stream',
]);

/** Whether text says that it is a data URL. */
export function isDataUrl(text: string): boolean {
  return /^data:/i.test(text);
}

/**
 * Decodes a data URL (RFC 2397), with base64 or percent-encoded. White space in base64 is left out,
 * as browsers do.
 *
 * @throws {Problem} 400, or 415 for another media type than JPEG's.
 */
export function decodeDataUrl(text: string): Buffer {
  const head = HEAD.exec(text);
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
    throw new Problem(415, 'The data URL is of another media type than image/jpeg.');
  }
  const data = percentDecoded(text.slice(head[0].length).trimEnd());
  if (parameters.at(-1) !== 'base64') return Buffer.from(data, 'latin1');
  return decodeBase64(data.replace(/[ \t\r\n\f]+/g, ''), "The data URL's content");
}

/** The bytes as characters of the same number. */
function percentDecoded(data: string): string {
  const foreign = data.search(/[^\x20-\x7e\t\r\n\f]|%(?![0-9A-Fa-f]{2})/);
  if (foreign !== -1) {
    throw new Problem(
      400,
      `The data URL's content has a character at offset ${foreign} that must be percent-encoded.`,
    );
  }
  return data.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}
