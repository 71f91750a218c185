/**
 * What a FlatBuffer consists of. A node that occurs several times is written once.
 *
 * @typedef {Table | Vector | Tables} Node
 */

/** A table: its fields by their numbers in the schema; absent and undefined ones have their defaults. */
export class Table {
  /** @param {Record<number, Scalar | Node | undefined>} fields */
  constructor(fields) {
    this.fields = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([number, value]) => ({ number: Number(number), value }));
  }
}

/** A vector of scalars, or a string, which has a zero behind it. */
export class Vector {
  /**
   * @param {Uint8Array} bytes
   * @param {number} count of its elements
   * @param {number} alignment of the first of them, in bytes
   */
  constructor(bytes, count, alignment) {
    this.bytes = bytes;
    this.count = count;
    this.alignment = alignment;
  }

  /** @param {Int32Array | Float32Array | BigInt64Array | Int8Array} numbers in the byte order of this machine, little-endian */
  static of(numbers, alignment = numbers.BYTES_PER_ELEMENT) {
    const { buffer, byteOffset, byteLength } = numbers;
    return new Vector(new Uint8Array(buffer, byteOffset, byteLength), numbers.length, alignment);
  }

  static text(text) {
    const bytes = Buffer.from(`${text}\0`);
    return new Vector(bytes, bytes.length - 1, 1);
  }
}

/** A vector of tables. */
export class Tables {
  /** @param {Table[]} tables */
  constructor(tables) {
    this.tables = tables;
  }
}

/** A number in a table. */
class Scalar {
  constructor(bytes) {
    this.bytes = bytes;
  }
}

export const uint8 = (value) => new Scalar(Uint8Array.of(value));
export const int32 = (value) => new Scalar(new Uint8Array(Int32Array.of(value).buffer));
export const float32 = (value) => new Scalar(new Uint8Array(Float32Array.of(value).buffer));

const WORD = 4;
/** The largest alignment in a buffer. */
const MOST_ALIGNMENT = 16;

/**
 * The bytes of a FlatBuffer. The same nodes make the same bytes.
 *
 * @param {Table} root
 * @param {string} identifier of the file, four characters
 * @returns {Buffer}
 */
export function flatBuffer(root, identifier) {
  return new Writer().finish(root, identifier);
}

/**
 * Writes from the end of the buffer to its beginning, because offsets point forward: the target of
 * a reference is written before the table. A position is the distance from the end.
 */
class Writer {
  /** Last part first. */
  #parts = [];
  #size = 0;
  #places = new Map();
  #layouts = new Map();

  finish(root, identifier) {
    const place = this.#place(root);
    this.#align(2 * WORD, MOST_ALIGNMENT);
    this.#prepend(Buffer.from(identifier, 'latin1'));
    this.#prepend(word(this.#size + WORD - place));
    return Buffer.concat(this.#parts.reverse());
  }

  #place(node) {
    const known = this.#places.get(node);
    if (known !== undefined) return known;
    const write =
      node instanceof Table ? this.#table : node instanceof Tables ? this.#tables : this.#vector;
    const place = write.call(this, node);
    this.#places.set(node, place);
    return place;
  }

  #vector({ bytes, count, alignment }) {
    this.#align(bytes.length, Math.max(alignment, WORD));
    this.#prepend(bytes);
    this.#prepend(word(count));
    return this.#size;
  }

  #tables({ tables }) {
    // The first one in the file is the first one in the vector.
    const places = tables.toReversed().map((table) => this.#place(table));
    places.reverse();
    this.#align(WORD * tables.length, WORD);
    const end = this.#size;
    const offsets = places.map((place, index) =>
      word(end + WORD * (tables.length - index) - place),
    );
    this.#prepend(Buffer.concat(offsets));
    this.#prepend(word(tables.length));
    return this.#size;
  }

  #table({ fields }) {
    const isScalar = ({ value }) => value instanceof Scalar;
    const targets = new Map(
      fields
        .filter((field) => !isScalar(field))
        .reverse()
        .map(({ number, value }) => [number, this.#place(value)]),
    );
    // Bytes last: nothing after them needs alignment.
    const size = (field) => (isScalar(field) ? field.value.bytes.length : WORD);
    const inOrder = fields.toSorted((a, b) => size(b) - size(a));
    const layout = [];
    let length = WORD;
    for (const field of inOrder) {
      layout[field.number] = length;
      length += size(field);
    }
    const content = Buffer.alloc(length);
    this.#align(length, WORD);
    const place = this.#size + length;
    for (const field of fields) {
      const at = layout[field.number];
      if (isScalar(field)) content.set(field.value.bytes, at);
      else content.writeUInt32LE(place - at - targets.get(field.number), at);
    }
    const numbers = Uint16Array.of(
      ...[WORD + 2 * layout.length, length],
      ...Array.from(layout, (at) => at ?? 0),
    );
    const key = numbers.join();
    const shared = this.#layouts.get(key);
    // The table begins with the backward distance to its vtable.
    const begin = shared ?? place + numbers.byteLength + (numbers.byteLength % WORD);
    content.writeInt32LE(begin - place, 0);
    this.#prepend(content);
    if (shared === undefined) {
      this.#align(numbers.byteLength, WORD);
      this.#prepend(Buffer.from(numbers.buffer));
      this.#layouts.set(key, this.#size);
    }
    return place;
  }

  /** Pads so that the position is aligned after `length` more bytes. */
  #align(length, alignment) {
    const excess = (this.#size + length) % alignment;
    if (excess > 0) this.#prepend(Buffer.alloc(alignment - excess));
  }

  #prepend(bytes) {
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }
}

function word(value) {
  const bytes = Buffer.alloc(WORD);
  bytes.writeUInt32LE(value);
  return bytes;
}
