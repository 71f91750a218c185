import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

import { fails } from './support/errors.js';
import { collect } from './support/garbage.js';
import { HOMES, loadKept, nameOf } from './support/instances.js';
import { eventually, workers } from './support/workers.js';

const threads = (): number => readdirSync('/proc/self/task').length;

for (const home of HOMES) {
  describe(`Many kept instances (${nameOf(home)})`, () => {
    it('share the threads, and none gets what is another one’s', async () => {
      const module = await loadKept({ ...home, concurrency: 2 });
      const before = threads();
      const all = await Promise.all(Array.from({ length: 200 }, () => module.instantiate()));
      const sums = await Promise.all(
        all.map(async (instance, index) => {
          await Promise.all([instance.call('push', index), instance.call('push', 1000)]);
          await instance.memory.write(5000, Uint8Array.of(index));
          const [sum] = await Promise.all([instance.call('push', 0), module.call('push', 1)]);
          return [sum, await instance.call('load', 5000)];
        }),
      );
      assert.deepEqual(
        sums,
        all.map((_, index) => [index + 1000, index]),
      );
      if (home.isolation === 'in-process') assert.ok(threads() <= before + 1);
      await module.close();
      for (const instance of all.slice(0, 3)) await fails('ERR_CLOSED', instance.call('touch'));
    });

    it('are bounded, and end as they are closed, ended or forgotten', async () => {
      const module = await loadKept({ ...home, concurrency: 2, limits: { instances: 3 } });
      const [first, second] = [await module.instantiate(), await module.instantiate()];
      await module.instantiate();
      const error = await fails('ERR_LIMIT', module.instantiate());
      assert.equal(error.limit, 'instances');
      await first.close();
      await (await module.instantiate()).call('touch');
      // The third and the fourth are dropped: they are closed once they have been collected.
      await eventuallyMade(module);
      await assert.rejects(second.call('divide', 0));
      await (await module.instantiate()).close();
      await module.close();
      await fails('ERR_CLOSED', module.instantiate());
    });

    it('take so many operations and no more', async () => {
      const module = await loadKept({ ...home, concurrency: 1 });
      const instance = await module.instantiate({ maxQueue: 2 });
      const calls = [1, 2, 3].map((value) => instance.call('push', value));
      await fails('ERR_QUEUE_FULL', instance.call('push', 4));
      assert.deepEqual(await Promise.all(calls), [1, 3, 6]);
      assert.equal(await instance.call('push', 0), 6);
      await module.close();
    });
  });
}

/** Collects garbage until there is room for another instance. */
async function eventuallyMade(module: Awaited<ReturnType<typeof loadKept>>): Promise<void> {
  for (;;) {
    await collect();
    try {
      await (await module.instantiate()).close();
      return;
    } catch (error) {
      assert.equal((error as { code: string }).code, 'ERR_LIMIT');
    }
  }
}

describe('A worker process that holds instances', () => {
  it('is not ended by recycling', async () => {
    const module = await loadKept({
      isolation: 'worker-process',
      concurrency: 1,
      workerProcess: { recycleAfterRuns: 2 },
    });
    const instance = await module.instantiate();
    for (let round = 0; round < 6; round++) assert.equal(await module.call('push', 1), 1);
    assert.equal(await instance.call('push', 5), 5);
    const held = workers();
    await instance.close();
    await eventually(
      () => workers().some((pid) => !held.includes(pid)) || workers().length < held.length,
    );
    await module.close();
  });

  it('dies with them, which is told once', async () => {
    const module = await loadKept({ isolation: 'worker-process', concurrency: 1 });
    const instance = await module.instantiate();
    const idle = await module.instantiate();
    const running = instance.call('spin');
    const behind = instance.call('push', 1);
    const [pid] = workers();
    process.kill(pid ?? 0, 'SIGKILL');
    await fails('ERR_WORKER_DIED', running);
    assert.ok(['ERR_WORKER_DIED', 'ERR_CLOSED'].includes((await settledCode(behind)) ?? ''));
    const closed = await fails('ERR_CLOSED', instance.call('touch'));
    assert.equal((closed.cause as { code: string }).code, 'ERR_WORKER_DIED');
    await fails('ERR_WORKER_DIED', idle.call('touch'));
    await fails('ERR_CLOSED', idle.memory.byteLength());
    assert.equal(await module.call('push', 2), 2);
    await (await module.instantiate()).call('touch');
    await module.close();
  });
});

async function settledCode(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => (error as { code: string }).code,
  );
}
