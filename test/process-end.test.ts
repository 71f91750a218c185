import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';
import type { Ended } from './support/process.js';
import { watGuest } from './support/wat.js';

/** Runs a script that has loaded std-tour as `module`, unless `options` say otherwise. */
function withTour(body: string, options = '{}'): Promise<Ended> {
  return runScript(`
    const { loadModule } = require('wasmedge-embed');
    (async () => {
      const module = await loadModule(${JSON.stringify(rustGuest('std-tour'))}, ${options});
      ${body}
    })();`);
}

const quiet = { code: 0, signal: null, stderr: '' };

describe('The process', () => {
  it('ends by itself with a loaded module that is idle', async () => {
    assert.deepEqual(await withTour(''), { ...quiet, stdout: '' });
  });

  it('ends by itself with idle modules that have run', async () => {
    const ended = await withTour(`
      const other = await loadModule(module.file, { concurrency: 4, args: ['exit', '1'] });
      const results = await Promise.all([module.run({ args: ['exit', '2'] }), other.run(), other.run()]);
      console.log(results.map((each) => each.exitCode).join());`);
    assert.deepEqual(ended, { ...quiet, stdout: '2,1,1\n' });
  });

  it('stays for runs that are pending, with nothing else to do', async () => {
    const ended = await withTour(
      `for (let i = 0; i < 3; ++i) {
         module.run({ args: ['sleep', '50'] }).then(({ exitCode }) => console.log('slept', exitCode));
       }`,
      '{ concurrency: 1 }',
    );
    assert.deepEqual(ended, { ...quiet, stdout: 'slept 0\n'.repeat(3) });
  });

  it('stays for a close that is pending', async () => {
    const ended = await withTour(`
      module.run({ args: ['sleep', '50'] });
      module.close().then(() => console.log('closed'));`);
    assert.deepEqual(ended, { ...quiet, stdout: 'closed\n' });
  });

  for (const [what, end, code] of [
    ['process.exit()', 'process.exit(5)', 5],
    ['an exception that nobody catches', "throw new Error('nobody catches this')", 1],
  ] as const) {
    it(`ends at ${what} while guests run and others wait`, async () => {
      // Guests that call the host all the time. Memory that the process frees at exit is
      // overwritten, so a thread that still uses it is detected.
      const guest = JSON.stringify(await watGuest('busy-host-calls'));
      for (let attempt = 0; attempt < 6; ++attempt) {
        const ended = await runScript(
          `const { loadModule } = require('wasmedge-embed');
           (async () => {
             const module = await loadModule(${guest}, { concurrency: 8 });
             for (let run = 0; run < 16; ++run) module.run();
             setTimeout(() => { ${end}; }, 20);
           })();`,
          { env: { MALLOC_PERTURB_: '165' } },
        );
        assert.deepEqual([ended.code, ended.signal, ended.stdout], [code, null, '']);
      }
    });
  }

  it('is told of once, however often the package is loaded anew, as test runners do', async () => {
    const ended = await withTour(`
      const own = Object.keys(require.cache).filter((each) => !each.endsWith('.node'));
      for (let time = 0; time < 12; time++) {
        for (const each of own) delete require.cache[each];
        const again = await require('wasmedge-embed').loadModule(module.file);
        await again.close();
      }
      console.log(process.listenerCount('exit'));`);
    assert.deepEqual(ended, { ...quiet, stdout: '1\n' });
  });

  it('ends with the code that was set, after everything was closed', async () => {
    const ended = await withTour(`
      await module.run({ args: ['exit', '0'] });
      await module.close();
      process.exitCode = 9;`);
    assert.deepEqual(ended, { ...quiet, code: 9, stdout: '' });
  });
});
