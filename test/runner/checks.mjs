import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { exampleCrates } from '../examples/crates.mjs';
import { fuzzerCrate, fuzzerTargetFolder } from '../fuzz/differential/build.mjs';
import { formatters } from '../../scripts/format/formatters.mjs';
import { cargo } from '../../scripts/setup/guests.mjs';
import { rustEnvironment } from '../../scripts/setup/machine.mjs';
import { commandLine, localProgram, root, setupFolder } from '../../scripts/setup/paths.mjs';
import { countCargo, countFuzzers, countMochaSummary, countsFile, readCounts } from './counts.mjs';
import { nativeChecks } from './native-checks.mjs';

/**
 * One thing that `npm test` looks at.
 *
 * @typedef {object} Check
 * @property {string} name for --only
 * @property {string} title
 * @property {string} [demands] a variable that says what must not be missing: see requirements.mjs
 * @property {boolean} [long] takes more than its share of the usual run: only with --all, or by name
 * @property {number} [processors] that it keeps busy; all by default, and then no other check runs beside it
 * @property {boolean} [runsTests] compiles the tests of the package and runs some: one check at a time
 * @property {boolean} [inherit] writes to the terminal itself, since it reports well, where it runs alone
 * @property {(context: CheckContext) => Promise<Command[]>} commands run one after the other, until one fails
 * @property {(output: string) => import('./counts.mjs').Counts | undefined} [count] where it runs tests
 * @property {(output: string) => string} [excerpt] what of its output is shown when it fails; all, by default
 *
 * @typedef {{ command: string, args: string[], options?: object }} Command
 * @typedef {import('../../scripts/setup/steps.mjs').Context & { grep?: string }} CheckContext
 */

const mochaCounts = countsFile('mocha');

/** @type {Check[]} */
export const checks = [
  ...formatters.map(({ name, title, command }) => ({
    name,
    title,
    processors: 1,
    commands: async ({ machine }) => [command(machine, false)],
  })),
  {
    name: 'eslint',
    title: 'ESLint',
    processors: 1,
    commands: async () => [local('eslint', '.')],
  },
  {
    name: 'docs',
    title: 'API reference: every public symbol documented',
    processors: 1,
    commands: async () => [local('typedoc', '--emit', 'none')],
  },
  {
    name: 'types',
    title: 'The public types',
    processors: 1,
    commands: async () => [local('tsc', '-p', 'test/types')],
  },
  {
    name: 'clippy',
    title: 'Clippy, for WASI and for this machine',
    commands: async ({ machine }) => [
      // In the profile in which they are built, so that macros and build scripts are not compiled again.
      clippy(machine, ['--workspace', '--release', '--target', 'wasm32-wasip1']),
      clippy(machine, [...hostPackages(), '--all-targets']),
      {
        command: path.join(machine.rust.programs, 'cargo-clippy'),
        args: ['clippy', '--locked', '--', '-D', 'warnings'],
        options: {
          cwd: fuzzerCrate,
          env: { ...rustEnvironment(machine), CARGO_TARGET_DIR: fuzzerTargetFolder },
        },
      },
      {
        command: path.join(machine.rust.programs, 'cargo-clippy'),
        args: ['clippy', '--locked', '--', '-D', 'warnings'],
        options: {
          cwd: path.join(root, 'native/fuzz/picture'),
          env: {
            ...rustEnvironment(machine),
            CARGO_TARGET_DIR: path.join(root, 'build/fuzz/picture/target'),
          },
        },
      },
      ...exampleCrates().flatMap((cwd) => [
        // What compiles C would download a WASI SDK: its Makefile puts the system's clang in that place.
        ...(hasTarget(path.join(cwd, 'Makefile'), 'sdk')
          ? [{ command: 'make', args: ['sdk', 'CC=clang-19'], options: { cwd } }]
          : []),
        {
          command: path.join(machine.rust.programs, 'cargo-clippy'),
          args: [
            // Likewise.
            ...['clippy', '--locked', '--release', '--target', 'wasm32-wasip1'],
            ...['--', '-D', 'warnings'],
          ],
          options: {
            cwd,
            env: { ...rustEnvironment(machine), WASI_SDK: path.join(cwd, 'build/wasi-sdk') },
          },
        },
      ]),
    ],
  },
  {
    name: 'setup',
    title: 'Tests of the set-up',
    processors: 1,
    commands: async () => [
      local('mocha', '--no-config', '--reporter', 'spec', '{models,test}/**/*.test.mjs'),
    ],
    count: countMochaSummary,
  },
  {
    name: 'cargo',
    title: 'Tests of the guests (cargo)',
    commands: async ({ machine }) => [cargo(machine, 'test', hostPackages())],
    count: countCargo,
  },
  ...nativeChecks,
  {
    name: 'mocha',
    title: 'Tests of the package (mocha)',
    runsTests: true,
    inherit: true,
    commands: async ({ grep }) => {
      rmSync(mochaCounts, { force: true });
      const grepping = grep === undefined ? [] : ['--grep', grep];
      return [
        script('test/runner/compile-tests.mjs'),
        script('test/runner/mocha.mjs', '--counts', mochaCounts, ...grepping),
      ];
    },
    count: () => readCounts(mochaCounts),
  },
  suite('examples', 'The examples', 'test/examples/examples.mjs', { long: false, processors: 1 }),
  suite('toolchains', 'In Jest, Vitest, traced files, a bundle', 'test/e2e/toolchains.mjs', {
    long: false,
    processors: 1,
    args: ['--quick'],
  }),
  suite('toolchains-all', 'In every toolchain, from the tarball', 'test/e2e/toolchains.mjs', {
    before: ['scripts/prebuild.mjs'],
  }),
  {
    name: 'bench',
    title: 'Benchmark, a few invocations of each contender',
    // Nobody looks at its figures here.
    processors: 1,
    commands: async ({ photographs }) => [benchmark(photographs)],
  },
  suite('mocha-asan', 'Tests of the package, AddressSanitizer', 'test/runner/mocha-asan.mjs', {
    takes: ['grep'],
  }),
  {
    name: 'broker',
    title: 'Tests behind RabbitMQ',
    long: true,
    runsTests: true,
    demands: 'WASMEDGE_EMBED_RABBITMQ_REQUIRED',
    commands: async () => mochaBelow('broker', 60_000),
    count: countMochaSummary,
  },
  {
    name: 'page',
    title: 'The page of the local server, in Chromium',
    long: true,
    runsTests: true,
    demands: 'WASMEDGE_EMBED_CHROMIUM_REQUIRED',
    commands: async () => mochaBelow('browser', 180_000),
    count: countMochaSummary,
  },
  suite('lambda', "The Lambda handler in AWS's own runtime", 'test/e2e/lambda-runtime.mjs'),
  suite('container', 'The container image and its SAM template', 'test/e2e/container.mjs'),
  suite('package', "The package's tarball, as its users install it", 'test/e2e/package.mjs', {
    before: ['scripts/prebuild.mjs'],
  }),
  suite('arm64', 'The native tests for arm64, in QEMU', 'test/arm64/arm64.mjs', {
    takes: ['yes'],
  }),
  {
    name: 'fuzz-events',
    title: 'Fuzzing of Lambda events, 10 s',
    processors: 1,
    runsTests: true,
    commands: async () => [script('test/fuzz/events.mjs', '--seconds', '10')],
  },
  {
    name: 'fuzz-events-long',
    title: 'Fuzzing of Lambda events, 10 min',
    long: true,
    commands: async () => [script('test/fuzz/events.mjs', '--seconds', '600')],
  },
  {
    name: 'fuzz-differential',
    title: 'Compiled, interpreted and V8 compared: every access, generated modules for 15 s',
    processors: 1,
    commands: async () => [script('test/fuzz/differential/differential.mjs', '--seconds', '15')],
  },
  {
    name: 'fuzz-differential-long',
    title: 'The same, generated modules for an hour',
    long: true,
    commands: async () => [script('test/fuzz/differential/differential.mjs', '--seconds', '3600')],
  },
  {
    name: 'fuzz',
    title: 'Fuzzing, 15 s a target',
    commands: async () => [script('test/fuzz/native.mjs', '--seconds', '15', '--repeatable')],
    count: countFuzzers,
  },
  {
    name: 'fuzz-long',
    title: 'Fuzzing, 10 min a target',
    long: true,
    commands: async () => [script('test/fuzz/native.mjs', '--seconds', '600')],
    count: countFuzzers,
  },
  {
    name: 'soak',
    title: 'Soak, 45 s',
    processors: 1,
    commands: async () => [script('test/soak/soak.mjs', '--seconds', '45')],
  },
  {
    name: 'soak-long',
    title: 'Soak, 1,000,000 invocations, 10,000 loads',
    long: true,
    commands: async () => [script('test/soak/soak.mjs')],
  },
];

function local(program, ...args) {
  return { command: localProgram(program), args, options: { cwd: root } };
}

/** Whether the benchmark and all contenders work, but for the peers, which would be installed; no time is judged. */
function benchmark(photographs) {
  // The default model is embedded in the guest already that embeds one.
  const folder = path.join(root, 'models/default');
  const args = ['--model', path.join(folder, 'model.tflite')];
  args.push(
    '--labels',
    path.join(folder, 'labels.txt'),
    '--output',
    path.join(setupFolder, 'bench'),
  );
  return {
    command: process.execPath,
    args: [commandLine, 'bench', '--quick', ...args, ...photographs.slice(0, 2)],
    options: { cwd: root },
  };
}

/**
 * A command of ours that runs tests, which it counts in a file.
 *
 * @param {string} name
 * @param {string} title
 * @param {string} command its file
 * @param {object} [details]
 * @param {boolean} [details.long]
 * @param {number} [details.processors] see `Check`
 * @param {string[]} [details.before] commands that come first
 * @param {string[]} [details.args] arguments that it is always given
 * @param {('grep' | 'yes')[]} [details.takes] of our own options
 * @returns {Check}
 */
function suite(
  name,
  title,
  command,
  { long = true, processors, before = [], args = [], takes = ['grep', 'yes'] } = {},
) {
  const counts = countsFile(`suite-${name}`);
  return {
    name,
    title,
    long,
    processors,
    runsTests: true,
    inherit: true,
    commands: async ({ grep, yes }) => {
      rmSync(counts, { force: true });
      const answer = yes && takes.includes('yes') ? ['--yes'] : [];
      const grepping = grep !== undefined && takes.includes('grep') ? ['--grep', grep] : [];
      return [
        ...before.map((each) => script(each, ...answer)),
        script(command, ...args, '--counts', counts, ...grepping, ...answer),
      ];
    },
    count: () => readCounts(counts),
  };
}

/** The tests in a folder of test/ that the package's own run leaves out, each with this time in milliseconds. */
function mochaBelow(folder, timeout) {
  return [
    script('test/runner/compile-tests.mjs'),
    local('mocha', '--timeout', String(timeout), `build/test/${folder}/*.test.js`),
  ];
}

/** One of our own commands, by its file. */
function script(file, ...args) {
  return {
    command: process.execPath,
    args: [path.join(root, file), ...args],
    options: { cwd: root },
  };
}

/** Our guests keep all but their host calls free of WebAssembly, to be tested here; the guests of the tests do not. */
function hostPackages() {
  return readdirSync(path.join(root, 'wasm'))
    .filter((name) => existsSync(path.join(root, 'wasm', name, 'Cargo.toml')))
    .flatMap((name) => ['--package', name]);
}

function hasTarget(makefile, name) {
  return existsSync(makefile) && readFileSync(makefile, 'utf8').includes(`\n${name}:`);
}

function clippy(machine, args) {
  // By its own name: cargo would look for its subcommands in ~/.cargo/bin first, whichever cargo it is.
  const { args: before, options } = cargo(machine, 'clippy', [...args, '--', '-D', 'warnings']);
  return { command: path.join(machine.rust.programs, 'cargo-clippy'), args: before, options };
}
