import { addon } from '../addon/native.js';
import { nativeCall } from '../support/errors.js';

import { HEADER_BYTES, leb128 } from './sections.js';

const CODE = 10;
/**
 * The number of sections that are examined; only custom sections can be more, and a module may have
 * millions of them.
 */
const MOST_SECTIONS = 10_000;

/**
 * Modules with more code than this are compiled with few passes: docs/performance.md has the
 * measurements.
 */
export const QUICK_CODE_BYTES = 1 << 20;

/** The default optimization level for a module. */
export async function optimizationOf(module: Uint8Array): Promise<1 | 3> {
  if (!hasMuchCode(module)) return 3;
  // Otherwise level 1 is LLVM's own, which is not much faster.
  const { hasQuickPasses } = await nativeCall(() => addon().runtime());
  return hasQuickPasses ? 1 : 3;
}

/** Also true if there are too many sections to examine. The compiler reports malformed modules. */
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
