import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';
import { temporaryPath, wasmFile, watGuest } from './support/wat.js';

describe("The host's stdout and stderr", () => {
  it('stay empty: loading, compiling, running, trapping and refusing write nothing', async () => {
    const files = {
      tour: rustGuest('std-tour'),
      traps: await watGuest('traps'),
      outputs: [temporaryPath('traps.so'), temporaryPath('traps.wasm')],
      unlinked: await wasmFile('(module (import "env" "missing" (func)))'),
    };
    const ended = await runScript(`
      const { compileModule, inspectModule, loadModule } = require('wasmedge-embed');
      const files = ${JSON.stringify(files)};
      (async () => {
        for (const aot of ['auto', 'off']) {
          const tour = await loadModule(files.tour, { aot });
          await tour.run({ args: ['cat'], stdin: 'to the guest and back' });
          await tour.run({ args: ['stderr', 'an error message of the guest'] });
          await tour.run({ args: ['panic'] }).catch(() => {});
          await tour.run({ args: ['exit', '1'] });
          await tour.run({ args: 7 }).catch(() => {});
          await tour.close();
          const traps = await loadModule(files.traps, { aot });
          for (const { name } of traps.exports) await traps.call(name).catch(() => {});
          await traps.close();
          await loadModule(files.unlinked, { aot }).catch(() => {});
        }
        await inspectModule(files.traps);
        for (const output of files.outputs) await compileModule(files.traps, output);
        await loadModule(files.outputs[0]).then((module) => module.close());
        await loadModule('/nowhere/at/all.wasm').catch(() => {});
        await loadModule(process.execPath).catch(() => {});
        await loadModule(__filename).catch(() => {});
      })();`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: '', stderr: '' });
  });
});
