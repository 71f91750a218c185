import path from 'node:path';

import { ROOT } from './paths.js';

// Loaded before the tests: they do not touch the user's own cache, and neither do the processes
// that they start.
process.env['WASMEDGE_EMBED_CACHE'] ??= path.join(ROOT, 'build', 'test-cache');
