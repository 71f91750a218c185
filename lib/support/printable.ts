/**
 * Characters that end a line, move a terminal's cursor, or change the direction of text; and lone
 * surrogates.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const UNPRINTABLE_IN_LINES =
  /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text from outside, in a form for messages and log lines: what could forge a line is escaped as in
 * JSON (`\n`, `\u001b`), and a long text is truncated and ends with `…`.
 *
 * @param text Any text: from a file, an option, a guest, a child process, a message.
 * @param limit Maximum number of UTF-16 code units taken from it.
 */
export function printable(text: string, limit = 200): string {
  return cut(text, limit, UNPRINTABLE);
}

/** The same, but the limit applies to the result, including escapes and the `…`. */
export function printableWithin(text: string, limit: number): string {
  const escaped = printable(text, limit);
  if (escaped.length <= limit) return escaped;
  // Does not truncate within an escape or a character.
  return `${escaped.slice(0, limit - 1).replace(/\\(?:u[\da-f]{0,3})?$|[\ud800-\udbff]$/, '')}…`;
}

/**
 * The same for text with several lines, such as an error's message: line feeds and tabs are kept.
 */
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
