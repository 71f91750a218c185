import path from 'node:path';

import { ROOT } from './paths.js';

// Loaded before the tests: they do not touch the user's own cache, and neither do the processes
// that they start.
process.env['WASMEDGE_EMBED_CACHE'] ??= path.join(ROOT, 'build', 'test-cache');

/** The file of certificates that programs need which connect to more than this machine. */
export const CERTIFICATES = process.env['NODE_EXTRA_CA_CERTS'];

// Node.js 20 reads them whenever it starts, which takes more than the rest of its start. Except for package managers,
// tests and the programs that they start connect to nothing but this machine.
delete process.env['NODE_EXTRA_CA_CERTS'];
