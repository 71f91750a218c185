/** What would end a line, move a terminal's cursor, or turn the direction of what follows; and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const UNPRINTABLE_IN_LINES =
  /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text from outside, as a message or a line of a log may show it: what could forge a line is escaped
 * as in JSON (`\n`, `\u001b`), and a long one is cut and ends in `…`.
 *
 * @param text Any text: of a file, an option, a guest, a child process, a message.
 * @param limit Most UTF-16 code units of it.
 */
export function printable(text: string, limit = 200): string {
  return cut(text, limit, UNPRINTABLE);
}

/** The same, of at most so many code units with what was escaped, and with the `…`. */
export function printableWithin(text: string, limit: number): string {
  const escaped = printable(text, limit);
  if (escaped.length <= limit) return escaped;
  // Not within an escape or a character.
  return `${escaped.slice(0, limit - 1).replace(/\\(?:u[\da-f]{0,3})?$|[\ud800-\udbff]$/, '')}…`;
}

/** The same for text of several lines, an error's message above all: line feeds and tabs stay. */
export function printableLines(text: string, limit: number): string {
  return cut(text, limit, UNPRINTABLE_IN_LINES);
}

function cut(text: string, limit: number, unprintable: RegExp): string {
  const isCut = text.length > limit;
  const kept = isCut ? text.slice(0, limit).replace(/[\ud800-\udbff]$/, '') : text;
  const escaped = kept.replace(unprintable, escape);
  return isCut ? `${escaped}…` : escaped;
}

function escape(character: string): string {
  const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
