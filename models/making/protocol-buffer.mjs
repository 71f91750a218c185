/** A message of Protocol Buffers, written field by field. */
export class Message {
  #parts = [];

  /** @param {number} field @param {number} value 0 or more */
  integer(field, value) {
    this.#parts.push(varint(field * 8), varint(value));
    return this;
  }

  /** @param {number} field @param {string | Uint8Array} value */
  bytes(field, value) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.#parts.push(varint(field * 8 + 2), varint(bytes.length), bytes);
    return this;
  }

  /** @param {number} field @param {Message} message */
  message(field, message) {
    return this.bytes(field, message.toBytes());
  }

  /** Several values of one field, in order. */
  each(field, values, write) {
    for (const value of values) write.call(this, field, value);
    return this;
  }

  /** @returns {Buffer} */
  toBytes() {
    return Buffer.concat(this.#parts);
  }
}

function varint(value) {
  const bytes = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
