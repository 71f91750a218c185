import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { after, before, describe, it } from 'mocha';

import { runCases } from './google-test.mjs';

/** Behaves as a program of GoogleTest's whose cases do what they are named after. */
const program = `#!${process.execPath}
const fs = require('node:fs');
const option = (name) => process.argv.find((arg) => arg.startsWith(name))?.slice(name.length);
const filter = option('--gtest_filter=').split(':');
const cases = [];
let leaks = false;
for (const full of filter) {
  const [classname, name] = full.split('.');
  fs.writeSync(1, '[ RUN      ] ' + full + '\\n');
  if (name === 'Crashes') process.kill(process.pid, 'SIGSEGV');
  if (name === 'Crashes') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (name === 'Hangs') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (name === 'HangsWithAChild') {
    const loop = 'setInterval(() => {}, 1000)';
    require('node:child_process').spawnSync(process.execPath, ['-e', loop], { stdio: 'inherit' });
  }
  leaks ||= name === 'Leaks' || (name === 'LeaksInCompany' && filter.length > 1);
  const told = { classname, name, result: 'COMPLETED' };
  if (name === 'Fails') told.failures = [{ failure: 'no' }];
  if (name === 'Skips') Object.assign(told, { result: 'SKIPPED', skipped: [{ message: 'file:1\\nno reason' }] });
  cases.push(told);
  const words = { Fails: '1 is not 2\\n[  FAILED  ] ', Skips: '[  SKIPPED ] ' };
  fs.writeSync(1, (words[name] ?? '[       OK ] ') + full + ' (0 ms)\\n');
}
fs.writeFileSync(option('--gtest_output=json:'), JSON.stringify({ testsuites: [{ testsuite: cases }] }));
if (leaks) fs.writeSync(2, 'ERROR: LeakSanitizer\\n');
process.exit(leaks ? 23 : cases.some((each) => each.failures) ? 1 : 0);
`;

describe('cases of GoogleTest', function () {
  this.timeout(60_000);

  let folder;
  let file;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'));
    file = path.join(folder, 'program');
    writeFileSync(file, program, { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true }));

  async function run(names) {
    const cases = names.map((name) => ({
      ...{ name, filter: `Suite.${name}` },
      timeoutMs: name.startsWith('Hangs') ? 100 : 60_000,
    }));
    const results = await runCases(file, cases);
    const byName = Object.fromEntries(results.map((each) => [each.case.name, each]));
    assert.equal(results.length, names.length);
    return [Object.fromEntries(names.map((name) => [name, byName[name].result])), byName];
  }

  it('pass, fail with what they said, and are skipped with the reason', async () => {
    const [results, { Fails, Skips }] = await run(['One', 'Fails', 'Skips', 'Two']);
    assert.deepEqual(results, { One: 'passed', Fails: 'failed', Skips: 'skipped', Two: 'passed' });
    assert.match(Fails.output, /^\[ RUN {6}\] Suite\.Fails\n1 is not 2\n/);
    assert.doesNotMatch(Fails.output, /Suite\.Two/);
    assert.equal(Skips.reason, 'no reason');
  });

  it('are all known where one of them ends the process', async () => {
    const [results, { Crashes }] = await run(['Fails', 'Skips', 'Crashes', 'Three']);
    const expected = { Fails: 'failed', Skips: 'skipped', Crashes: 'failed', Three: 'passed' };
    assert.deepEqual(results, expected);
    assert.match(Crashes.output, /was ended by SIGSEGV/);
  });

  it('are killed where one takes too long, and go on', async () => {
    const [results, { Hangs }] = await run(['One', 'Hangs', 'Two']);
    assert.deepEqual(results, { One: 'passed', Hangs: 'failed', Two: 'passed' });
    assert.match(Hangs.output, /took too long/);
  });

  it('are killed with what they have started', async () => {
    const [results, { HangsWithAChild }] = await run(['HangsWithAChild', 'Two']);
    assert.deepEqual(results, { HangsWithAChild: 'failed', Two: 'passed' });
    assert.match(HangsWithAChild.output, /took too long/);
  });

  it('are told of a leak that another one’s end has hidden', async () => {
    const [results] = await run(['Leaks', 'Crashes', 'Two']);
    assert.deepEqual(results, { Leaks: 'failed', Crashes: 'failed', Two: 'passed' });
  });

  it('are told apart where the end of the process tells of one of them', async () => {
    const [results, { Leaks }] = await run(['One', 'Leaks', 'Two']);
    assert.deepEqual(results, { One: 'passed', Leaks: 'failed', Two: 'passed' });
    assert.match(Leaks.output, /LeakSanitizer/);
  });

  it('fail together where it tells of none alone', async () => {
    const [, { LeaksInCompany }] = await run(['LeaksInCompany', 'Two']);
    assert.equal(LeaksInCompany.result, 'failed');
    assert.match(LeaksInCompany.output, /together in one process:[^]*LeakSanitizer/);
  });

  it('fail where the program does not start', async () => {
    const cases = [{ name: 'One', filter: 'Suite.One', timeoutMs: 60_000 }];
    const [{ result, output }] = await runCases(path.join(folder, 'nothing'), cases);
    assert.equal(result, 'failed');
    assert.match(output, /ENOENT/);
  });
});
