import path from 'node:path';

import { ROOT } from './paths.js';

// Loaded before the tests: they do not touch the user's own cache, and neither do the processes
// that they start.
process.env['WASMEDGE_EMBED_CACHE'] ??= path.join(ROOT, 'build', 'test-cache');

// Node.js 20 reads these certificates whenever it starts, which takes more than the rest of its
// start; tests and the programs that they start connect to nothing but this machine.
delete process.env['NODE_EXTRA_CA_CERTS'];
