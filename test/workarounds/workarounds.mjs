import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { forgetOtherToolchain, parallel } from '../../scripts/setup/addon.mjs';
import { runCommand } from '../../scripts/setup/index.mjs';
import { compileTests, liteRtFile, localProgram, root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { withTask } from '../../scripts/setup/task.mjs';
import { rows } from './rows.mjs';

const help = `Shows that each workaround is needed: its test passes with it and fails without it.

Usage: npm run test:workarounds -- [NAME…]

  -h, --help  print this text

The names are those of docs/workarounds.md; by default all. The addon and the native tests are built with switches,
which released builds do not have. Requires a set-up repository (npm run quickstart).
`;

/** node-gyp-build looks in a package's folder for build/Release. */
const packageFolder = path.join(root, 'build/workarounds');
const addonFolder = path.join(packageFolder, 'build/Release');
const nativeFolder = path.join(root, 'build/native-tests/native/test');
/** Bytes of memory for failures that take all of it. */
const memory = 4 * 2 ** 30;
/** A time limit for failures that never end. */
const seconds = 120;

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`There is no workaround ${unknown.join(', ')}.`);
  return { ...values, names: positionals };
}

async function main({ names }) {
  const selected = rows.filter(({ name }) => names.length === 0 || names.includes(name));
  await withTask('Building with switches', 'workarounds', (task) => build(task, selected));
  let isProven = true;
  for (const row of selected) {
    const withIt = await outcomeOf(row, []);
    const without = await outcomeOf(row, [row.name]);
    isProven &&= withIt === 'passes' && without === 'fails';
    const words = [
      withIt === 'passes' ? 'passes' : `${withIt.toUpperCase()} with it`,
      without === 'fails' ? 'fails without' : `${without.toUpperCase()} without`,
    ];
    console.log(`${row.name.padEnd(20)} ${words.join(', ')}  (${row.native ?? row.mocha})`);
  }
  return isProven ? 0 : 1;
}

async function build(task, selected) {
  if (selected.some(({ native }) => native !== undefined)) {
    await task.exec('cmake', ['--preset', 'native'], { cwd: root });
    await task.exec('cmake', ['--build', '--preset', 'native', '--parallel', String(parallel)], {
      cwd: root,
    });
  }
  if (selected.some(({ mocha }) => mocha !== undefined)) {
    const folder = path.join(packageFolder, 'build');
    forgetOtherToolchain(folder, JSON.stringify([root, process.env.CXX ?? '']));
    await task.exec(
      localProgram('cmake-js'),
      [
        ...['build', '--out', folder, '--parallel', String(parallel)],
        ...['--target', 'wasmedge_embed', '--CDWASMEDGE_EMBED_SWITCHES=ON'],
      ],
      { cwd: root },
    );
    await task.exec(localProgram('tsc'), ['-p', 'tsconfig.json'], { cwd: root });
    await task.exec(process.execPath, [compileTests], { cwd: root });
  }
  return 'done';
}

/**
 * The outcome of the row's test with these workarounds off.
 *
 * @returns {Promise<'passes' | 'fails' | 'matches no test'>}
 */
async function outcomeOf({ native, mocha, grep, takesMemory }, off) {
  const folder = native === undefined ? addonFolder : nativeFolder;
  const switches = path.join(folder, 'workarounds.off');
  // Modules compiled with a workaround must not be found without it.
  const cache = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-workarounds-'));
  writeFileSync(switches, off.map((name) => `${name}\n`).join(''));
  try {
    const [command, args] =
      native === undefined
        ? [process.execPath, mochaArguments(mocha, grep)]
        : [path.join(nativeFolder, 'native_tests'), [`--gtest_filter=${native}`]];
    const limits = ['--core=0', ...(takesMemory ? [`--data=${memory}`] : [])];
    const patience = ['timeout', '--kill-after=5', String(seconds)];
    const { code, output } = await run('prlimit', [...limits, ...patience, command, ...args], {
      cwd: root,
      env: {
        WASMEDGE_EMBED_CACHE: cache,
        WASMEDGE_EMBED_LITERT: liteRtFile,
        WASMEDGE_EMBED_PREBUILD: packageFolder,
      },
    });
    if (code !== 0) return 'fails';
    const ran = native === undefined ? /[1-9]\d* passing/ : /\[ {2}PASSED {2}\] [1-9]/;
    return ran.test(output) ? 'passes' : 'matches no test';
  } finally {
    rmSync(switches);
    rmSync(cache, { recursive: true, force: true });
  }
}

function mochaArguments(file, grep) {
  return [
    ...['--expose-gc', path.join(root, 'node_modules/mocha/bin/mocha.js'), '--no-config'],
    ...['--require', './build/test/support/cache.js', '--timeout', '60000', '--bail'],
    ...['--grep', grep, `build/test/${file}.test.js`],
  ];
}

await runCommand(help, readOptions, main);
