import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { after, before, describe, it } from 'mocha';

import { run, terminateChildren } from '../../scripts/setup/processes.mjs';

describe('a program that is run', function () {
  this.timeout(60_000);

  let folder;
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'))));
  after(() => rmSync(folder, { recursive: true }));

  const busy = `while (process.cpuUsage().user < 200_000);`;
  const starts = (script) =>
    `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(script)}])`;

  it('is accounted for with what it has started, and not with others', async () => {
    const result = await run(process.execPath, ['-e', starts(busy)]);
    assert.ok(result.processorSeconds >= 0.2, `${result.processorSeconds} s`);
    const idle = await run('true', []);
    assert.ok(idle.processorSeconds < 0.2, `${idle.processorSeconds} s`);
  });

  it('has variables whose names no shell takes', async () => {
    const script = `process.stdout.write(process.env['npm_config_//host/:token'] + process.env['a.b'])`;
    const env = { 'npm_config_//host/:token': 'one', 'a.b': 'two' };
    assert.equal((await run(process.execPath, ['-e', script], { env })).stdout, 'onetwo');
  });

  it('gets the signal that ends this process, also with the terminal as its own', async () => {
    const file = path.join(folder, 'started');
    const script = `
      process.on('SIGTERM', () => process.exit(7));
      require('node:fs').writeFileSync(${JSON.stringify(file)}, '');
      setInterval(() => {}, 1000);`;
    const ended = run(process.execPath, ['-e', script], { inherit: true });
    while (!existsSync(file)) await setTimeout(10);
    terminateChildren('SIGTERM');
    assert.equal((await ended).code, 7);
  });

  it('is over when it is killed, though something else keeps its output open', async () => {
    const file = path.join(folder, 'left');
    const child = `require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], {
      stdio: 'inherit', detached: true }); setInterval(() => {}, 1000)`;
    const controller = new AbortController();
    const ended = run(process.execPath, ['-e', script], { signal: controller.signal });
    while (!existsSync(file) || readPid(file) === 0) await setTimeout(10);
    controller.abort();
    const { signal } = await ended;
    process.kill(readPid(file), 'SIGKILL');
    assert.equal(signal, 'SIGKILL');
  });
});

function readPid(file) {
  return Number(readFileSync(file, 'utf8'));
}
