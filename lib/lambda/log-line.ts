import { printable } from '../support/printable.js';

/** Of a text in the log; what is longer is cut. */
const MAX_TEXT = 4 << 10;

/** A value as one line of JSON: texts are cut, and nothing in them can forge a line. */
export function jsonLine(value: object): string {
  const json = JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'string' && each.length > MAX_TEXT ? `${each.slice(0, MAX_TEXT)}…` : each,
  );
  // JSON escapes some of what could; the rest stands within texts, and is escaped in its way.
  return printable(json, Infinity);
}

/** A text as one word of a line that is no JSON. */
export function plainWord(value: unknown): string {
  return printable(String(value), MAX_TEXT);
}

/** To the microsecond, so that log lines stay short. `begin` is of `performance.now()`. */
export function millisecondsSince(begin: number): number {
  return Math.round((performance.now() - begin) * 1000) / 1000;
}
