import { alphabet, readDigits } from './digits.js';
import { Problem } from './problem.js';

const DIGITS = ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'];
const STRICT = alphabet('base64', DIGITS, { padding: '=' });
const LOOSE = alphabet('base64', DIGITS, { padding: '=', whiteSpace: ' \t\r\n\f' });

/**
 * Decodes base64 (RFC 4648, section 4) to the letter: its own alphabet, padded, no bits left over.
 * Node's decoder skips what it does not know.
 *
 * @param where What the text is, to begin a sentence with.
 * @param options Where in `content` it begins, and whether white space may stand anywhere in it.
 * @throws {Problem} 400.
 */
export async function decodeBase64(
  content: string | Buffer,
  where: string,
  { from = 0, whiteSpace = false } = {},
): Promise<Buffer> {
  const refuse = (why: string): never => {
    throw new Problem(400, `${where} is not valid base64: ${why}.`);
  };
  const { bytes, count, hasBitsLeft } = await readDigits(
    content,
    from,
    whiteSpace ? LOOSE : STRICT,
    (offset) => refuse(`unexpected character at offset ${offset}`),
  );
  if (count % 4 !== 0) refuse(`its length of ${count} is not a multiple of 4`);
  if (hasBitsLeft) refuse('its last group has unused bits that are not zero');
  return bytes;
}
