import { Problem } from './problem.js';

/**
 * Decodes base64 (RFC 4648, section 4) to the letter: its own alphabet, padded, no bits left over.
 * Node's decoder skips what it does not know.
 *
 * @param where What the text is, to begin a sentence with.
 * @throws {Problem} 400.
 */
export function decodeBase64(text: string, where: string): Buffer {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const foreign = text.search(/[^A-Za-z0-9+/]/);
  if (foreign !== -1 && foreign < digits) {
    throw new Problem(400, `${where} is no base64: a foreign character at offset ${foreign}.`);
  }
  if (text.length % 4 !== 0) {
    throw new Problem(
      400,
      `${where} is no base64: its ${text.length} characters are no multiple of 4.`,
    );
  }
  const bytes = Buffer.from(text, 'base64');
  // What the last group says must be what its bytes are written as, all bits counted.
  if (padding > 0 && bytes.toString('base64', bytes.length - (3 - padding)) !== text.slice(-4)) {
    throw new Problem(
      400,
      `${where} is no base64: its last group has bits that belong to no byte.`,
    );
  }
  return bytes;
}
