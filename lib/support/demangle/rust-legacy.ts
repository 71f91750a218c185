import { Cursor, NotMangled } from './cursor.js';

/** How `rustc` encodes characters that symbols may not contain. */
const ESCAPES: Record<string, string> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

/** `_ZN5image6decode17h0123456789abcdefE`: a path whose last part is a hash, which is omitted. */
export function rustLegacyName(mangled: string): string | undefined {
  if (!/^_ZN[^]*17h[\da-f]{16}E/.test(mangled)) return undefined;
  const cursor = new Cursor(mangled, 3);
  const parts: string[] = [];
  while (!cursor.skip('E')) parts.push(cursor.take(cursor.number()));
  if (!/^h[\da-f]{16}$/.test(parts.pop() ?? '') || parts.length === 0) throw new NotMangled();
  return parts.map(decoded).join('::');
}

function decoded(part: string): string {
  return part
    .replace(/^_(?=\$)/, '')
    .replace(/\$([A-Z]{1,2}|u[\da-f]{1,6})\$/g, (all, code: string) => {
      if (!code.startsWith('u')) return ESCAPES[code] ?? all;
      const point = parseInt(code.slice(1), 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : all;
    })
    .replaceAll('..', '::');
}
