import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

import { ROOT, rustGuest } from './support/paths.js';
import { temporaryPath } from './support/wat.js';

const LARGE = 'x'.repeat(300_000);

/** Runs the guest's script in a process whose files may have 200 KiB (bash counts in KiB). */
function runLimited(isolation: string, lines: string[]): ReturnType<typeof spawnSync> {
  const folder = temporaryPath('limited');
  mkdirSync(folder);
  const code = `
    const { loadModule } = require(${JSON.stringify(ROOT)});
    (async () => {
      const module = await loadModule(${JSON.stringify(rustGuest('std-tour'))}, {
        aot: 'off',
        isolation: '${isolation}',
        directories: { '/w': { path: ${JSON.stringify(folder)}, write: true } },
      });
      const { stdout } = await module.run({
        args: ['script'],
        stdin: require('node:fs').readFileSync(0, 'utf8'),
      });
      process.stdout.write(stdout);
      await module.close();
    })();`;
  return spawnSync('bash', ['-c', 'ulimit -f 200 && exec "$0" -e "$1"', process.execPath, code], {
    input: lines.join('\n'),
    encoding: 'utf8',
  });
}

describe("The system's limit of a file's size", () => {
  for (const isolation of ['in-process', 'worker-process']) {
    it(`is an errno of the guest's, and no signal that ends the process (${isolation})`, () => {
      const { stdout, stderr, status, signal } = runLimited(isolation, [
        `write /w/a ${LARGE}`,
        'truncate /w/a 10000000',
        'write /w/b small',
        'read /w/b',
      ]);
      const tooLarge = 'FileTooLarge (os error 22)';
      assert.deepEqual(String(stdout).split('\n'), [tooLarge, tooLarge, 'ok', 'ok small', '']);
      assert.deepEqual([status, signal, stderr], [0, null, '']);
    });
  }
});
