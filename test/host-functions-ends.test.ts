import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

import { loadModule } from 'wasmedge-embed';
import type { Caller, LoadedModule } from 'wasmedge-embed';

import { collect } from './support/garbage.js';
import { fails } from './support/errors.js';
import {
  HOST_FUNCTION_ISOLATIONS,
  HOST_FUNCTION_WAYS,
  SIMPLE,
  settleable,
  withHostFunctions,
} from './support/host-functions.js';
import { scriptOutput } from './support/process.js';
import { ROOT } from './support/paths.js';
import { watGuest } from './support/wat.js';

for (const { name, options } of HOST_FUNCTION_WAYS) {
  describe(`A guest that waits for a host function (${name})`, function () {
    this.timeout(60_000);

    /** A function that waits until the test releases it, and its arguments. */
    const waiting = () => {
      const called = settleable<Caller>();
      const answer = settleable<number>();
      const wait = (caller: Caller): Promise<number> => {
        called.resolve(caller);
        return answer.promise;
      };
      return { env: { wait }, called: called.promise, answer };
    };

    it('runs out of time, and what it would have been given is dropped', async () => {
      const { env, called, answer } = waiting();
      await withHostFunctions(env, options, async (module) => {
        const run = module.invoke('wait', [1], { timeoutMs: 100 });
        const { signal, memory } = await called;
        assert.equal(signal.aborted, false);
        await fails('ERR_TIMEOUT', run);
        assert.equal(signal.aborted, true);
        assert.equal((signal.reason as { code?: string }).code, 'ERR_TIMEOUT');
        await fails('ERR_CLOSED', memory.byteLength());
        answer.resolve(5);
        await answer.promise;
        assert.equal(await module.call('add', 2, 3), 5);
      });
    });

    it('is aborted', async () => {
      const { env, called, answer } = waiting();
      await withHostFunctions(env, options, async (module) => {
        const controller = new AbortController();
        const run = module.invoke('wait', [1], { signal: controller.signal });
        const { signal } = await called;
        const reason = new Error('enough');
        controller.abort(reason);
        assert.equal((await fails('ERR_ABORTED', run)).cause, reason);
        assert.equal(signal.aborted, true);
        answer.reject(new Error('too late'));
        assert.equal(await module.call('add', 2, 3), 5);
      });
    });

    it('ends with the module', async () => {
      const { env, called } = waiting();
      let run: Promise<unknown> | undefined;
      await withHostFunctions(env, options, async (module) => {
        run = module.call('wait', 1);
        run.catch(() => undefined);
        await called;
        // Also by the host function itself, which would wait for itself.
        await module.close();
      });
      await fails('ERR_CLOSED', run!);
    });

    it('ends with the module when it begins to wait after that was closed', async () => {
      const { env } = waiting();
      let runs: Promise<unknown>[] = [];
      await withHostFunctions(env, options, (module) => {
        runs = [1, 2, 3].map(() => module.call('wait', 1));
        for (const run of runs) run.catch(() => undefined);
        return Promise.resolve();
      });
      for (const run of runs) await fails('ERR_CLOSED', run);
    });
  });
}

for (const isolation of HOST_FUNCTION_ISOLATIONS) {
  describe(`Guests that wait for host functions (${isolation})`, function () {
    this.timeout(60_000);

    it('do not count in `concurrency`', async () => {
      const all = settleable<number>();
      let arrived = 0;
      const wait = (): Promise<number> => {
        if (++arrived === 2 + 64) all.resolve(7);
        return all.promise;
      };
      const options = { isolation, concurrency: 2, workerProcess: { workers: 2 } };
      await withHostFunctions({ wait }, options, async (module) => {
        const runs = Array.from({ length: 100 }, () => module.call('wait', 1));
        assert.deepEqual(new Set(await Promise.all(runs)), new Set([7]));
      });
    });

    it('leave the queue to others where no thread is left, and are then answered in turn', async () => {
      const answers: ((value: number) => void)[] = [];
      const wait = (): Promise<number> => new Promise((resolve) => answers.push(resolve));
      const options = { isolation, concurrency: 1, maxWaiting: 1, maxQueue: 1 };
      await withHostFunctions({ wait }, options, async (module) => {
        const runs: Promise<unknown>[] = [];
        for (let count = 1; count <= 2; ++count) {
          runs.push(module.call('wait', 1));
          while (answers.length < count) await new Promise(setImmediate);
        }
        runs.push(module.call('wait', 1));
        await fails('ERR_QUEUE_FULL', module.call('wait', 1));
        assert.equal(answers.length, 2);
        for (let next = 0; next < 3; ++next) {
          while (answers.length <= next) await new Promise(setImmediate);
          answers[next]!(next);
        }
        assert.deepEqual(await Promise.all(runs), [0, 1, 2]);
      });
    });

    it('may ask for more of their own module, unless they would wait for themselves', async () => {
      const holder: { module?: LoadedModule } = {};
      const codes: unknown[] = [];
      // Each requests the next one from within, until no thread is left for it.
      const wait = async (_caller: Caller, depth: number): Promise<number> => {
        try {
          return Number(await holder.module!.call('wait', depth + 1));
        } catch (error) {
          codes.push((error as { code?: string }).code);
          assert.match(String(error), /That would be a deadlock/);
          return depth;
        }
      };
      const options = { isolation, concurrency: 1, maxWaiting: 4, workerProcess: { workers: 1 } };
      await withHostFunctions({ wait }, options, async (module) => {
        holder.module = module;
        assert.equal(await module.call('wait', 1), 5);
        assert.deepEqual(codes, ['ERR_QUEUE_FULL']);
      });
    });

    it('may ask for it by way of another module', async () => {
      const modules: LoadedModule[] = [];
      const wait = async (_caller: Caller, depth: number): Promise<number> => {
        const next = modules[(depth + 1) % 2]!;
        return next.call('wait', depth + 1).then(Number, (error: unknown) => {
          assert.equal((error as { code?: string }).code, 'ERR_QUEUE_FULL');
          return depth;
        });
      };
      const options = { isolation, concurrency: 1, maxWaiting: 1, workerProcess: { workers: 1 } };
      await withHostFunctions({ wait }, options, (first) =>
        withHostFunctions({ wait }, options, async (second) => {
          modules.push(first, second);
          assert.equal(await first.call('wait', 0), 3);
        }),
      );
    });
  });
}

describe('A guest that waits for a host function in a worker process', () => {
  it('is alone there with `maxWaiting: 0`, also while the other process starts', async () => {
    const answers: ((value: number) => void)[] = [];
    const wait = (): Promise<number> => new Promise((resolve) => answers.push(resolve));
    const options = { concurrency: 2, maxWaiting: 0, workerProcess: { workers: 2 } };
    await withHostFunctions(
      { wait },
      { isolation: 'worker-process', ...options },
      async (module) => {
        const runs: Promise<unknown>[] = [];
        for (let count = 1; count <= 2; ++count) {
          runs.push(module.call('wait', 1));
          while (answers.length < count) await new Promise(setImmediate);
        }
        for (const answer of answers) answer(7);
        assert.deepEqual(await Promise.all(runs), [7, 7]);
      },
    );
  });
});

describe('Host functions and the end of the process', function () {
  this.timeout(60_000);

  const script = (file: string, body: string): string => `
    const { loadModule } = require(${JSON.stringify(ROOT)});
    const imports = { env: { nothing() {}, add: (c, a, b) => a + b, types: (c, a, b) => b, f32: (c, x) => x,
      f64: (c, x) => x, several: (c, n) => [n, 2n, 3], wait: () => new Promise(() => undefined) },
      log: { write() {} } };
    (async () => {
      const module = await loadModule(${JSON.stringify(file)}, { imports, concurrency: 2 });
      const run = module.call('wait', 1);
      run.catch((error) => console.log(error.code));
      ${body}
    })();`;

  it('is not kept by a guest that waits', async () => {
    const file = await watGuest('host-functions');
    const exits = "setTimeout(() => { console.log('bye'); process.exit(0); }, 50);";
    assert.equal(await scriptOutput(script(file, exits)), 'bye\n');
  });

  it('nor is that of a worker thread', async () => {
    const file = await watGuest('host-functions');
    const worker = script(
      file,
      "setTimeout(() => require('node:worker_threads').parentPort.postMessage(1), 50);",
    );
    const main = `const { Worker } = require('node:worker_threads');
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
      worker.once('message', () => worker.terminate().then(() => console.log('ended')));`;
    assert.equal(await scriptOutput(main), 'ended\n');
  });

  it('does not lose a module that is forgotten', async () => {
    const file = await watGuest('host-functions');
    const threads = (): number => readdirSync('/proc/self/task').length;
    const before = threads();
    const use = async (): Promise<void> => {
      const module = await loadModule(file, { imports: SIMPLE, concurrency: 1 });
      assert.equal(await module.call('add', 1, 2), 3);
    };
    for (let count = 0; count < 10; ++count) await use();
    await collect();
    await collect();
    assert.ok(threads() - before <= 4, `${threads() - before} threads more`);
  });
});
