import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { parallel } from '../../scripts/setup/addon.mjs';
import { runCommand } from '../../scripts/setup/index.mjs';
import { guestCompilations } from '../../scripts/setup/guest-compilation.mjs';
import { detectingGuestFile, guest, root, setupFolder } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { runMocha } from './mocha-processes.mjs';
import { sideBySide } from './side-by-side.mjs';

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

/** Compiles the guests that most tests load: otherwise several processes would compile them at the same time. */
async function fillCache() {
  // Guests that the set-up has compiled are not compiled again.
  const cache = process.env.WASMEDGE_EMBED_CACHE ?? path.join(root, 'build/test-cache');
  const keeper = path.join(root, 'scripts/setup/keep-compiled.mjs');
  const env = { WASMEDGE_EMBED_CACHE: cache };
  const load = "require('./dist').loadModule(process.argv[1]).then((module) => module.close())";
  await sideBySide(
    [
      [keeper, ...guestCompilations.flat()],
      // With the decoders of all pictures, whose optimized code the tests compare with Pillow.
      ['-e', load, guest('model-input')],
      ['-e', load, detectingGuestFile],
    ],
    parallel,
    // The tests report failures.
    (args) => run(process.execPath, args, { cwd: root, env }),
  );
}

await runCommand(help, readOptions, main);
