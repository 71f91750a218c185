import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { compileModule, inspectModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, watGuest } from './support/wat.js';

describe('compileModule', () => {
  let numbers: string;
  before(async () => {
    numbers = await watGuest('numbers');
  });

  it('takes bytes in place of a path, and makes the folder of its output', async () => {
    const output = path.join(temporaryPath('new'), 'folder', 'numbers.so');
    await compileModule(readFileSync(numbers), output);
    await withModule(output, {}, async (module) => {
      assert.equal(await module.call('add', 3, 4), 7);
    });
  });

  it('takes every option, with the same results', async () => {
    for (const options of [
      { optimize: 0 },
      { optimize: 1 },
      { optimize: 2 },
      { generic: true },
      { interruptible: true },
      { optimize: 3, generic: true, interruptible: true },
    ] as const) {
      const output = temporaryPath('numbers.so');
      await compileModule(numbers, output, options);
      await withModule(output, {}, async (module) => {
        assert.equal(await module.call('divide-signed', -7n, 2n), -3n);
      });
    }
  });

  it('replaces a file that is there, and leaves its side file alone beside it', async () => {
    const folder = temporaryPath('folder');
    const output = path.join(folder, 'numbers.so');
    mkdirSync(folder);
    writeFileSync(output, 'what was there before');
    await compileModule(numbers, output);
    assert.equal((await inspectModule(output)).form, 'shared-library');
    assert.deepEqual(readdirSync(folder).sort(), ['numbers.so', 'numbers.so.aot.json']);
  });

  it('refuses what is no plain module, and leaves no file', async () => {
    const output = temporaryPath('refused.so');
    await fails('ERR_MODULE_INVALID', compileModule(Buffer.from('no module'), output));
    await fails('ERR_MODULE_INVALID', compileModule(new Uint8Array(0), output));
    const compiled = temporaryPath('numbers.so');
    await compileModule(numbers, compiled);
    const error = await fails('ERR_MODULE_INVALID', compileModule(compiled, output));
    assert.match(error.message, /already compiled/);
    const universal = temporaryPath('numbers.wasm');
    await compileModule(numbers, universal);
    await fails('ERR_MODULE_INVALID', compileModule(universal, output));
    assert.ok(!existsSync(output));
  });

  it('says which file it cannot read, and where it cannot write', async () => {
    const missing = temporaryPath('missing.wasm');
    const unread = await fails('ERR_MODULE_LOAD', compileModule(missing, temporaryPath('x.so')));
    assert.ok(unread.message.includes(missing));
    assert.ok(unread.cause instanceof Error);
    const output = path.join(numbers, 'below-a-file.so');
    const unwritten = await fails('ERR_MODULE_LOAD', compileModule(numbers, output));
    assert.ok(unwritten.message.includes(numbers));
    await fails('ERR_MODULE_LOAD', compileModule(numbers, path.dirname(numbers)));
  });
});
