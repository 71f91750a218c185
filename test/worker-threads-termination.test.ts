import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';

describe('Worker threads that are terminated', () => {
  const guest = JSON.stringify(rustGuest('std-tour'));

  for (const [where, first] of [
    ['where the main thread uses the addon too', `await (await loadModule(${guest})).close();`],
    // Then the addon goes with the last worker, and is loaded again with the next one.
    ['where workers alone use the addon', ''],
  ] as const) {
    it(`at any moment of loading, running and closing, harm nothing ${where}`, async () => {
      // In a process of its own, which a crash would end.
      const ended = await runScript(`
        const { readdirSync } = require('node:fs');
        const { Worker } = require('node:worker_threads');
        const { loadModule } = require('wasmedge-embed');
        const program = \`
          const { loadModule } = require('wasmedge-embed');
          (async () => {
            for (let round = 0; ; ++round) {
              const module = await loadModule(${guest}, { concurrency: 2 });
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
          ${first}
          for (let round = 0; round < 20; ++round) {
            const workers = [1, 2].map(() => new Worker(program, { eval: true }));
            await new Promise((resolve) => setTimeout(resolve, 25 + ((round * 17) % 40)));
            await Promise.all(workers.map((worker) => worker.terminate()));
          }
          const before = threads();
          const module = await loadModule(${guest}, { args: ['upper'] });
          console.log(String((await module.run({ stdin: 'works' })).stdout));
          await module.close();
          if (threads() > before + 4) console.log(before + ' threads, then ' + threads());
        })();`);
      assert.deepEqual(ended, { code: 0, signal: null, stdout: 'WORKS\n', stderr: '' });
    });
  }
});
