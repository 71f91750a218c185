import { alphabet, readDigits } from './digits.js';
import { Problem } from './problem.js';

const DIGITS = ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'];
const STRICT = alphabet('base64', DIGITS, { padding: '=' });
const LOOSE = alphabet('base64', DIGITS, { padding: '=', whiteSpace: ' \t\r\n\f' });

/**
 * Decodes base64 (RFC 4648, section 4) strictly: only its own alphabet, padded, without leftover
 * bits. Node's decoder skips unknown characters.
 *
 * @param where What the text is, to begin a sentence with.
 * @param options Where the text begins in `content`, and whether white space is allowed in it.
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
