import { Problem } from './problem.js';

/**
 * Decodes hexadecimal text: two digits a byte, either case, spaces, tabs and line breaks anywhere.
 *
 * @param text Of characters below 256.
 * @throws {Problem} 400.
 */
export function decodeHexadecimal(text: string): Buffer {
  // Node's decoder stops where it understands no more: here, it has understood everything.
  const bytes = Buffer.from(text, 'hex');
  if (bytes.length * 2 === text.length) return bytes;
  const foreign = text.search(/[^0-9A-Fa-f \t\r\n]/);
  if (foreign !== -1) {
    const hint = text.startsWith('/9j/')
      ? ' It looks like base64: send it as a data URL (data:image/jpeg;base64,…) or as bytes.'
      : '';
    throw new Problem(
      400,
      `The body is neither JPEG bytes, nor a data URL, nor hexadecimal text: a foreign character ` +
        `at offset ${foreign}.${hint}`,
    );
  }
  const digits = text.replace(/[ \t\r\n]+/g, '');
  if (digits.length % 2 !== 0) {
    throw new Problem(
      400,
      `The hexadecimal text has an odd number of digits (${digits.length}): a byte has two.`,
    );
  }
  return Buffer.from(digits, 'hex');
}
