import { isUtf8 } from 'node:buffer';

import { HEADER_BYTES, leb128, sectionsOf } from './sections.js';

const CUSTOM = 0;

/**
 * The module without the sections that contain names of functions: the name section and debug
 * information; unchanged if it has none or is malformed, which the compiler reports.
 */
export function withoutNames(module: Uint8Array): Uint8Array {
  const sections = sectionsOf(module);
  if (!sections) return module;
  const kept = sections.filter(({ id, content }) => id !== CUSTOM || !hasNames(nameOf(content)));
  return Buffer.concat([module.subarray(0, HEADER_BYTES), ...kept.map(({ whole }) => whole)]);
}

/** By the name of a custom section; `.debug_str` and others are DWARF. */
function hasNames(section = ''): boolean {
  return section === 'name' || section.startsWith('.debug_');
}

function nameOf(section: Uint8Array): string | undefined {
  const size = leb128(section, 0);
  const name = size && section.subarray(size.next, size.next + size.value);
  return name && isUtf8(name) ? Buffer.from(name).toString() : undefined;
}
