import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { describe, it } from 'mocha';

import { root } from '../../scripts/setup/paths.mjs';

describe('npm run test:unit', () => {
  it('has no test that needs a guest which only npm test builds', () => {
    const { ignore } = createRequire(import.meta.url)('../../.mocharc.unit.cjs');
    const patterns = ignore.map((glob) => {
      const name = path.basename(glob, '.test.js').replaceAll('*', '.*');
      return new RegExp(`^${name}\\.test\\.ts$`);
    });
    const needing = readdirSync(path.join(root, 'test')).filter((name) => {
      if (!name.endsWith('.test.ts')) return false;
      const text = readFileSync(path.join(root, 'test', name), 'utf8');
      return /\b(testGuest|compiledTestGuest)\(/.test(text);
    });
    assert.ok(needing.length > 3);
    assert.deepEqual(
      needing.filter((name) => !patterns.some((pattern) => pattern.test(name))),
      [],
    );
  });
});
