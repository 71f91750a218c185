import { existsSync } from 'node:fs';
import path from 'node:path';

// Loaded by mocha before what TypeScript has compiled, whose absence mocha reports as a missing module.
if (!existsSync(path.join(import.meta.dirname, '../../build/test/support/cache.js'))) {
  console.error(
    "The tests have not been compiled yet. 'npm run watch' does it: wait until it has found 0 errors three times.",
  );
  process.exit(1);
}
