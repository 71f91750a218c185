import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, it } from 'mocha';

import { root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { mochaArguments, partOf, runUnlessSilent } from './mocha-processes.mjs';

describe('processes of mocha', () => {
  const files = ['build/test/one.test.js', 'build/test/two.test.js'];
  const ended = { code: 0, signal: null, output: 'words\n' };
  const told = { passed: 2, failed: 0, skipped: [], failures: [], times: {} };

  it('have passed where they told so', () => {
    assert.deepEqual(partOf(files, ended, told), { ...told, output: 'words' });
  });

  it('have failed where they ended before their tests, with whatever exit code', () => {
    const { failed, failures } = partOf(files, ended, undefined);
    assert.equal(failed, 1);
    const words = 'one.test.js, two.test.js ended with exit code 0 before its tests did';
    assert.deepEqual(failures, [`The process of ${words}`]);
  });

  it('have failed where they ended in another way than their tests', () => {
    const killed = { code: null, signal: 'SIGSEGV', output: '' };
    const { failed, passed, failures } = partOf(files, killed, told);
    assert.deepEqual([passed, failed], [2, 1]);
    assert.match(failures[0], /was ended by SIGSEGV$/);
    assert.equal(partOf(files, { ...ended, code: 1 }, { ...told, failed: 1 }).failed, 1);
  });

  it('may take their time while they say something, and are ended in silence', async function () {
    this.timeout(60_000);
    const lines = 'for i in 1 2 3 4 5; do echo $i; sleep 0.5; done';
    const { code, output } = await runUnlessSilent(2000, 'sh', ['-c', lines]);
    assert.deepEqual([code, output], [0, '1\n2\n3\n4\n5\n']);
    const silent = await runUnlessSilent(300, 'sh', ['-c', 'echo 1; sleep 60']);
    assert.equal(silent.signal, 'SIGKILL');
  });

  it('say nothing where none of their tests was asked for', () => {
    assert.equal(partOf(files, ended, { ...told, passed: 0 }).output, '');
  });

  it('are configured as mocha is, and by nothing that is left out', () => {
    const configuration = { timeout: 5, 'node-option': ['expose-gc'], require: ['./a.js'] };
    const [option, , ...others] = mochaArguments(configuration);
    assert.equal(option, '--expose-gc');
    assert.equal(others.join(' '), '--no-config --no-package --timeout 5 --require ./a.js');
    assert.throws(() => mochaArguments({ ...configuration, retries: 1 }), /'retries'/);
  });

  it('are told what to do where the tests have not been compiled', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-compiled-'));
    try {
      const guard = path.join(folder, 'test/support/compiled.mjs');
      mkdirSync(path.dirname(guard), { recursive: true });
      copyFileSync(path.join(root, 'test/support/compiled.mjs'), guard);
      const { code, output } = await run(process.execPath, [guard]);
      assert.equal(code, 1);
      assert.match(output, /^The tests have not been compiled yet\. 'npm run watch' does it/);
      const cache = path.join(folder, 'build/test/support/cache.js');
      mkdirSync(path.dirname(cache), { recursive: true });
      writeFileSync(cache, '');
      assert.equal((await run(process.execPath, [guard])).code, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
