import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

import { compileModule, loadModule } from 'wasmedge-embed';

import { temporaryPath, watGuest } from './support/wat.js';

/** The numbers of threads and of open files of this process. */
function counts(): { threads: number; files: number } {
  return {
    threads: readdirSync('/proc/self/task').length,
    files: readdirSync('/proc/self/fd').length,
  };
}

describe('Loading and closing again and again', () => {
  it('leaves no thread and no open file behind', async () => {
    const library = temporaryPath('numbers.so');
    await compileModule(await watGuest('numbers'), library);
    const once = async (): Promise<void> => {
      const module = await loadModule(library, { concurrency: 4 });
      const calls = Array.from({ length: 8 }, () => module.call('add', 1, 2));
      assert.deepEqual(await Promise.all(calls), Array(8).fill(3));
      await module.close();
    };
    // From then on, Node's own thread pool, WasmEdge and its log exist.
    for (let round = 0; round < 5; ++round) await once();
    global.gc?.();
    const before = counts();
    for (let round = 0; round < 50; ++round) await once();
    const after = counts();
    assert.ok(after.threads <= before.threads, `${before.threads} threads, ${after.threads}`);
    // Files may be kept until their module has been collected.
    global.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(counts().files <= before.files + 1, `${before.files} files, then ${after.files}`);
  });

  it('ends the threads by the time that close() has settled', async () => {
    const library = await watGuest('numbers');
    const before = counts().threads;
    const module = await loadModule(library, { concurrency: 16 });
    await Promise.all(Array.from({ length: 64 }, () => module.call('add', 1, 2)));
    assert.ok(counts().threads > before);
    await module.close();
    assert.ok(counts().threads <= before, `${before} threads, then ${counts().threads}`);
  });
});
