import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';

import type { Caller, Instance } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import {
  HOST_FUNCTION_ISOLATIONS,
  HOST_FUNCTION_WAYS,
  settleable,
} from './support/host-functions.js';
import { withKeptHost, withKeptHostInstance } from './support/kept-host.js';
import { workers } from './support/workers.js';

const MIB = 2 ** 20;

for (const { name, options } of HOST_FUNCTION_WAYS) {
  describe(`Host functions of a kept instance (${name})`, function () {
    this.timeout(60_000);

    it('are called by call, callMany, invoke and constructors', async () => {
      const told: unknown[] = [];
      const env = {
        begin: () => void told.push('begin'),
        wide: async (_caller: Caller, ...values: unknown[]) => {
          told.push(...values);
          return Promise.resolve([-(2n ** 63n), NaN]);
        },
      };
      await withKeptHostInstance(env, options, async (instance) => {
        assert.deepEqual(told.splice(0), ['begin']);
        const sums = await Promise.all([1, 2, 3].map((value) => instance.call('add', value)));
        assert.deepEqual(sums, [2, 6, 12]);
        assert.deepEqual(await instance.callMany('add', [[4], [5]]), [20, 30]);
        assert.equal((await instance.invoke('add', [6])).value, 42);
        const wide = await instance.call('wide', 2n ** 64n - 1n, Infinity, -0);
        assert.deepEqual(wide, [-(2n ** 63n), NaN]);
        assert.deepEqual(told, [-1n, Infinity, -0]);
      });
    });

    it('see and change the memory, also what is large', async () => {
      const bytes = Buffer.alloc(3 * MIB + 5, 'every part of it ');
      let read: Buffer | undefined;
      const ask = async ({ memory }: Caller, address: number): Promise<number> => {
        assert.equal(await memory.grow(50), 1);
        await memory.write(address, bytes);
        read = await memory.read(address, bytes.length);
        await fails('ERR_INVALID_ARGUMENT', memory.read(51 * 65_536, 1));
        await fails('ERR_INVALID_ARGUMENT', memory.write(51 * 65_536 - bytes.length + 1, bytes));
        await fails('ERR_LIMIT', memory.grow(50));
        return memory.byteLength();
      };
      await withKeptHostInstance({ ask }, options, async (instance) => {
        assert.equal(await instance.call('ask', 100), 51 * 65_536);
        assert.ok(read?.equals(bytes));
        assert.ok((await instance.memory.read(100, bytes.length)).equals(bytes), 'it stays');
      });
    });

    it('call the guest back, sixteen deep', async () => {
      const ask = async (caller: Caller, depth: number): Promise<number> => {
        if (depth === 0) return Number(await caller.call('total'));
        return Number(await caller.call('ask', depth - 1)) + 1;
      };
      await withKeptHostInstance({ ask }, options, async (instance) => {
        assert.equal(await instance.call('add', 3), 3);
        assert.equal(await instance.call('ask', 15), 18);
        const error = await fails('ERR_HOST_FUNCTION', instance.call('ask', 17));
        assert.equal((error.cause as { limit?: string }).limit, 'call-depth');
        await fails('ERR_CLOSED', instance.call('touch'));
      });
    });

    it('end the instance with what they throw, and with the wrong result', async () => {
      for (const [value, message] of [
        [new RangeError('negative'), /env\.ask failed: negative/],
        ['5', /env\.ask returned .* instead of an integer of 32 bits/],
      ] as const) {
        const ask = (): number => {
          if (typeof value === 'object') throw value;
          return value as unknown as number;
        };
        await withKeptHostInstance({ ask }, options, async (instance) => {
          const calls = [instance.call('total'), instance.call('add', 1), instance.call('total')];
          const behind = calls[2]!.catch((error: unknown) => error);
          const error = await fails('ERR_HOST_FUNCTION', calls[1]!);
          assert.match(error.message, message);
          if (typeof value === 'object') assert.equal(error.cause, value);
          assert.equal(await calls[0], 0);
          assert.equal(((await behind) as { code: string }).code, 'ERR_CLOSED');
          assert.equal((await fails('ERR_CLOSED', instance.call('touch'))).cause, error);
        });
      }
    });

    it('end it with a trap of what they have called, of which they are told', async () => {
      let within: unknown;
      const ask = async (caller: Caller): Promise<number> => {
        within = await caller.call('trap').catch((error: unknown) => error);
        return 1;
      };
      await withKeptHostInstance({ ask }, options, async (instance) => {
        assert.equal((await fails('ERR_TRAP', instance.call('ask', 1))).trap, 'unreachable');
        await new Promise(setImmediate);
        assert.equal((within as { code: string }).code, 'ERR_TRAP');
        await fails('ERR_CLOSED', instance.call('touch'));
      });
    });

    it('are left when time is over and by an abort, and told so', async () => {
      for (const how of ['ERR_TIMEOUT', 'ERR_ABORTED'] as const) {
        const called = settleable<Caller>();
        const never = settleable<number>();
        const ask = (caller: Caller): Promise<number> => {
          called.resolve(caller);
          return never.promise;
        };
        await withKeptHostInstance({ ask }, options, async (instance, module) => {
          const controller = new AbortController();
          const call = instance.invoke('ask', [1], {
            ...(how === 'ERR_TIMEOUT' ? { timeoutMs: 100 } : { signal: controller.signal }),
          });
          const { signal, memory } = await called.promise;
          assert.equal(signal.aborted, false);
          const reason = new Error('enough');
          controller.abort(reason);
          const error = await fails(how, call);
          if (how === 'ERR_ABORTED') assert.equal(error.cause, reason);
          assert.equal(signal.aborted, true);
          assert.equal((signal.reason as { code?: string }).code, how);
          await fails('ERR_CLOSED', memory.byteLength());
          never.resolve(1);
          await never.promise;
          await fails('ERR_CLOSED', instance.call('touch'));
          assert.equal(await (await module.instantiate()).call('total'), 0);
        });
      }
    });

    it('may end the constructors, by what they throw and by their time', async () => {
      const reason = new Error('not today');
      let begin: () => unknown = () => {
        throw reason;
      };
      await withKeptHost({ begin: () => begin() }, options, async (module) => {
        assert.equal((await fails('ERR_HOST_FUNCTION', module.instantiate())).cause, reason);
        begin = () => new Promise(() => undefined);
        await fails('ERR_TIMEOUT', module.instantiate({ timeoutMs: 50 }));
        const controller = new AbortController();
        begin = () => {
          controller.abort();
          return new Promise(() => undefined);
        };
        await fails('ERR_ABORTED', module.instantiate({ signal: controller.signal }));
        begin = () => undefined;
        assert.equal(await (await module.instantiate()).call('add', 1), 2);
      });
    });

    it('see what was stored where the call was made', async () => {
      const storage = new AsyncLocalStorage<string>();
      const ask = (): number => storage.getStore()?.length ?? -1;
      await withKeptHostInstance({ ask }, options, async (instance) => {
        assert.equal(await storage.run('four', () => instance.call('ask', 1)), 4);
        assert.equal(
          await storage
            .run('seventy', () => instance.invoke('ask', [1]))
            .then(({ value }) => value),
          7,
        );
        assert.equal(await instance.call('ask', 1), -1);
      });
    });
  });
}

for (const isolation of HOST_FUNCTION_ISOLATIONS) {
  describe(`Instances that wait for host functions (${isolation})`, function () {
    this.timeout(60_000);

    it('wait side by side, and none counts in `concurrency`', async () => {
      const all = settleable<number>();
      let arrived = 0;
      const ask = (): Promise<number> => {
        if (++arrived === 40) all.resolve(7);
        return all.promise;
      };
      const options = { isolation, concurrency: 2, workerProcess: { workers: 2 } };
      await withKeptHost({ ask }, options, async (module) => {
        const instances = await Promise.all(Array.from({ length: 40 }, () => module.instantiate()));
        const answers = await Promise.all(instances.map((each) => each.call('ask', 1)));
        assert.deepEqual(new Set(answers), new Set([7]));
      });
    });
  });
}

describe('The death of a worker process while a host function runs', function () {
  this.timeout(60_000);

  it('is told to the call, to the host function and to what is asked later', async () => {
    const called = settleable<Caller>();
    const never = settleable<number>();
    const ask = (caller: Caller): Promise<number> => {
      called.resolve(caller);
      return never.promise;
    };
    const options = { isolation: 'worker-process' } as const;
    await withKeptHostInstance({ ask }, options, async (instance: Instance, module) => {
      const call = instance.call('ask', 1);
      const { signal, memory } = await called.promise;
      await memory.write(0, Uint8Array.of(1));
      const reading = memory.read(0, MIB);
      for (const pid of workers()) process.kill(pid, 'SIGKILL');
      await fails('ERR_INVALID_ARGUMENT', reading).catch(() => fails('ERR_CLOSED', reading));
      const error = await fails('ERR_WORKER_DIED', call);
      assert.equal(signal.aborted, true);
      assert.equal((signal.reason as { code?: string }).code, 'ERR_WORKER_DIED');
      await fails('ERR_CLOSED', memory.read(0, 1));
      never.resolve(1);
      assert.equal((await fails('ERR_CLOSED', instance.call('touch'))).cause, error);
      assert.equal(await (await module.instantiate()).call('total'), 0);
    });
  });
});
