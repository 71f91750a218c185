import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

import { compileModule } from 'wasmedge-embed';
import type { CompileOptions } from 'wasmedge-embed';

import { ANSWER, ENDLESS, answers, endlessGuest, stoppedAfterBegin } from './support/endless.js';
import { fails } from './support/errors.js';
import { scriptOutput } from './support/process.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath } from './support/wat.js';

const COMPILER = '/usr/bin/wasmedge';

/**
 * Every form of an endless loop is stopped by a timeout and by an abort, and a good run follows.
 */
async function stops(file: string): Promise<void> {
  await withModule(file, { concurrency: 1 }, async (module) => {
    assert.equal(module.mode, 'aot');
    for (const { key } of Object.values(ENDLESS)) {
      await stoppedAfterBegin((timeoutMs) =>
        fails('ERR_TIMEOUT', module.run({ stdin: key, timeoutMs })),
      );
      await stoppedAfterBegin((milliseconds) => {
        const signal = AbortSignal.timeout(milliseconds);
        return fails('ERR_ABORTED', module.run({ stdin: key, signal }));
      });
      await answers(module);
    }
  });
}

describe('timeoutMs and AbortSignal stop what was compiled', () => {
  let guest: string;
  before(async () => {
    guest = await endlessGuest();
  });

  const forms: [string, string, CompileOptions][] = [
    ['into a .so', 'endless.so', {}],
    ['into a universal .wasm', 'endless.wasm', {}],
    ['without optimization', 'endless.so', { optimize: 0 }],
    ['to be interruptible by WasmEdge, too', 'endless.so', { interruptible: true }],
    ['to measure instructions', 'endless.so', { meter: true }],
  ];
  for (const [what, name, options] of forms) {
    it(what, async () => {
      const output = temporaryPath(name);
      await compileModule(guest, output, options);
      await stops(output);
    });
  }

  it("by WasmEdge's own compiler, which knows nothing of this", async function () {
    if (!existsSync(COMPILER)) this.skip();
    const run = promisify(execFile);
    for (const name of ['stock.so', 'stock.wasm']) {
      const output = temporaryPath(name);
      await run(COMPILER, ['compile', '--optimize', '1', guest, output]);
      await stops(output);
    }
  });
});

describe('A time limit', () => {
  it('does not keep the process alive after the end of what it was for', async () => {
    const output = await scriptOutput(`
      const { loadModule } = require('wasmedge-embed');
      (async () => {
        const limits = { timeoutMs: 2 ** 31 - 1 };
        const module = await loadModule(${JSON.stringify(await endlessGuest())}, { limits });
        const { signal } = new AbortController();
        for (const options of [{}, { timeoutMs: 1_000_000 }, { signal }]) {
          process.stdout.write((await module.run(options)).stdout);
        }
        process.stdout.write(String(await module.call('answer')) + '\\n');
        await module.run({ stdin: 'a', timeoutMs: 5 }).catch(({ code }) => console.log(code));
        const aborted = module.run({ stdin: 'a', signal: AbortSignal.timeout(5) });
        await aborted.catch(({ code }) => console.log(code));
      })();`);
    assert.equal(output, `${ANSWER.repeat(3)}42\nERR_TIMEOUT\nERR_ABORTED\n`);
  });

  it('stops compiled code also while the event loop is blocked', async () => {
    const output = await scriptOutput(`
      const { loadModule } = require('wasmedge-embed');
      const { readFileSync, readdirSync } = require('node:fs');
      (async () => {
        const module = await loadModule(${JSON.stringify(await endlessGuest())}, { concurrency: 1 });
        const run = module.run({ stdin: 'a', timeoutMs: 200 }).catch(({ code }) => code);
        // This thread waits for the guest's to run and to fall asleep; the event loop has no turn.
        const isBusy = () =>
          readdirSync('/proc/self/task').some((task) => {
            const stat = readFileSync('/proc/self/task/' + task + '/stat', 'utf8');
            return task !== String(process.pid) && / R /.test(stat);
          });
        const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
        while (!isBusy()) pause();
        while (isBusy()) pause();
        console.log(await run);
      })();`);
    assert.equal(output, 'ERR_TIMEOUT\n');
  });
});
