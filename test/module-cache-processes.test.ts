import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { scriptOutput } from './support/process.js';
import { temporaryPath, wasmFile } from './support/wat.js';

describe('The cache of compiled modules', () => {
  it('serves many processes that compile one module at once', async () => {
    // Large enough that all of them are still compiling while the first one ends.
    const functions = Array.from(
      { length: 100 },
      (_, i) => `(func $f${i} (export "f${i}") (param i32) (result i32)
        (i32.add (i32.mul (local.get 0) (i32.const ${i})) (i32.load (local.get 0))))`,
    );
    const file = await wasmFile(`(module (memory 1) ${functions.join('\n')})`);
    const cache = temporaryPath('cache');
    const script = `
      const { loadModule } = require('wasmedge-embed');
      (async () => {
        const module = await loadModule(${JSON.stringify(file)});
        console.log(module.mode, await module.call('f99', 2));
        await module.close();
      })();`;
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () =>
        scriptOutput(script, { env: { WASMEDGE_EMBED_CACHE: cache } }),
      ),
    );
    assert.deepEqual(outputs, Array<string>(4).fill('aot 198\n'));
    const names = readdirSync(path.join(cache, 'aot'));
    assert.equal(names.length, 1, names.join(' '));
  });
});
