import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { guestCompilations } from '../../scripts/setup/guest-compilation.mjs';
import { root, setupFolder } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { testCache, testGuestCompilations } from '../setup/test-guest-compilation.mjs';
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
  if (grep === undefined) await fillCache();
  return runMocha(files, { counts, args: grep === undefined ? [] : ['--grep', grep] });
}

/** Puts what the set-up has compiled where tests look for it. */
async function fillCache() {
  const keeper = path.join(root, 'scripts/setup/keep-compiled.mjs');
  const guests = [...guestCompilations, ...testGuestCompilations].flat();
  // The tests report failures.
  await run(process.execPath, [keeper, ...guests], {
    ...{ cwd: root, env: { WASMEDGE_EMBED_CACHE: testCache } },
  });
}

await runCommand(help, readOptions, main);
