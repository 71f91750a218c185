import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { ROOT, rustGuest } from './support/paths.js';
import { runScript } from './support/process.js';
import { temporaryPath } from './support/wat.js';

describe('Processes of a cluster', () => {
  it('run guests of their own while the parent runs its own', async () => {
    // A named script, as cluster requires: the children run it again.
    const script = temporaryPath('cluster.js');
    writeFileSync(
      script,
      `const cluster = require('node:cluster');
      const { loadModule } = require(${JSON.stringify(ROOT)});
      const run = async () => {
        const module = await loadModule(${JSON.stringify(rustGuest('std-tour'))});
        const runs = await Promise.all([1, 2, 3].map((n) => module.run({ args: ['exit', String(n)] })));
        await module.close();
        return runs.map(({ exitCode }) => exitCode).join('');
      };
      (async () => {
        if (cluster.isPrimary) {
          cluster.setupPrimary({ exec: __filename });
          const answers = [1, 2].map(
            () => new Promise((resolve) => cluster.fork().once('message', resolve)),
          );
          console.log([await run(), ...(await Promise.all(answers))].join(' '));
        } else {
          process.send(await run(), () => process.disconnect());
        }
      })();`,
    );
    const ended = await runScript(`require(${JSON.stringify(script)})`);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: '123 123 123\n', stderr: '' });
  });
});
