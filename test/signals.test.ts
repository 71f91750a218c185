import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runScript, scriptOutput } from './support/process.js';
import type { Ended } from './support/process.js';
import { temporaryPath, watGuest } from './support/wat.js';

/** Helpers for a script: guests that trap, and every use of the package in a process. */
async function prelude(): Promise<string> {
  const files = {
    tour: rustGuest('std-tour'),
    traps: await watGuest('traps'),
    output: temporaryPath('traps.so'),
  };
  return `
    const { compileModule, loadModule } = require('wasmedge-embed');
    const files = ${JSON.stringify(files)};
    /** Compiles, runs, traps in every way, is stopped, closes. */
    async function useEverything() {
      await compileModule(files.traps, files.output);
      for (const file of [files.output, files.traps]) {
        const traps = await loadModule(file, { aot: file === files.traps ? 'off' : 'auto' });
        await Promise.all(traps.exports.map(({ name }) => traps.call(name).catch(() => {})));
        await traps.close();
      }
      const tour = await loadModule(files.tour, { args: ['exit', '0'] });
      await Promise.all([tour.run(), tour.run(), tour.run()]);
      await tour.run({ args: ['spin', '1000000000000'], timeoutMs: 5 }).catch(() => {});
      await tour.close();
    }`;
}

async function withPrelude(body: string): Promise<Ended> {
  return runScript(`${await prelude()}
    (async () => { ${body} })();`);
}

describe("The process's signals", () => {
  it('keep the handlers that they had, but for those of a fault and one that is added', async () => {
    const output = await scriptOutput(`${await prelude()}
      const { readFileSync } = require('node:fs');
      const masks = () => {
        const status = readFileSync('/proc/self/status', 'utf8');
        return Object.fromEntries(['SigCgt', 'SigIgn', 'SigBlk'].map((name) => {
          const bits = BigInt('0x' + new RegExp(name + ':\\\\s*([0-9a-f]+)').exec(status)[1]);
          return [name, Array.from({ length: 64 }, (_, bit) => bit + 1)
            .filter((signal) => bits & (1n << BigInt(signal - 1)))];
        }));
      };
      (async () => {
        process.on('SIGTERM', () => {});
        const before = masks();
        await useEverything();
        console.log(JSON.stringify([before, masks()]));
      })();`);
    type Masks = Record<'SigCgt' | 'SigIgn' | 'SigBlk', number[]>;
    const [before, after] = JSON.parse(output) as [Masks, Masks];
    assert.deepEqual(after.SigIgn, before.SigIgn);
    assert.deepEqual(after.SigBlk, before.SigBlk);
    // SIGBUS, SIGFPE, SIGSEGV and one real-time signal.
    const caught = after.SigCgt.filter((signal) => ![7, 8, 11].includes(signal));
    const added = caught.filter((signal) => !before.SigCgt.includes(signal));
    assert.equal(added.length, 1, added.join());
    assert.ok(added[0]! > 32);
    assert.deepEqual(
      before.SigCgt.filter((signal) => !after.SigCgt.includes(signal)),
      [],
    );
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`reach JavaScript's handlers after modules were compiled and run: ${signal}`, async () => {
      const ended = await withPrelude(`
        const heard = new Promise((resolve) => process.once('${signal}', resolve));
        await useEverything();
        const tour = await loadModule(files.tour, { args: ['spin', '1000000000000'] });
        const stop = new AbortController();
        const run = tour.run({ signal: stop.signal }).catch(({ code }) => code);
        process.kill(process.pid, '${signal}');
        console.log(await heard);
        stop.abort();
        console.log(await run);
        process.exitCode = 3;`);
      assert.deepEqual(ended, {
        code: 3,
        signal: null,
        stdout: `${signal}\nERR_ABORTED\n`,
        stderr: '',
      });
    });

    it(`end it where it has no handler: ${signal}`, async () => {
      const ended = await withPrelude(`
        await useEverything();
        process.kill(process.pid, '${signal}');
        setTimeout(() => console.log('still there'), 10_000);`);
      assert.deepEqual(ended, { code: null, signal, stdout: '', stderr: '' });
    });
  }

  for (const signal of ['SIGSEGV', 'SIGBUS', 'SIGFPE'] as const) {
    it(`end it where they come from outside of any guest: ${signal} after guests have run`, async () => {
      const { signal: by, stdout } = await withPrelude(`
        await useEverything();
        console.log('guests have run');
        process.kill(process.pid, '${signal}');
        setTimeout(() => console.log('still there'), 10_000);`);
      assert.deepEqual({ by, stdout }, { by: signal, stdout: 'guests have run\n' });
    });

    it(`end it where they come from outside of any guest: ${signal} while guests run`, async () => {
      const { signal: by, stdout } = await withPrelude(`
        await useEverything();
        const tour = await loadModule(files.tour, { concurrency: 2 });
        const traps = await loadModule(files.output, { concurrency: 2 });
        tour.run({ args: ['spin', '1000000000000'] });
        const trapping = async () => {
          for (;;) await traps.call('load').catch(() => {});
        };
        void Promise.all([trapping(), trapping()]);
        setTimeout(() => {
          console.log('guests run');
          process.kill(process.pid, '${signal}');
          setTimeout(() => console.log('still there'), 10_000);
        }, 20);`);
      assert.deepEqual({ by, stdout }, { by: signal, stdout: 'guests run\n' });
    });
  }

  it('that stop a guest which has just ended do not reach the next one', async () => {
    // The interrupt may be under way when its guest has just ended.
    const output = await scriptOutput(`${await prelude()}
      (async () => {
        const tour = await loadModule(files.tour, { concurrency: 1, args: ['exit', '0'] });
        let others = 0;
        for (let round = 0; round < 500; ++round) {
          const { signal } = new AbortController();
          const stop = new AbortController();
          const first = tour.run({ signal: stop.signal }).catch(({ code }) => code);
          setImmediate(() => stop.abort());
          const { exitCode } = await tour.run({ args: ['exit', '5'], signal });
          const end = await first;
          if (exitCode !== 5 || (end !== 'ERR_ABORTED' && end.exitCode !== 0)) ++others;
        }
        console.log(others);
      })();`);
    assert.equal(output, '0\n');
  });
});
