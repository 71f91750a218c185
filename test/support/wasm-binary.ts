/** A number as unsigned LEB128. */
export function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push((value % 128) + (rest > 0 ? 128 : 0));
    value = rest;
  } while (value > 0);
  return Buffer.from(bytes);
}

/** Bytes preceded by their length. */
export function sized(...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([unsigned(content.length), content]);
}

/** The sections of a module by their number in the binary format. */
export const SECTION = {
  types: 1,
  imports: 2,
  functions: 3,
  tables: 4,
  memories: 5,
  exports: 7,
  code: 10,
  data: 11,
} as const;

/** A module with these sections, for what is too large or too wrong to be written as text. */
export function wasmModule(
  ...sections: readonly (readonly [id: number, content: Uint8Array])[]
): Buffer {
  const header = Buffer.from('\0asm\x01\0\0\0', 'latin1');
  const parts = sections.map(([id, content]) => Buffer.concat([Buffer.from([id]), sized(content)]));
  return Buffer.concat([header, ...parts]);
}

/** A module with one function `f` () -> i32 with this code, which lacks the final `end`. */
export function functionModule(
  code: Uint8Array,
  locals: Uint8Array = Buffer.from([0]),
  ...others: readonly (readonly [id: number, content: Uint8Array])[]
): Buffer {
  const end = Buffer.from([0x0b]);
  const all: (readonly [number, Uint8Array])[] = [
    [SECTION.types, Buffer.from([1, 0x60, 0, 1, 0x7f])],
    [SECTION.functions, Buffer.from([1, 0])],
    [SECTION.exports, Buffer.from([1, 1, 0x66, 0, 0])],
    [SECTION.code, Buffer.concat([Buffer.from([1]), sized(locals, code, end)])],
    ...others,
  ];
  return wasmModule(...all.sort(([left], [right]) => left - right));
}
