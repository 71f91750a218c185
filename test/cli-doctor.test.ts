import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';

import { commandLine } from './support/command-line.js';
import { ROOT } from './support/paths.js';

interface Report {
  ok: boolean;
  findings: { name: string; status: string; text: string; code?: string; remedy?: string }[];
}

const CLI = path.join(ROOT, 'dist', 'cli', 'main.js');

describe('wasmedge-embed doctor', () => {
  it('finds that all works here, after a run in each isolation', async () => {
    const { stdout, stderr, exitCode } = await commandLine(['doctor', '--json']);
    const { ok, findings } = JSON.parse(stdout) as Report;
    assert.deepEqual([exitCode, stderr, ok], [0, '', true], stdout);
    const names = findings.map(({ name }) => name);
    for (const name of ['Node.js', 'WasmEdge', 'LLVM', 'LiteRT', 'Cache', 'Model']) {
      assert.ok(names.includes(name), name);
    }
    const runs = findings.filter(({ name }) => name.startsWith('A run'));
    assert.deepEqual(
      runs.map(({ name, status }) => [name, status]),
      ['in-process', 'worker-process', 'subprocess'].map((each) => [`A run, ${each}`, 'ok']),
    );
  });

  it('says what does not work, and what to do, and ends with 1', async () => {
    const { stdout, exitCode } = await commandLine(['doctor'], { WASMEDGE_DIR: '/none' });
    assert.equal(exitCode, 1);
    assert.match(stdout, /^ {2}ok {6}Node\.js/m);
    assert.match(
      stdout,
      /^ {2}FAILED {2}WasmEdge +ERR_NATIVE_LOAD: The WasmEdge library cannot be opened/m,
    );
    assert.match(stdout, /apt-get install libwasmedge0/);
    assert.match(stdout, /^ {2}FAILED {2}A run, in-process +ERR_NATIVE_LOAD: as WasmEdge$/m);
    assert.match(stdout, /^\d of \d+ checks failed\.$/m);
  });

  it('tells a limit of the address space', () => {
    // Far more than Node.js takes, and less than a memory takes.
    execFileSync('prlimit', ['--version']);
    const { stdout } = spawnSync(
      'prlimit',
      [`--as=${9 * 2 ** 30}`, process.execPath, CLI, 'doctor', '--json'],
      {
        encoding: 'utf8',
      },
    );
    const { ok, findings } = JSON.parse(stdout) as Report;
    const found = findings.find(({ name }) => name === 'Address space');
    assert.deepEqual([ok, found?.status], [false, 'failed']);
    assert.match(String(found?.remedy), /ulimit -v unlimited/);
  });
});
