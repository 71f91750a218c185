import { turn } from '../support/loop-turns.js';

/** What is read between two looks at the clock: a fraction of a millisecond's work. */
const SLICE = 64 << 10;

/**
 * The bytes of a body, in slices between which the event loop has its turn. Text becomes UTF-8.
 *
 * @param options Where it begins, and how long slices are. Bytes are never copied; those of a text
 *   lie in the same memory for each slice unless they are to be kept.
 */
export async function* slicesOf(
  content: string | Buffer,
  { from = 0, size = SLICE, keep = false } = {},
): AsyncGenerator<Buffer, void, undefined> {
  const isText = typeof content === 'string';
  const longest = Math.min(size, content.length - from);
  const memory = isText && !keep ? Buffer.allocUnsafe(3 * longest) : undefined;
  for (let at = from; at < content.length;) {
    if (longest < content.length - from) await turn();
    let end = Math.min(at + size, content.length);
    if (isText) {
      if (isHighSurrogate(content.charCodeAt(end - 1)) && end - at > 1) end--;
      const text = content.slice(at, end);
      yield memory ? memory.subarray(0, memory.write(text)) : Buffer.from(text);
    } else {
      yield content.subarray(at, end);
    }
    at = end;
  }
}

/** How a body begins, a character for each byte. */
export function startOf(content: string | Buffer, from: number, length: number): string {
  const end = from + length;
  return typeof content === 'string'
    ? content.slice(from, end)
    : content.toString('latin1', from, end);
}

/** The first half of a character, which must not be parted from the second. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
