import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { SetupFailure } from './setup/failure.mjs';
import { runCommand } from './setup/index.mjs';
import { commandLine, localProgram, root } from './setup/paths.mjs';
import { run, terminateChildren } from './setup/processes.mjs';
import { browserFolder, copyAssets, page } from './setup/typescript.mjs';

const help = `Compiles TypeScript whenever a source changes: the package, its tests, and the page of serve.

Usage: npm run watch

  -h, --help  print this text

Requires a set-up repository (npm run quickstart). In another terminal, run a test file with

  npx mocha build/test/call.test.js
`;

function readOptions() {
  return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
}

async function main() {
  if (!existsSync(commandLine)) {
    throw new SetupFailure('Nothing has been built yet: run npm run quickstart first.');
  }
  const dist = path.join(root, 'dist');
  copyAssets(dist);
  for (const folder of [page, 'lib/bench/report']) {
    watch(path.join(root, folder), () => copyAssets(dist));
  }
  const compilers = [
    ['-p', 'tsconfig.json'],
    ['-p', path.join(page, 'browser'), '--outDir', browserFolder(dist)],
    ['-p', 'tsconfig.test.json'],
  ].map((args) =>
    run(localProgram('tsc'), [...args, '--watch', '--preserveWatchOutput'], {
      cwd: root,
      inherit: true,
    }),
  );
  // Until the terminal ends them all, or one of them fails.
  const { code } = await Promise.race(compilers);
  terminateChildren('SIGTERM');
  process.exit(code ?? 1);
}

await runCommand(help, readOptions, main);
