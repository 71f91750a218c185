import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { filesBelow } from '../../scripts/setup/files.mjs';
import { localProgram, root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { Stamp, digestOf } from '../../scripts/setup/stamp.mjs';

const help = `Compiles the tests into build/test, where something has changed since the last time.

Usage: node test/runner/compile-tests.mjs

  -h, --help  print this text

Requires a set-up repository (npm run quickstart).
`;

const configuration = 'tsconfig.test.json';
const output = path.join(root, 'build/test');
const buildInfo = path.join(output, '.tsbuildinfo');

function readOptions() {
  return parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values;
}

async function main() {
  const stamp = new Stamp('tests');
  const digest = digestOf(sources());
  if (stamp.matches(digest, [buildInfo])) return 0;
  stamp.clear();
  removeStale();
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
    ...filesBelow(path.join(root, 'test'))
      .filter((file) => /\.(ts|mts)$/.test(file))
      .map((file) => path.relative(root, file)),
    ...typesOfPackage(),
  ];
}

function typesOfPackage() {
  return readdirSync(path.join(root, 'dist'), { recursive: true })
    .filter((name) => /\.d\.m?ts$/.test(name))
    .sort()
    .map((name) => path.join('dist', name));
}

/** Tests whose sources are gone must not run on. */
function removeStale() {
  if (!existsSync(output)) return;
  for (const name of readdirSync(output, { recursive: true })) {
    const match = /^(.+)\.(m?)js$/.exec(name);
    if (!match) continue;
    const [, stem, kind] = match;
    if (!existsSync(path.join(root, 'test', `${stem}.${kind}ts`))) {
      rmSync(path.join(output, name));
    }
  }
}

await runCommand(help, readOptions, main);
