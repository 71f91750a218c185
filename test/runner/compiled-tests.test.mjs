import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { compareOutput } from './compiled-tests.mjs';

describe('the compiled tests', () => {
  let folder;
  let sources;
  let output;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'compiled-tests-'));
    sources = path.join(folder, 'test');
    output = path.join(folder, 'output');
    for (const name of ['call.test.ts', 'support/wat.ts', 'hook.mts']) write(sources, name);
    for (const name of ['types/public.ts', 'data.d.ts', 'runner/mocha.mjs']) write(sources, name);
    for (const name of ['call.test.js', 'support/wat.js', 'hook.mjs', '.tsbuildinfo']) {
      write(output, name);
    }
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(parent, name) {
    const file = path.join(parent, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
  }

  it('are complete where every source has its output', () => {
    assert.deepEqual(compareOutput(sources, output), { missing: [], leftover: [] });
  });

  it('lack what was deleted', () => {
    rmSync(path.join(output, 'support'), { recursive: true });
    rmSync(path.join(output, 'hook.mjs'));
    const { missing, leftover } = compareOutput(sources, output);
    assert.deepEqual([missing.sort(), leftover], [['hook.mjs', 'support/wat.js'], []]);
    rmSync(output, { recursive: true });
    assert.equal(compareOutput(sources, output).missing.length, 3);
  });

  it('have something left whose source is gone', () => {
    rmSync(path.join(sources, 'call.test.ts'));
    assert.deepEqual(compareOutput(sources, output), { missing: [], leftover: ['call.test.js'] });
  });
});
