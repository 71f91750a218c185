/** Bytes that are read in parts: from a buffer, or from the addon's memory. */
export interface ByteSource {
  readonly size: number;
  /** Empty for ranges outside the source. */
  slice(begin: number, end: number): Buffer;
}

/** The bytes of a buffer. */
export function sourceOf(content: Uint8Array): ByteSource {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return { size: buffer.length, slice: (begin, end) => buffer.subarray(begin, end) };
}

/** The data are not a FlatBuffer, or damaged. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** Maximum length of a string; names are shorter. */
const MOST_TEXT_BYTES = 65_536;
/** Maximum number of elements of a vector of tables. */
const MOST_TABLES = 1_000_000;

/**
 * A table in an unchecked FlatBuffer: every offset is checked before it is followed, and anything
 * outside the bytes is {@link Damaged}. Fields are numbered as in the schema. An absent field is
 * undefined, or the given default.
 */
export class Table {
  readonly #source: ByteSource;
  readonly #at: number;
  readonly #fields: Buffer;

  private constructor(source: ByteSource, at: number) {
    this.#source = source;
    this.#at = at;
    const vtable = at - numberAt(source, at, 'readInt32LE');
    const size = numberAt(source, vtable, 'readUInt16LE');
    this.#fields = bytesAt(source, vtable, Math.max(size, 4)).subarray(4);
  }

  /** The root table of a FlatBuffer with this identifier. */
  static root(source: ByteSource, identifier: string): Table {
    if (source.slice(4, 8).toString('latin1') !== identifier) {
      throw new Damaged(`it lacks the identifier ${identifier}`);
    }
    return new Table(source, numberAt(source, 0, 'readUInt32LE'));
  }

  int8(field: number, fallback = 0): number {
    return this.#number(field, 'readInt8', fallback);
  }

  uint8(field: number, fallback = 0): number {
    return this.#number(field, 'readUInt8', fallback);
  }

  int32(field: number, fallback = 0): number {
    return this.#number(field, 'readInt32LE', fallback);
  }

  uint32(field: number, fallback = 0): number {
    return this.#number(field, 'readUInt32LE', fallback);
  }

  /** A 64-bit number; inexact beyond 2^53. */
  uint64(field: number, fallback = 0): number {
    const at = this.#place(field);
    return at === undefined ? fallback : Number(bytesAt(this.#source, at, 8).readBigUInt64LE());
  }

  text(field: number): string | undefined {
    const vector = this.#vector(field, 1, MOST_TEXT_BYTES);
    return vector && bytesAt(this.#source, vector.begin, vector.count).toString();
  }

  /** The bytes of a vector, as a separate source. */
  bytes(field: number): ByteSource | undefined {
    const vector = this.#vector(field, 1);
    if (!vector) return undefined;
    const { begin, count } = vector;
    return {
      size: count,
      slice: (from, to) =>
        this.#source.slice(begin + from, begin + Math.max(from, Math.min(to, count))),
    };
  }

  int32s(field: number, most = MOST_TABLES): number[] {
    return this.#numbers(field, 4, most, (bytes, offset) => bytes.readInt32LE(offset));
  }

  floats(field: number, most = MOST_TABLES): number[] {
    return this.#numbers(field, 4, most, (bytes, offset) => bytes.readFloatLE(offset));
  }

  table(field: number): Table | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : this.#tableAt(at);
  }

  /** Number of elements of a vector; 0 if it is absent. */
  count(field: number): number {
    return this.#vector(field, 4)?.count ?? 0;
  }

  /** The tables of a vector, read lazily. */
  *tables(field: number, most = MOST_TABLES): Generator<Table> {
    const vector = this.#vector(field, 4, most);
    if (!vector) return;
    for (let index = 0; index < vector.count; ++index) {
      yield this.#tableAt(vector.begin + 4 * index);
    }
  }

  /** A table of a vector; undefined if the index is out of range. */
  element(field: number, index: number): Table | undefined {
    const vector = this.#vector(field, 4);
    if (!vector || index < 0 || index >= vector.count) return undefined;
    return this.#tableAt(vector.begin + 4 * index);
  }

  #tableAt(at: number): Table {
    return new Table(this.#source, at + numberAt(this.#source, at, 'readUInt32LE'));
  }

  #place(field: number): number | undefined {
    const offset = 2 * field + 2 <= this.#fields.length ? this.#fields.readUInt16LE(2 * field) : 0;
    return offset === 0 ? undefined : this.#at + offset;
  }

  #number(field: number, read: NumberReader, fallback: number): number {
    const at = this.#place(field);
    return at === undefined ? fallback : numberAt(this.#source, at, read);
  }

  #numbers(
    field: number,
    size: number,
    most: number,
    read: (bytes: Buffer, offset: number) => number,
  ): number[] {
    const vector = this.#vector(field, size, most);
    if (!vector) return [];
    const bytes = bytesAt(this.#source, vector.begin, size * vector.count);
    return Array.from({ length: vector.count }, (_, index) => read(bytes, size * index));
  }

  #vector(
    field: number,
    size: number,
    most = Infinity,
  ): { begin: number; count: number } | undefined {
    const place = this.#place(field);
    if (place === undefined) return undefined;
    const at = place + numberAt(this.#source, place, 'readUInt32LE');
    const count = numberAt(this.#source, at, 'readUInt32LE');
    if (count > most) throw new Damaged(`it has a list of ${count} elements`);
    if (at + 4 + size * count > this.#source.size)
      throw new Damaged('a list extends beyond its end');
    return { begin: at + 4, count };
  }
}

type NumberReader = 'readInt8' | 'readUInt8' | 'readUInt16LE' | 'readInt32LE' | 'readUInt32LE';

const WIDEST_NUMBER = 4;

function numberAt(source: ByteSource, at: number, read: NumberReader): number {
  const bytes = at < 0 ? Buffer.alloc(0) : source.slice(at, at + WIDEST_NUMBER);
  try {
    return bytes[read](0);
  } catch {
    throw new Damaged('an offset is out of bounds');
  }
}

function bytesAt(source: ByteSource, at: number, size: number): Buffer {
  const bytes = at < 0 ? Buffer.alloc(0) : source.slice(at, at + size);
  if (bytes.length !== size) throw new Damaged('an offset is out of bounds');
  return bytes;
}
