import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { root, setupFolder } from '../../scripts/setup/paths.mjs';
import { fillTestCache } from '../setup/test-guest-compilation.mjs';
import { runMocha } from './mocha-processes.mjs';

const help = `Runs the package's tests in several processes, and lists the slowest files.

Usage: node test/runner/mocha.mjs [--grep PATTERN] [--counts FILE]

      --grep    only the tests whose names match
      --counts  file for the numbers of passed, failed and skipped tests, as JSON
  -h, --help    print this text

Requires a set-up repository (npm run quickstart) and compiled tests (tsc -p tsconfig.test.json).
`;

const folder = 'build/test';

function readOptions() {
  return parseArgs({
    options: {
      grep: { type: 'string' },
      counts: { type: 'string', default: path.join(setupFolder, 'mocha.json') },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}

async function main({ grep, counts }) {
  const files = readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => path.join(folder, name));
  if (grep === undefined) await fillTestCache();
  return runMocha(files, { counts, args: grep === undefined ? [] : ['--grep', grep] });
}

await runCommand(help, readOptions, main);
