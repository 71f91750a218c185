import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { generatedModule } from './support/bench.js';
import { folderWith } from './support/model-files.js';
import { ROOT } from './support/paths.js';
import { temporaryPath } from './support/wat.js';

/** The command on a terminal, until it has written this. */
async function terminalUntil(args: string, wanted: RegExp, cwd: string): Promise<string> {
  const command = `exec '${process.execPath}' '${path.join(ROOT, 'dist/cli/main.js')}' ${args}`;
  const child = spawn('script', ['--quiet', '--command', command, '/dev/null'], {
    cwd,
    env: { ...process.env, WASMEDGE_EMBED_CACHE: temporaryPath('cache') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  let written = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    written += chunk as string;
    if (wanted.test(written)) child.kill();
  }
  await ended;
  return written;
}

describe('A command that loads a guest', () => {
  for (const command of ['classify', 'serve --port 0', 'run']) {
    it(`says on a terminal that it is compiling (${command})`, async function () {
      this.timeout(60_000);
      const folder = folderWith({ 'big.wasm': generatedModule() });
      const picture = command === 'classify' ? 'picture.jpg' : '';
      const args = command === 'run' ? 'run big.wasm' : `${command} --module big.wasm ${picture}`;
      const wanted = /Compiling big\.wasm … /;
      assert.match(await terminalUntil(args, wanted, folder), wanted);
    });
  }
});
