import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';

const TOUR = rustGuest('std-tour');

describe('close', () => {
  it('lets every accepted run finish, those that run and those that wait', async () => {
    const module = await loadModule(TOUR, { concurrency: 2, args: ['sleep', '20'] });
    const settled: string[] = [];
    const runs = Array.from({ length: 8 }, async (_, index) => {
      const { exitCode } = await module.run();
      settled.push(`run ${index}`);
      return exitCode;
    });
    await module.close();
    settled.push('close');
    assert.deepEqual(await Promise.all(runs), Array(8).fill(0));
    assert.equal(settled.at(-1), 'close', settled.join(', '));
    assert.equal(settled.length, 9);
  });

  it('gives the same promise each time, also while runs are under way', async () => {
    const module = await loadModule(TOUR, { args: ['sleep', '20'] });
    const run = module.run();
    const closing = module.close();
    assert.equal(module.close(), closing);
    assert.equal(module[Symbol.asyncDispose](), closing);
    await closing;
    assert.equal(module.close(), closing);
    assert.equal((await run).exitCode, 0);
  });

  it('makes what comes later an ERR_CLOSED, from its call on', async () => {
    const module = await loadModule(TOUR, { args: ['sleep', '20'] });
    const accepted = module.run();
    const closing = module.close();
    await fails('ERR_CLOSED', module.run());
    await fails('ERR_CLOSED', module.call('_start'));
    await closing;
    const error = await fails('ERR_CLOSED', module.run());
    assert.ok(error.message.includes(TOUR));
    await fails('ERR_CLOSED', module.call('missing'));
    assert.equal((await accepted).exitCode, 0);
    assert.equal(module.mode, 'aot', 'what it was can still be asked');
    assert.ok(module.exports.length > 0);
  });

  it('happens at the end of an await using block, also when that throws', async () => {
    let seen: LoadedModule | undefined;
    await assert.rejects(async () => {
      await using module = await loadModule(TOUR, { args: ['exit', '3'] });
      seen = module;
      assert.equal((await module.run()).exitCode, 3);
      throw new Error('out of the block');
    }, /out of the block/);
    assert.ok(seen);
    await fails('ERR_CLOSED', seen.run());
  });

  it('of one module leaves another of the same file alone', async () => {
    const [first, second] = await Promise.all([
      loadModule(TOUR, { args: ['exit', '1'] }),
      loadModule(TOUR, { args: ['exit', '2'] }),
    ]);
    try {
      await first.close();
      assert.equal((await second.run()).exitCode, 2);
    } finally {
      await second.close();
    }
  });

  it('after runs that failed', async () => {
    const module = await loadModule(TOUR, { args: ['panic'] });
    const runs = Array.from({ length: 4 }, () => fails('ERR_TRAP', module.run()));
    await module.close();
    assert.equal((await Promise.all(runs)).length, 4);
  });
});
