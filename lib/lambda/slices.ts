import { turn } from '../support/loop-turns.js';

/** Bytes that are read between two checks of the clock: a fraction of a millisecond's work. */
const SLICE = 64 << 10;

/**
 * The bytes of a body, in slices between which the event loop has its turn. Text becomes UTF-8.
 *
 * @param options Where it begins, and how long slices are. Bytes are never copied; those of a text
 *   share one buffer for all slices, unless they are kept.
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

/** The beginning of a body, with one character for each byte. */
export function startOf(content: string | Buffer, from: number, length: number): string {
  const end = from + length;
  return typeof content === 'string'
    ? content.slice(from, end)
    : content.toString('latin1', from, end);
}

/** A high surrogate, which must not be separated from the low one. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
