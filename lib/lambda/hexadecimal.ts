import { alphabet, readDigits } from './digits.js';
import { Problem } from './problem.js';
import { startOf } from './slices.js';

/** Two digits a byte. */
export const HEXADECIMAL = alphabet('hex', ['0123456789abcdef', '0123456789ABCDEF'], {
  whiteSpace: ' \t\r\n',
});

/**
 * Decodes hexadecimal text: two digits a byte, either case, spaces, tabs and line breaks anywhere.
 *
 * @param from Where in `content` it begins.
 * @throws {Problem} 400.
 */
export async function decodeHexadecimal(content: string | Buffer, from: number): Promise<Buffer> {
  const { bytes, count } = await readDigits(content, from, HEXADECIMAL, (offset) => {
    const hint =
      startOf(content, from, 4) === '/9j/'
        ? ' It looks like base64: send it as a data URL (data:image/jpeg;base64,…) or as bytes.'
        : '';
    throw new Problem(
      400,
      `The body is neither JPEG bytes, nor a data URL, nor hexadecimal text: a foreign character ` +
        `at offset ${offset}.${hint}`,
    );
  });
  if (count % 2 !== 0) {
    throw new Problem(
      400,
      `The hexadecimal text has an odd number of digits (${count}): a byte has two.`,
    );
  }
  return bytes;
}
