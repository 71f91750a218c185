import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { localProgram, root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { Stamp, digestOf } from '../../scripts/setup/stamp.mjs';
import { compareOutput, testSources } from './compiled-tests.mjs';

const help = `Compiles the tests into build/test, where something has changed since the last time.

Usage: node test/runner/compile-tests.mjs

  -h, --help  print this text

Requires a set-up repository (npm run quickstart).
`;

const configuration = 'tsconfig.test.json';
const tests = path.join(root, 'test');
const output = path.join(root, 'build/test');
const buildInfo = path.join(output, '.tsbuildinfo');

function readOptions() {
  return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
}

async function main() {
  const stamp = new Stamp('tests');
  const digest = digestOf(sources());
  const { missing, leftover } = compareOutput(tests, output);
  const isComplete = missing.length === 0 && leftover.length === 0;
  if (isComplete && stamp.matches(digest, [buildInfo])) return 0;
  stamp.clear();
  // Tests whose sources were deleted must not run any more.
  for (const name of leftover) rmSync(path.join(output, name));
  // Because of that file the compiler assumes that everything it has written before still exists.
  if (missing.length > 0) rmSync(buildInfo, { force: true });
  const { code } = await run(localProgram('tsc'), ['-p', configuration], {
    ...{ cwd: root, inherit: true },
  });
  if (code === 0) stamp.save(digest, [buildInfo]);
  return code ?? 1;
}

/** What the compiler reads: the tests, and the types of the package and of its dependencies. */
function sources() {
  return [
    ...[configuration, 'tsconfig.json', 'package.json', 'package-lock.json'],
    ...testSources(tests).map((name) => path.join('test', name)),
    ...typesOfPackage(),
  ];
}

function typesOfPackage() {
  return readdirSync(path.join(root, 'dist'), { recursive: true })
    .filter((name) => /\.d\.m?ts$/.test(name))
    .sort()
    .map((name) => path.join('dist', name));
}

await runCommand(help, readOptions, main);
