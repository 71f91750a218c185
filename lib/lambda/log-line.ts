import { printable } from '../support/printable.js';

/** Maximum length of a text in the log; longer ones are truncated. */
const MAX_TEXT = 4 << 10;

/** A value as one line of JSON: texts are truncated, and cannot forge a line. */
export function jsonLine(value: object): string {
  const json = JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'string' && each.length > MAX_TEXT ? `${each.slice(0, MAX_TEXT)}…` : each,
  );
  // JSON escapes some of these characters; the others occur inside strings, and are escaped in the
  // same way.
  return printable(json, Infinity);
}

/** A text as one word of a line that is not JSON. */
export function plainWord(value: unknown): string {
  return printable(String(value), MAX_TEXT);
}

/**
 * Rounded to microseconds, so that log lines stay short. `begin` comes from `performance.now()`.
 */
export function millisecondsSince(begin: number): number {
  return Math.round((performance.now() - begin) * 1000) / 1000;
}
