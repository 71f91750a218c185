import assert from 'node:assert/strict';
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { compileModule, loadModule } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { isAlive } from './support/workers.js';
import { shellScript } from './support/shell-script.js';
import { temporaryPath, wasmFile } from './support/wat.js';

// What a guest or a module can do after it has taken over its process: start a process in a session
// of its own, which is not killed with the group and keeps all streams open.
describe('A process that a child process has left behind', () => {
  let pidFile: string;
  beforeEach(() => {
    pidFile = temporaryPath('pid');
  });

  const pid = (): number => Number(readFileSync(pidFile, 'utf8'));

  afterEach(() => {
    if (existsSync(pidFile)) process.kill(pid(), 'SIGKILL');
  });

  it('holds up no compilation', async () => {
    const script = temporaryPath('leave.cjs');
    writeFileSync(
      script,
      `const sleep = require('node:child_process').spawn('sleep', ['100'], { detached: true, stdio: 'inherit' });
       require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(sleep.pid));
       sleep.unref();`,
    );
    const output = temporaryPath('compiled.so');
    await compileModule(await wasmFile('(module)'), output, {
      childEnv: { NODE_OPTIONS: `--require ${script}` },
    });
    assert.ok(isAlive(pid()), 'it was not there');
    assert.ok(existsSync(output));
  });

  it('ends with the compiler where it stayed in its group', async () => {
    const script = temporaryPath('stay.cjs');
    writeFileSync(
      script,
      `const sleep = require('node:child_process').spawn('sleep', ['100'], { stdio: 'ignore' });
       require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(sleep.pid));
       sleep.unref();`,
    );
    await compileModule(await wasmFile('(module)'), temporaryPath('compiled.so'), {
      childEnv: { NODE_OPTIONS: `--require ${script}` },
    });
    while (isAlive(pid())) await sleep(10);
    unlinkSync(pidFile);
  });

  it('holds up no invocation in a subprocess', async () => {
    const program = shellScript(
      `[ "$1" = --version ] || { setsid sleep 100 & echo $! > ${pidFile}; }`,
      'exec wasmedge "$@"',
    );
    await using module = await loadModule(rustGuest('std-tour'), {
      isolation: 'subprocess',
      subprocess: { program },
    });
    const { exitCode } = await module.run({ args: ['exit', '5'] });
    assert.ok(isAlive(pid()), 'it was not there');
    assert.equal(exitCode, 5);
  });
});
