import { existsSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './paths.js';
import { skip } from './skip.js';

/** The folder of sample data; missing in a plain clone. */
export const DATA = path.resolve(ROOT, process.env['WASMEDGE_EMBED_DATA'] ?? '../shared/data');

/**
 * For tests that need the sample data: skips them if it is missing (they are counted and named as
 * pending), or fails them if WASMEDGE_EMBED_DATA_REQUIRED is set. Call it in a hook or a test.
 */
export function requireData(context: Mocha.Context): void {
  if (existsSync(path.join(DATA, 'photos'))) return;
  if (process.env['WASMEDGE_EMBED_DATA_REQUIRED']) {
    throw new Error(`The sample data is required and ${DATA} does not hold it.`);
  }
  skip(context, `no sample data in ${DATA}`);
}
