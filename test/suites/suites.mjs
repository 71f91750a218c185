// Runs third-party WASI test suites from checkouts on this machine: npm run test:suites -- --help

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { caspervonb } from './caspervonb.mjs';
import { OTHER_RUNTIMES } from './other-runtimes.mjs';
import { nodeSuite } from './node.mjs';
import { MODES, runProgram } from './run-program.mjs';
import { wasiTestsuite } from './wasi-testsuite.mjs';

const HELP = `Usage: npm run test:suites -- [options]

Runs the programs of WASI test suites in host folders and in folders in memory, prints which fail and
why, and compares the results with test/suites/expected.json. Nothing is downloaded: each suite is a
local checkout. Exit code: 0 as expected, 1 if not, 64 for an invalid command line.

  --wasi-testsuite DIR  WebAssembly/wasi-testsuite, branch prod/testsuite-all (preview 1)
  --caspervonb DIR      caspervonb/wasi-test-suite
  --node DIR            nodejs/node, of which test/wasi/wasm and test/fixtures/wasi are read
  --only TEXT           only the programs whose name contains TEXT; nothing is compared
  --isolation NAME      in-process (default) or worker-process
  --runtime NAME        in another runtime, in host folders: node (node:wasi) or wasmedge (its program);
                        nothing is compared
  --update              write the results to test/suites/expected.json
  --help                print this text`;

const EXPECTED = path.join(import.meta.dirname, 'expected.json');
const SUITES = { 'wasi-testsuite': wasiTestsuite, caspervonb, node: nodeSuite };

const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit();
}
const expected = JSON.parse(await readFile(EXPECTED, 'utf8'));
let isAsExpected = true;
for (const [suite, programsOf] of Object.entries(SUITES)) {
  const folder = options[suite];
  if (folder === undefined) continue;
  const programs = (await programsOf(folder)).filter(({ name }) =>
    name.includes(options.only ?? ''),
  );
  if (programs.length === 0) exitUsage(`No programs are found in ${folder}.`);
  for (const mode of options.runtime === 'own' ? MODES : ['host']) {
    const failures = {};
    for (const program of programs) {
      const problem = await runProgram(program, mode, options.isolation, options.runtime);
      if (problem !== undefined) failures[program.name] = problem;
    }
    report(suite, mode, programs, failures);
  }
}
if (options.update) await writeFile(EXPECTED, `${JSON.stringify(expected, null, 2)}\n`);
process.exitCode = isAsExpected ? 0 : 1;

function report(suite, mode, programs, failures) {
  const names = Object.keys(failures);
  const passed = programs.length - names.length;
  console.log(`${suite}, ${mode}: ${passed} of ${programs.length} pass`);
  for (const name of names) console.log(`  fails: ${name}: ${failures[name]}`);
  if (options.only !== undefined || options.runtime !== 'own') return;
  const known = (expected[suite] ??= {})[mode] ?? { passed: 0, failed: [] };
  for (const name of names.filter((each) => !known.failed.includes(each))) {
    console.log(`  not expected: ${name} fails`);
    isAsExpected = false;
  }
  if (passed < known.passed) isAsExpected = false;
  expected[suite][mode] = { passed, failed: names };
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'wasi-testsuite': { type: 'string' },
        caspervonb: { type: 'string' },
        node: { type: 'string' },
        only: { type: 'string' },
        isolation: { type: 'string', default: 'in-process' },
        runtime: { type: 'string', default: 'own' },
        update: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    const isGiven = Object.keys(SUITES).some((suite) => values[suite] !== undefined);
    if (!isGiven && !values.help) exitUsage('Name at least one suite.');
    if (!['own', ...Object.keys(OTHER_RUNTIMES)].includes(values.runtime)) {
      exitUsage(`There is no runtime ${values.runtime}.`);
    }
    return values;
  } catch (error) {
    return exitUsage(error.message);
  }
}

function exitUsage(problem) {
  console.error(`${problem}\n\n${HELP}`);
  process.exit(64);
}
