import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from './setup/index.mjs';
import { root, setupFolder } from './setup/paths.mjs';
import { runMocha } from './test/mocha-processes.mjs';

const help = `Runs the package's tests, in as many processes as there are processors.

Usage: node scripts/mocha.mjs [--grep PATTERN] [--counts FILE]

      --grep    only the tests whose names match
      --counts  where to write how many tests passed, failed and were skipped, as JSON
  -h, --help    this text

The repository is to be set up (npm run quickstart), and the tests compiled (tsc -p tsconfig.test.json).
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

function main({ grep, counts }) {
  const files = readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => path.join(folder, name));
  return runMocha(files, { counts, args: grep === undefined ? [] : ['--grep', grep] });
}

await runCommand(help, readOptions, main);
