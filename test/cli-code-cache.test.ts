import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ROOT } from './support/paths.js';

describe('The command', () => {
  it('keeps its code where Node.js can, and says the same with it', () => {
    const cache = mkdtempSync(path.join(tmpdir(), 'code-cache-'));
    try {
      const version = (): string =>
        execFileSync(process.execPath, [path.join(ROOT, 'dist/cli/main.js'), '--version'], {
          encoding: 'utf8',
          env: { ...process.env, WASMEDGE_EMBED_CACHE: cache },
        });
      assert.equal(version(), version());
      const folder = path.join(cache, 'javascript');
      const isKept = existsSync(folder) && readdirSync(folder).length > 0;
      assert.equal(isKept, 'enableCompileCache' in nodeModule);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
});
