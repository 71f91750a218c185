import { sectionsOf } from './sections.js';

const CODE = 10;

/** Modules with more code than this are compiled by few passes: docs/performance.md has the measurements. */
export const QUICK_CODE_BYTES = 1 << 20;

/** The optimization level that a module is compiled at where none is asked for. */
export function optimizationOf(module: Uint8Array): 1 | 3 {
  let bytes = 0;
  for (const { id, content } of sectionsOf(module) ?? []) if (id === CODE) bytes += content.length;
  return bytes > QUICK_CODE_BYTES ? 1 : 3;
}
