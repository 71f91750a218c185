// Imported before everything else of the command: has Node.js keep the code that it makes of all that follows, where it
// can (from 22.8 on), and take it from there the next time. In the command alone, since it is a setting of the process.
import * as nodeModule from 'node:module';

import { ownCacheDirectory } from '../support/cache-directory.js';

/** Not among the types of the oldest Node.js. */
const { enableCompileCache } = nodeModule as {
  enableCompileCache?: (directory: string) => unknown;
};

if (enableCompileCache) {
  try {
    enableCompileCache(ownCacheDirectory('javascript'));
  } catch {
    // Without a folder of this user's it starts as it did.
  }
}
