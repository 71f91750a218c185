import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { HOMES, loadKept, nameOf, withInstance } from './support/instances.js';
import type { Kept } from './support/instances.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

for (const home of HOMES) {
  describe(`The end of a kept instance (${nameOf(home)})`, () => {
    let module: LoadedModule<Kept>;
    before(async () => {
      module = await loadKept({ ...home, concurrency: 2, limits: { outputBytes: 1000 } });
    });
    after(() => module.close());

    it('comes with a trap, and those that wait behind it are closed', async () => {
      await withInstance(module, {}, async (instance) => {
        const calls = [
          instance.call('push', 7),
          instance.call('divide', 0),
          instance.call('push', 1),
          instance.memory.byteLength(),
        ];
        const [first, second, ...others] = await Promise.allSettled(calls);
        assert.deepEqual(first, { status: 'fulfilled', value: 7 });
        assert.equal(second?.status, 'rejected');
        const trap = await fails('ERR_TRAP', calls[1] ?? Promise.resolve());
        assert.equal(trap.trap, 'divide-by-zero');
        for (const other of others) {
          assert.equal(other.status, 'rejected');
          assert.equal((other.reason as { code: string }).code, 'ERR_CLOSED');
        }
        const later = await fails('ERR_CLOSED', instance.call('touch'));
        assert.equal(later.cause, trap);
        await fails('ERR_CLOSED', instance.globals.get('sum'));
        await fails('ERR_CLOSED', instance.invoke('touch'));
        await fails('ERR_CLOSED', instance.callMany('touch', [[]]));
      });
    });

    it('tells what the calls before it gave', async () => {
      await withInstance(module, {}, async (instance) => {
        const error = await fails(
          'ERR_TRAP',
          instance.callMany('divide', [[1], [4], [0], [5], [0]]),
        );
        assert.deepEqual(error.results, [100, 25]);
        await fails('ERR_CLOSED', instance.call('touch'));
      });
      await withInstance(module, {}, async (instance) => {
        const error = await fails('ERR_TRAP', instance.callMany('divide', [[0]]));
        assert.deepEqual(error.results, []);
      });
    });

    it('comes with proc_exit, a stack that is used up, and more output than allowed', async () => {
      await withInstance(module, {}, async (instance) => {
        assert.equal((await fails('ERR_GUEST_EXIT', instance.call('exit', 259))).exitCode, 3);
        await fails('ERR_CLOSED', instance.call('touch'));
      });
      await withInstance(module, {}, async (instance) => {
        assert.equal((await fails('ERR_TRAP', instance.call('recurse', 0))).trap, 'stack-overflow');
        await fails('ERR_CLOSED', instance.call('touch'));
      });
      await withInstance(module, {}, async (instance) => {
        // The limit applies to each call.
        await instance.call('write', 1, 600);
        await instance.call('write', 2, 600);
        const error = await fails('ERR_OUTPUT_LIMIT', instance.invoke('write', [1, 1001]));
        assert.equal(error.stdout?.length, 0);
        await fails('ERR_CLOSED', instance.call('touch'));
      });
      await withInstance(module, {}, async (instance) => {
        // And to all calls of callMany together.
        const error = await fails(
          'ERR_OUTPUT_LIMIT',
          instance.callMany('write', [
            [1, 600],
            [1, 600],
          ]),
        );
        assert.deepEqual(error.results, [undefined]);
      });
    });

    it('comes with an abort of what runs, not of what waits', async () => {
      await withInstance(module, {}, async (instance) => {
        const controller = new AbortController();
        const first = new AbortController();
        const running = instance.invoke('spin', [], { signal: first.signal });
        const waiting = instance.invoke('touch', [], { signal: controller.signal });
        const behind = instance.call('push', 1);
        await sleep(20);
        const reason = new Error('enough');
        controller.abort(reason);
        assert.equal((await fails('ERR_ABORTED', waiting)).cause, reason);
        first.abort();
        await fails('ERR_ABORTED', running);
        await fails('ERR_CLOSED', behind);
      });
      await withInstance(module, {}, async (instance) => {
        const signal = AbortSignal.abort();
        await fails('ERR_ABORTED', instance.invoke('spin', [], { signal }));
        assert.equal(await instance.call('push', 1), 1, 'it had not begun');
      });
    });

    it('comes with a time limit of what runs, not of what waits', async () => {
      await withInstance(module, {}, async (instance) => {
        const running = instance.invoke('spin', [], { timeoutMs: 150 });
        const waiting = instance.invoke('touch', [], { timeoutMs: 10 });
        const error = await fails('ERR_TIMEOUT', waiting);
        assert.match(error.message, /10 ms \(timeoutMs\)/);
        await fails('ERR_TIMEOUT', running);
        await fails('ERR_CLOSED', instance.call('touch'));
      });
    });

    it('leaves threads and other instances as they are', async () => {
      await withInstance(module, {}, async (other) => {
        await other.call('push', 1);
        for (const [name, ...args] of [
          ['divide', 0],
          ['recurse', 0],
          ['exit', 1],
        ] as const) {
          await withInstance(module, {}, async (instance) => {
            await assert.rejects(
              (instance.call as (...all: unknown[]) => Promise<unknown>)(name, ...args),
            );
          });
        }
        await withInstance(module, {}, async (instance) => {
          await fails('ERR_TIMEOUT', instance.invoke('spin', [], { timeoutMs: 10 }));
        });
        assert.equal(await other.call('push', 1), 2);
        assert.equal(await module.call('push', 3), 3);
      });
    });

    it('comes with close(), after what was asked before', async () => {
      const instance = await module.instantiate();
      const calls = Array.from({ length: 300 }, () => instance.call('push', 1));
      const closing = instance.close();
      assert.equal(instance.close(), closing);
      const error = await fails('ERR_CLOSED', instance.call('push', 1));
      assert.match(error.message, /closed/);
      assert.equal(error.cause, undefined);
      await closing;
      assert.equal((await Promise.all(calls)).at(-1), 300);
      await instance[Symbol.asyncDispose]();
    });

    it('comes where its constructors trap, exit, take too long or are aborted', async () => {
      const file = (body: string): Promise<string> =>
        wasmFile(`(module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_initialize") ${body}))`);
      await withModule(await file('unreachable'), { ...home, concurrency: 1 }, async (traps) => {
        assert.equal((await fails('ERR_TRAP', traps.instantiate())).trap, 'unreachable');
      });
      await withModule(
        await file('(call $exit (i32.const 9))'),
        { ...home, concurrency: 1 },
        async (exits) => {
          assert.equal((await fails('ERR_GUEST_EXIT', exits.instantiate())).exitCode, 9);
        },
      );
      await withModule(await file('(loop (br 0))'), { ...home, concurrency: 1 }, async (spins) => {
        await fails('ERR_TIMEOUT', spins.instantiate({ timeoutMs: 20 }));
        const controller = new AbortController();
        const aborted = spins.instantiate({ signal: controller.signal });
        await sleep(20);
        controller.abort();
        await fails('ERR_ABORTED', aborted);
        await fails('ERR_ABORTED', spins.instantiate({ signal: AbortSignal.abort() }));
      });
    });
  });
}

describe('The fuel of a kept instance', () => {
  it('is for each call, and for all calls of callMany together', async () => {
    const { compileModule, loadModule } = await import('wasmedge-embed');
    const { temporaryPath, watGuest } = await import('./support/wat.js');
    const metered = temporaryPath('kept.so');
    await compileModule(await watGuest('kept'), metered, { meter: true });
    const module = await loadModule<Kept>(metered, { limits: { fuel: 10_000 }, concurrency: 2 });
    await withInstance(module, {}, async (instance) => {
      await Promise.all(Array.from({ length: 100 }, () => instance.call('work', 1000)));
      const error = await fails('ERR_LIMIT', instance.call('work', 10_000));
      assert.equal(error.limit, 'fuel');
      await fails('ERR_CLOSED', instance.call('touch'));
    });
    await withInstance(module, {}, async (instance) => {
      const error = await fails(
        'ERR_LIMIT',
        instance.callMany('work', Array(100).fill([1000]) as [number][]),
      );
      assert.equal(error.limit, 'fuel');
      assert.equal(error.results?.length, 1);
    });
    await module.close();
  });
});
