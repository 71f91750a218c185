import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';
import { watGuest } from './support/wat.js';

describe('Worker threads that are terminated', () => {
  const guest = JSON.stringify(rustGuest('std-tour'));

  for (const [where, first] of [
    ['where the main thread uses the addon too', `await (await loadModule(${guest})).close();`],
    // Then the addon is unloaded with the last worker, and loaded again with the next one.
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

  it('at any moment of host functions and kept instances harm nothing', async () => {
    const kept = JSON.stringify(await watGuest('kept-host'));
    const ended = await runScript(`
      const { Worker } = require('node:worker_threads');
      const { loadModule } = require('wasmedge-embed');
      const program = \`
        const { loadModule } = require('wasmedge-embed');
        let round = 0;
        const ask = async ({ memory }, value) => {
          await memory.write(0, Buffer.alloc(1000));
          return value;
        };
        const env = {
          begin: () => undefined,
          wide: () => [1n, 2],
          ask: (caller, value) =>
            value === 0 ? new Promise(() => undefined) : value === 1 ? value : ask(caller, value),
        };
        (async () => {
          const module = await loadModule(${kept}, { concurrency: 2, imports: { env } });
          for (;;) {
            const instance = await module.instantiate();
            instance.call('ask', 0).catch(() => undefined);
            const other = await module.instantiate();
            const calls = Array.from({ length: 500 }, (_, value) => other.call('ask', 1 + (value % 2)));
            await Promise.all([...calls, module.call('ask', 2), other.memory.grow(1)]);
            if (++round % 3 > 0) await instance.close();
          }
        })();\`;
      (async () => {
        for (let round = 0; round < 20; ++round) {
          const workers = [1, 2].map(() => new Worker(program, { eval: true }));
          await new Promise((resolve) => setTimeout(resolve, 60 + ((round * 17) % 80)));
          await Promise.all(workers.map((worker) => worker.terminate()));
        }
        const imports = { env: { begin: () => {}, wide: () => [1n, 2], ask: () => 7 } };
        const module = await loadModule(${kept}, { imports });
        console.log(await module.call('ask', 1));
        await module.close();
      })();`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: '7\n', stderr: '' });
  });
});
