import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';

describe('Worker threads that are terminated', () => {
  it('at any moment of loading, running and closing, harm nothing', async () => {
    // In a process of its own, which a crash would end.
    const ended = await runScript(`
      const { readdirSync } = require('node:fs');
      const { Worker } = require('node:worker_threads');
      const { loadModule } = require('wasmedge-embed');
      const program = \`
        const { loadModule } = require('wasmedge-embed');
        (async () => {
          for (let round = 0; ; ++round) {
            const module = await loadModule(${JSON.stringify(rustGuest('std-tour'))}, { concurrency: 2 });
            const runs = [
              module.run({ args: ['cat'], stdin: Buffer.alloc(300_000) }),
              module.run({ args: ['panic'] }).catch(() => undefined),
              module.run({ args: ['spin', '300000'] }),
            ];
            if (round % 3 > 0) await Promise.all(runs);
            if (round % 4 > 0) await module.close();
          }
        })();\`;
      const threads = () => readdirSync('/proc/self/task').length;
      (async () => {
        await (await loadModule(${JSON.stringify(rustGuest('std-tour'))})).close();
        const before = threads();
        for (let round = 0; round < 25; ++round) {
          const workers = [1, 2, 3].map(() => new Worker(program, { eval: true }));
          await new Promise((resolve) => setTimeout(resolve, 25 + ((round * 17) % 40)));
          await Promise.all(workers.map((worker) => worker.terminate()));
        }
        console.log(threads() <= before ? 'no thread is left' : before + ' threads, ' + threads());
      })();`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'no thread is left\n', stderr: '' });
  });
});
