import { addon } from '../addon/native.js';
import { nativeCall } from '../support/errors.js';

import { HEADER_BYTES, leb128 } from './sections.js';

const CODE = 10;
/** Sections that are looked at; only custom ones can be so many, and a module may have millions of them. */
const MOST_SECTIONS = 10_000;

/** Modules with more code than this are compiled with few passes: docs/performance.md has the measurements. */
export const QUICK_CODE_BYTES = 1 << 20;

/** The optimization level that a module is compiled at where none is asked for. */
export async function optimizationOf(module: Uint8Array): Promise<1 | 3> {
  if (!hasMuchCode(module)) return 3;
  // Without them level 1 is LLVM's own, which is not faster by much.
  const { hasQuickPasses } = await nativeCall(() => addon().runtime());
  return hasQuickPasses ? 1 : 3;
}

/** Also of what has too many sections to be looked at. What is malformed is for the compiler to say. */
export function hasMuchCode(module: Uint8Array): boolean {
  let at = HEADER_BYTES;
  for (let count = 0; at < module.length; count++) {
    if (count === MOST_SECTIONS) return true;
    const size = leb128(module, at + 1);
    if (!size) return false;
    if (module[at] === CODE) return size.value > QUICK_CODE_BYTES;
    at = size.next + size.value;
  }
  return false;
}
