import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { commandLine } from './support/command-line.js';

const CAN_KEEP = 'enableCompileCache' in nodeModule;

describe('The command and its own code', () => {
  let cache: string;

  beforeEach(() => {
    cache = mkdtempSync(path.join(tmpdir(), 'code-cache-'));
  });
  afterEach(() => {
    rmSync(cache, { recursive: true });
  });

  const start = (): ReturnType<typeof commandLine> =>
    commandLine(['--version'], {
      WASMEDGE_EMBED_CACHE: cache,
      NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
    });

  it('keeps it where Node.js can, and takes it from there', async () => {
    const first = await start();
    const second = await start();
    assert.equal(second.exitCode, first.exitCode);
    if (!CAN_KEEP) {
      assert.ok(!existsSync(path.join(cache, 'javascript')));
      return;
    }
    // The file that contains most of what it loads.
    assert.match(first.stderr, /writing cache for .*shared\.js/);
    assert.match(second.stderr, /cache for .*shared\.js was accepted/);
  });

  it('keeps nothing in a folder that others can write to', async () => {
    const folder = path.join(cache, 'javascript');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    assert.equal((await start()).exitCode, 0);
    assert.deepEqual(readdirSync(folder), []);
  });
});
