import assert from 'node:assert/strict';
import { copyFileSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { WasmEdgeError } from 'wasmedge-embed';
import type { LoadOptions, LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { never, streamGuest } from './support/streams.js';
import { temporaryPath } from './support/wat.js';
import { eventually, isAlive, workers } from './support/workers.js';

const TOUR = rustGuest('std-tour');
const LONG = { args: ['sleep', '600000'] };

const pool = (workerProcess: LoadOptions['workerProcess'] = {}, more: LoadOptions = {}) =>
  ({ isolation: 'worker-process', concurrency: 1, workerProcess, ...more }) as const;

describe('A worker process that', () => {
  for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL'] as const) {
    it(`ends with ${signal} is an ERR_WORKER_DIED for what it held, and is replaced`, async () => {
      await withModule(TOUR, pool(), async (module) => {
        const [worker] = workers();
        const runs = [module.run(LONG), module.run({ args: ['exit', '3'] })];
        await sleep(20);
        process.kill(worker!, signal);
        const error = await fails('ERR_WORKER_DIED', runs[0]!);
        assert.match(error.message, new RegExp(`worker process ${worker} was ended by ${signal}`));
        // Waiting runs are done by the next one.
        assert.equal((await runs[1]!).exitCode, 3);
        assert.notEqual(workers()[0], worker);
      });
    });
  }

  it('dies in the middle of a stream is an ERR_WORKER_DIED, and its source is asked for no more', async () => {
    let asked = 0;
    const piece = new Uint8Array(65_536);
    // It always has more, without a turn of the event loop, and would end eventually.
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: ++asked > 1_000_000, value: piece }),
      }),
    };
    await withModule(await streamGuest('copy'), pool(), async (module) => {
      const [worker] = workers();
      const run = module.run({ stdin: source, stdout: () => never() });
      const ended = fails('ERR_WORKER_DIED', run);
      await eventually(() => asked > 4);
      process.kill(worker!, 'SIGKILL');
      await ended;
      assert.ok(asked < 1000, `asked ${asked} times`);
    });
  });

  it('dies idle is replaced before it is missed', async () => {
    await withModule(TOUR, pool(), async (module) => {
      for (let round = 0; round < 3; ++round) {
        await eventually(() => workers().length === 1);
        const [worker] = workers();
        process.kill(worker!, 'SIGKILL');
        await eventually(() => workers().some((each) => each !== worker));
        const { exitCode } = await module.run({ args: ['exit', '4'] });
        assert.equal(exitCode, 4);
      }
    });
  });

  it('hangs is an ERR_TIMEOUT after the time limit and the grace, and is killed', async () => {
    await withModule(TOUR, pool({ graceMs: 100 }), async (module) => {
      const [worker] = workers();
      process.kill(worker!, 'SIGSTOP');
      const waiting = module.run({ args: ['exit', '5'] });
      const held = await fails('ERR_TIMEOUT', module.run({ timeoutMs: 50 }));
      assert.ok(held instanceof WasmEdgeError);
      // The first had no time limit: nothing shows that it hangs, but an abort would.
      const controller = new AbortController();
      const aborted = fails('ERR_ABORTED', module.run({ signal: controller.signal }));
      controller.abort();
      await aborted;
      process.kill(worker!, 'SIGCONT');
      assert.equal((await waiting).exitCode, 5);
      // Now one that the worker holds.
      process.kill(worker!, 'SIGSTOP');
      await fails('ERR_TIMEOUT', module.run({ args: ['exit', '0'], timeoutMs: 50 }));
      await eventually(() => !isAlive(worker!));
      assert.equal((await module.run({ args: ['exit', '6'] })).exitCode, 6);
    });
  });

  it('does not end an aborted run is killed; others that it held are told', async () => {
    const options = pool({ workers: 1, graceMs: 100 }, { concurrency: 2 });
    await withModule(TOUR, options, async (module) => {
      const [worker] = workers();
      const other = module.run(LONG);
      const controller = new AbortController();
      const aborted = module.run({ ...LONG, signal: controller.signal });
      await sleep(20);
      process.kill(worker!, 'SIGSTOP');
      controller.abort('enough');
      const [first, second] = await Promise.all([
        fails('ERR_ABORTED', aborted),
        fails('ERR_WORKER_DIED', other),
      ]);
      assert.equal(first.cause, 'enough');
      assert.match(second.message, /did not end a run within 100 ms and was killed/);
      assert.equal((await module.run({ args: ['exit', '7'] })).exitCode, 7);
    });
  });

  it('is silent for long is an ERR_WORKER_DIED without any time limit', async () => {
    await withModule(TOUR, pool({ unresponsiveMs: 1000 }), async (module) => {
      const [worker] = workers();
      const run = module.run(LONG);
      await sleep(20);
      process.kill(worker!, 'SIGSTOP');
      const error = await fails('ERR_WORKER_DIED', run);
      assert.match(error.message, /did not answer for \d seconds and was killed/);
      await eventually(() => !isAlive(worker!));
    });
  });

  it('is busy with a guest that never ends is not silent', async () => {
    await withModule(TOUR, pool({ unresponsiveMs: 1000 }), async (module) => {
      await fails('ERR_TIMEOUT', module.run({ args: ['spin', '1000000000000'], timeoutMs: 3500 }));
    });
  });

  it('ignores what a terminal sends to all processes', async () => {
    await withModule(TOUR, pool(), async (module) => {
      const [worker] = workers();
      const run = module.run({ args: ['sleep', '100'] });
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(worker!, signal);
      assert.equal((await run).exitCode, 0);
      assert.deepEqual(workers(), [worker]);
    });
  });
});

/** Kills the worker that has a run; the end of the run shows that this was noticed. */
async function killBusy(module: LoadedModule): Promise<void> {
  const run = module.run(LONG);
  process.kill(workers()[0]!, 'SIGKILL');
  await fails('ERR_WORKER_DIED', run);
}

describe('A worker process that cannot be replaced', () => {
  it('is told to those who wait, tried again ever later, and may work again', async () => {
    const file = temporaryPath('guest.wasm');
    copyFileSync(TOUR, file);
    await withModule(file, pool(), async (module) => {
      renameSync(file, `${file}.away`);
      await killBusy(module);
      const error = await fails('ERR_WORKER_DIED', module.run());
      assert.ok(error.cause instanceof WasmEdgeError);
      assert.equal(error.cause.code, 'ERR_MODULE_LOAD');
      assert.match(error.message, /No worker process can be started: /);
      await fails('ERR_WORKER_DIED', module.run());
      renameSync(`${file}.away`, file);
      // The next attempt has it again.
      for (;;) {
        const code = await module.run({ args: ['exit', '9'] }).then(
          ({ exitCode }) => exitCode,
          () => 0,
        );
        if (code === 9) break;
      }
    });
  });

  it('because the module is another by now, never runs that one', async () => {
    const file = temporaryPath('guest.wasm');
    copyFileSync(TOUR, file);
    await withModule(file, pool(), async (module) => {
      copyFileSync(rustGuest('wasi-nn'), `${file}.new`);
      renameSync(`${file}.new`, file);
      await killBusy(module);
      const error = await fails('ERR_WORKER_DIED', module.run({ args: ['exit', '0'] }));
      assert.match(error.message, /has changed since it was loaded \(load it again\)/);
    });
  });
});
