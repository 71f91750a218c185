import { Cursor, NotMangled, notTooLong } from './cursor.js';

const BASIC_TYPES: Record<string, string> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
};

const MAX_DEPTH = 64;

/**
 * `_RNvCs1234_5image6decode` (Rust RFC 2603): only the path, without generic arguments and hashes.
 */
export function rustV0Name(mangled: string): string | undefined {
  if (!/^_R[A-Z]/.test(mangled)) return undefined;
  return new Names(mangled).path(0);
}

class Names {
  readonly #cursor: Cursor;

  constructor(mangled: string) {
    this.#cursor = new Cursor(mangled, 2);
  }

  path(depth: number): string {
    return notTooLong(this.#anyPath(depth));
  }

  #anyPath(depth: number): string {
    const cursor = this.#cursor;
    bound(depth);
    switch (cursor.next()) {
      case 'C':
        return this.#identifier();
      case 'M': {
        this.#implPath(depth);
        return `<${this.#type(depth + 1)}>`;
      }
      case 'X': {
        this.#implPath(depth);
        const self = this.#type(depth + 1);
        return `<${self} as ${this.path(depth + 1)}>`;
      }
      case 'Y': {
        const self = this.#type(depth + 1);
        return `<${self} as ${this.path(depth + 1)}>`;
      }
      case 'N': {
        const namespace = cursor.next();
        const outer = this.path(depth + 1);
        const name = this.#identifier();
        if (/[a-z]/.test(namespace)) return name === '' ? outer : `${outer}::${name}`;
        const kind = namespace === 'C' ? 'closure' : namespace === 'S' ? 'shim' : namespace;
        return `${outer}::{${name === '' ? kind : `${kind}:${name}`}}`;
      }
      case 'I': {
        const generic = this.path(depth + 1);
        while (!cursor.skip('E')) this.#genericArgument(depth + 1);
        return generic;
      }
      case 'B':
        return this.#back((names) => names.path(depth + 1));
      default:
        throw new NotMangled();
    }
  }

  #implPath(depth: number): void {
    this.#disambiguator();
    this.path(depth + 1);
  }

  #genericArgument(depth: number): void {
    if (this.#cursor.skip('L')) this.#base62();
    else if (this.#cursor.skip('K')) this.#constant(depth + 1);
    else this.#type(depth + 1);
  }

  #type(depth: number): string {
    return notTooLong(this.#anyType(depth));
  }

  #anyType(depth: number): string {
    const cursor = this.#cursor;
    bound(depth);
    const start = cursor.at;
    const tag = cursor.next();
    const basic = BASIC_TYPES[tag];
    if (basic !== undefined) return basic;
    switch (tag) {
      case 'A': {
        const element = this.#type(depth + 1);
        this.#constant(depth + 1);
        return `[${element}; _]`;
      }
      case 'S':
        return `[${this.#type(depth + 1)}]`;
      case 'T': {
        return `(${this.#list(', ', () => this.#type(depth + 1))})`;
      }
      case 'R':
      case 'Q': {
        if (cursor.skip('L')) this.#base62();
        return `&${tag === 'Q' ? 'mut ' : ''}${this.#type(depth + 1)}`;
      }
      case 'P':
        return `*const ${this.#type(depth + 1)}`;
      case 'O':
        return `*mut ${this.#type(depth + 1)}`;
      case 'F':
        this.#signature(depth + 1);
        return 'fn';
      case 'D':
        return this.#dynamic(depth + 1);
      case 'B':
        return this.#back((names) => names.#type(depth + 1));
      default:
        cursor.at = start;
        return this.path(depth + 1);
    }
  }

  /** Everything up to an `E`. */
  #list(separator: string, read: () => string): string {
    let list = '';
    while (!this.#cursor.skip('E')) list = notTooLong(list + (list && separator) + read());
    return list;
  }

  #signature(depth: number): void {
    const cursor = this.#cursor;
    if (cursor.skip('G')) this.#base62();
    cursor.skip('U');
    if (cursor.skip('K') && !cursor.skip('C')) this.#undisambiguated();
    while (!cursor.skip('E')) this.#type(depth + 1);
    this.#type(depth + 1);
  }

  #dynamic(depth: number): string {
    const cursor = this.#cursor;
    if (cursor.skip('G')) this.#base62();
    const traits = this.#list(' + ', () => {
      const trait = this.path(depth + 1);
      while (cursor.skip('p')) {
        this.#undisambiguated();
        this.#type(depth + 1);
      }
      return trait;
    });
    if (!cursor.skip('L')) throw new NotMangled();
    this.#base62();
    return `dyn ${traits}`;
  }

  #constant(depth: number): void {
    const cursor = this.#cursor;
    if (cursor.skip('B')) {
      this.#base62();
      return;
    }
    if (cursor.skip('p')) return;
    this.#type(depth + 1);
    cursor.skip('n');
    while (/[\da-f]/.test(cursor.peek())) cursor.next();
    if (!cursor.skip('_')) throw new NotMangled();
  }

  #identifier(): string {
    this.#disambiguator();
    return this.#undisambiguated();
  }

  #disambiguator(): void {
    if (this.#cursor.skip('s')) this.#base62();
  }

  #undisambiguated(): string {
    const isPunycode = this.#cursor.skip('u');
    const length = this.#cursor.number();
    this.#cursor.skip('_');
    const bytes = this.#cursor.take(length);
    return isPunycode ? `punycode{${bytes}}` : bytes;
  }

  #base62(): number {
    const cursor = this.#cursor;
    if (cursor.skip('_')) return 0;
    let value = 0;
    for (let digit = cursor.next(); digit !== '_'; digit = cursor.next()) {
      const place = DIGITS.indexOf(digit);
      if (place < 0 || value > 1e6) throw new NotMangled();
      value = value * 62 + place;
    }
    return value + 1;
  }

  /** What is at an earlier offset, counted from after `_R`. */
  #back<T>(read: (names: Names) => T): T {
    const cursor = this.#cursor;
    const here = cursor.at - 1;
    const place = this.#base62() + 2;
    if (place >= here) throw new NotMangled();
    const after = cursor.at;
    cursor.at = place;
    const found = read(this);
    cursor.at = after;
    return found;
  }
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function bound(depth: number): void {
  if (depth > MAX_DEPTH) throw new NotMangled();
}
