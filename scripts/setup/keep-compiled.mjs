// Puts compiled guests into the cache (WASMEDGE_EMBED_CACHE), where `loadModule` looks for them.
// Arguments: MODULE.wasm COMPILED.so …
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { commandLine } from './paths.mjs';

const { keepCompiled } = createRequire(commandLine)('../compile/aot-cache.js');

const files = process.argv.slice(2);
while (files.length > 0) {
  const [module, compiled] = files.splice(0, 2);
  await keepCompiled(readFileSync(module), compiled);
}
