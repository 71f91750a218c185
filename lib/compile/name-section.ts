import { isUtf8 } from 'node:buffer';

const HEADER_BYTES = 8;
const CUSTOM = 0;

/**
 * The module without its name section, where the names of functions are; as it is where it has none,
 * or is malformed, which is for the compiler to say.
 */
export function withoutNames(module: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [module.subarray(0, HEADER_BYTES)];
  let at = HEADER_BYTES;
  while (at < module.length) {
    const size = leb128(module, at + 1);
    const end = size && size.next + size.value;
    if (!end || end > module.length) return module;
    const content = module.subarray(size.next, end);
    if (module[at] !== CUSTOM || nameOf(content) !== 'name') kept.push(module.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

function nameOf(section: Uint8Array): string | undefined {
  const size = leb128(section, 0);
  const name = size && section.subarray(size.next, size.next + size.value);
  return name && isUtf8(name) ? Buffer.from(name).toString() : undefined;
}

function leb128(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let place = 0; place < 5; place++) {
    const byte = bytes[at + place];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return { value, next: at + place + 1 };
  }
  return undefined;
}
