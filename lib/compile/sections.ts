/** The header of a module: magic number and version. */
export const HEADER_BYTES = 8;

/** A section of a module: its content, and the whole section including ID and size. */
export interface Section {
  id: number;
  content: Uint8Array;
  whole: Uint8Array;
}

/**
 * The sections of a WebAssembly module; undefined if it is malformed, which the compiler reports.
 */
export function sectionsOf(module: Uint8Array): Section[] | undefined {
  const sections: Section[] = [];
  let at = HEADER_BYTES;
  while (at < module.length) {
    const size = leb128(module, at + 1);
    const end = size && size.next + size.value;
    if (!end || end > module.length) return undefined;
    sections.push({
      id: module[at] ?? 0,
      content: module.subarray(size.next, end),
      whole: module.subarray(at, end),
    });
    at = end;
  }
  return sections;
}

/** An unsigned 32-bit LEB128 number, as in WebAssembly's binary format. */
export function leb128(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let place = 0; place < 5; place++) {
    const byte = bytes[at + place];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return { value, next: at + place + 1 };
  }
  return undefined;
}
