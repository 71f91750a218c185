import { Cursor, NotMangled, notTooLong } from './cursor.js';

/** Abbreviations for the standard library. */
const STANDARD: Record<string, string> = {
  t: 'std',
  a: 'std::allocator',
  b: 'std::basic_string',
  s: 'std::string',
  i: 'std::istream',
  o: 'std::ostream',
  d: 'std::iostream',
};

const OPERATORS: Record<string, string> = {
  nw: ' new',
  na: ' new[]',
  dl: ' delete',
  da: ' delete[]',
  cl: '()',
  ix: '[]',
  eq: '==',
  ne: '!=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
  aS: '=',
  pl: '+',
  mi: '-',
  ml: '*',
  dv: '/',
  rm: '%',
  pL: '+=',
  mI: '-=',
  mL: '*=',
  dV: '/=',
  ls: '<<',
  rs: '>>',
  pp: '++',
  mm: '--',
  pt: '->',
  de: '*',
  ad: '&',
  an: '&',
  or: '|',
  nt: '!',
  co: '~',
  aa: '&&',
  oo: '||',
};

const MAX_DEPTH = 64;

/**
 * `_ZN5image6decodeERKSs` (Itanium C++ ABI, 5.1): only the name, without parameters, template
 * arguments and results.
 */
export function itaniumName(mangled: string): string | undefined {
  // An operator that belongs to no class begins with two lower-case letters.
  const isName = /^_Z[A-Z\d]/.test(mangled);
  const isOperator = mangled.startsWith('_Z') && OPERATORS[mangled.slice(2, 4)] !== undefined;
  if (!isName && !isOperator) return undefined;
  return encoding(new Cursor(mangled, 2), 0);
}

function encoding(cursor: Cursor, depth: number): string {
  return notTooLong(anyEncoding(cursor, depth));
}

function anyEncoding(cursor: Cursor, depth: number): string {
  if (depth > MAX_DEPTH) throw new NotMangled();
  if (cursor.skip('N')) return nested(cursor, depth);
  if (cursor.skip('Z')) {
    const outer = encoding(cursor, depth + 1);
    skipTo(cursor);
    if (cursor.skip('s')) return outer;
    cursor.skip('d');
    return `${outer}::${encoding(cursor, depth + 1)}`;
  }
  if (cursor.skip('St')) return `std::${part(cursor, '')}`;
  cursor.skip('L');
  return part(cursor, '');
}

function nested(cursor: Cursor, depth: number): string {
  while (/[rVKRO]/.test(cursor.peek())) cursor.next();
  const parts: string[] = [];
  while (!cursor.skip('E')) {
    cursor.step();
    // Each constructor repeats the name of its class.
    if (parts.length > MAX_DEPTH) throw new NotMangled();
    if (cursor.skip('I')) {
      skipTo(cursor);
    } else if (cursor.skip('S')) {
      const kind = cursor.next();
      const known = STANDARD[kind];
      if (known !== undefined) parts.push(known);
      else if (kind !== '_') while (cursor.next() !== '_');
    } else if (cursor.skip('B')) {
      cursor.take(cursor.number());
    } else if (cursor.skip('T')) {
      while (cursor.next() !== '_');
    } else if (cursor.skip('Z')) {
      cursor.at--;
      parts.push(encoding(cursor, depth + 1));
    } else {
      cursor.skip('L');
      parts.push(part(cursor, parts.at(-1) ?? ''));
    }
  }
  if (parts.length === 0) throw new NotMangled();
  return parts.join('::');
}

/** A name without its scope; `outer` is the class of a constructor. */
function part(cursor: Cursor, outer: string): string {
  if (/\d/.test(cursor.peek())) {
    const name = cursor.take(cursor.number());
    return name.startsWith('_GLOBAL__N') ? '(anonymous namespace)' : name;
  }
  const two = cursor.next() + cursor.next();
  if (/^[CD][\dI]$/.test(two)) return (two.startsWith('D') ? '~' : '') + outer;
  if (two === 'Ul') {
    skipTo(cursor);
    while (cursor.next() !== '_');
    return '{lambda}';
  }
  if (two === 'Ut') {
    while (cursor.next() !== '_');
    return '{unnamed}';
  }
  const operator = OPERATORS[two];
  if (operator === undefined) throw new NotMangled();
  return `operator${operator}`;
}

/**
 * Skips to the end of what was opened, including everything in it: names are preceded by their
 * lengths.
 */
function skipTo(cursor: Cursor): void {
  for (let open = 1; open > 0;) {
    const character = cursor.peek();
    if (/\d/.test(character)) {
      cursor.take(cursor.number());
      continue;
    }
    cursor.next();
    if (character === 'E') {
      open--;
    } else if (character === 'L') {
      skipLiteral(cursor);
    } else if (character === 'S') {
      // The letters of an abbreviation do not open anything.
      if (STANDARD[cursor.peek()] !== undefined) cursor.next();
      else while (cursor.next() !== '_');
    } else if (character === 'T') {
      while (cursor.next() !== '_');
    } else if (character === 'D') {
      if (/[tT]/.test(cursor.next())) open++;
    } else if (/[NIXJFZ]/.test(character)) {
      open++;
    }
  }
}

/** `Lj5E`, `LZ…E`: a type and a number, or a name. */
function skipLiteral(cursor: Cursor): void {
  if (cursor.skip('_Z')) {
    skipTo(cursor);
    return;
  }
  if (/\d/.test(cursor.peek())) cursor.take(cursor.number());
  else cursor.next();
  while (!cursor.skip('E')) cursor.next();
}
