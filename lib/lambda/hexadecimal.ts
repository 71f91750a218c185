import { alphabet, readDigits } from './digits.js';
import { FORMATS, resemblance, START_LENGTH } from './picture-format.js';
import { Problem } from './problem.js';
import { startOf } from './slices.js';

/** Two digits per byte. */
export const HEXADECIMAL = alphabet('hex', ['0123456789abcdef', '0123456789ABCDEF'], {
  whiteSpace: ' \t\r\n',
});

/**
 * Decodes hexadecimal text: two digits per byte, in upper or lower case, with spaces, tabs and line
 * breaks anywhere.
 *
 * @param from Where it begins in `content`.
 * @throws {Problem} 400.
 */
export async function decodeHexadecimal(content: string | Buffer, from: number): Promise<Buffer> {
  const { bytes, count } = await readDigits(content, from, HEXADECIMAL, (offset) => {
    const found = resemblance(startOf(content, from, START_LENGTH));
    const remedy =
      found === 'base64 text' ? ': send it as a data URL (data:;base64,…) or as bytes.' : '.';
    const hint = found === undefined ? '' : ` It looks like ${found}${remedy}`;
    throw new Problem(
      400,
      `The body is not a ${FORMATS}, a data URL or hexadecimal text: unexpected character ` +
        `at offset ${offset}.${hint}`,
    );
  });
  if (count % 2 !== 0) {
    throw new Problem(400, `The hexadecimal text has an odd number of digits (${count}).`);
  }
  return bytes;
}
