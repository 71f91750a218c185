import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { exampleCrates } from '../examples/crates.mjs';
import { fuzzerCrate, fuzzerTargetFolder } from '../fuzz/differential/build.mjs';
import { formatters } from '../../scripts/format/formatters.mjs';
import { cargo, digestsOfRust, embedded, guestSources } from '../../scripts/setup/guests.mjs';
import { rustEnvironment } from '../../scripts/setup/machine.mjs';
import { commandLine, localProgram, root, setupFolder } from '../../scripts/setup/paths.mjs';
import { factsOfRust } from '../setup/kept-builds.mjs';
import { unlessKnown } from './clippy-results.mjs';
import { countCargo, countFuzzers, countMochaSummary, countsFile, readCounts } from './counts.mjs';
import { keyOfTests, takeTests, testsFolder } from './guest-tests.mjs';
import { nativeChecks } from './native-checks.mjs';
import { cargoTree, clangTree, halfOfProcessors } from './shares.mjs';

/**
 * One of the checks of `npm test`.
 *
 * @typedef {object} Check
 * @property {string} name for --only
 * @property {string} title
 * @property {string} [demands] an environment variable that makes a missing requirement a failure: see requirements.mjs
 * @property {boolean} [long] takes too long for the usual run: only with --all, or by name
 * @property {number} [processors] how many it keeps busy, on average; by default all, and then no other check runs in parallel
 * @property {string} [turn] checks with the same one do not run at the same time
 * @property {boolean} [runsTests] compiles and runs tests of the package: one such check at a time
 * @property {boolean} [inherit] writes to the terminal directly if it runs alone, since its own report is good
 * @property {(context: CheckContext) => Promise<Command[]>} commands run one after the other, until one fails
 * @property {(output: string) => import('./counts.mjs').Counts | undefined} [count] only if it runs tests
 * @property {(output: string) => string} [excerpt] the part of its output to show if it fails; by default all
 *
 * @typedef {{ command: string, args: string[], options?: object }} Command
 * @typedef {import('../../scripts/setup/steps.mjs').Context & { grep?: string, processors: number }} CheckContext
 *   with the number of processors that the check may keep busy
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
    title: 'Tests of the guests (cargo), and Clippy for this machine',
    processors: halfOfProcessors,
    turn: cargoTree,
    commands: async ({ machine, processors }) => {
      const settings = { ...asClippy(machine), ...inOnePiece };
      const withClippy = (subcommand, ...args) => {
        const all = cargo(machine, subcommand, [...hostPackages(), ...args]);
        return withEnvironment(all, { ...settings, ...jobs(processors) });
      };
      const test = withClippy('test');
      const build = [
        // Both forms of each crate, with `cfg(test)` and without: the tests need most of them.
        withClippy('build', '--all-targets'),
        test,
      ];
      // Debian's crates have other versions.
      if (test.options.cwd !== path.join(root, 'wasm')) return build;
      const { programs } = machine.rust;
      const how = JSON.stringify([settings, test.args]).replaceAll(root, '');
      const key = await keyOfTests(programs, how);
      // cargo knows best what has changed where it has built before.
      const begun = path.join(root, 'wasm/target/debug/tests-begun');
      const tests = 'test/runner/guest-tests-process.mjs';
      if (!existsSync(begun) && key && takeTests(key)) {
        return [withEnvironment(script(tests, 'run', testsFolder), jobs(processors))];
      }
      mkdirSync(path.dirname(begun), { recursive: true });
      writeFileSync(begun, '');
      if (!key) return build;
      const { command, args, options } = test;
      const env = Object.entries(options.env).map(([name, value]) => [name, value ?? null]);
      const built = { command, args, cwd: options.cwd, env: Object.fromEntries(env) };
      return [...build, script(tests, 'keep', JSON.stringify({ key, programs, how, ...built }))];
    },
    count: countCargo,
  },
  {
    name: 'clippy',
    title: 'Clippy for WASI, for fuzzers and examples',
    processors: halfOfProcessors,
    turn: cargoTree,
    commands: async ({ machine, processors }) => {
      const commands = [
        // With the profile of the tests for this machine, which have built the same macros and build scripts.
        {
          ...withEnvironment(
            clippy(machine, ['--workspace', '--target', 'wasm32-wasip1']),
            inOnePiece,
          ),
          inputs: inputsOfGuests(machine),
        },
        {
          // Built, as it is to be run anyway: its crates, only looked at, would be compiled in another form.
          command: machine.rust.cargo,
          args: ['build', '--locked'],
          inputs: ['native/fuzz/differential'],
          options: {
            cwd: fuzzerCrate,
            env: {
              ...rustEnvironment(machine),
              CARGO_TARGET_DIR: fuzzerTargetFolder,
              ...asClippy(machine),
            },
          },
        },
        {
          command: path.join(machine.rust.programs, 'cargo-clippy'),
          args: ['clippy', '--locked', '--', '-D', 'warnings'],
          inputs: ['native/fuzz/picture', 'wasm'],
          options: {
            cwd: path.join(root, 'native/fuzz/picture'),
            env: {
              ...rustEnvironment(machine),
              CARGO_TARGET_DIR: path.join(root, 'build/fuzz/picture/target'),
            },
          },
        },
        ...exampleCrates().flatMap((cwd) => [
          // The build script of a crate with C code would download a WASI SDK; the Makefile provides the system's clang
          // in its place.
          ...(hasTarget(path.join(cwd, 'Makefile'), 'sdk')
            ? [{ command: 'make', args: ['sdk', 'CC=clang-19'], options: { cwd } }]
            : []),
          {
            command: path.join(machine.rust.programs, 'cargo-clippy'),
            args: [
              ...['clippy', '--locked', '--target', 'wasm32-wasip1'],
              ...['--', '-D', 'warnings'],
            ],
            // What C code makes of it, its compiler knows.
            inputs: hasTarget(path.join(cwd, 'Makefile'), 'sdk')
              ? undefined
              : [path.relative(root, cwd)],
            options: {
              cwd,
              env: {
                ...rustEnvironment(machine),
                // Not optimized: C code is compiled as well, if only to be looked at.
                CARGO_PROFILE_DEV_DEBUG: 'false',
                CARGO_TARGET_DIR: path.join(root, 'build/clippy'),
                WASI_SDK: path.join(cwd, 'build/wasi-sdk'),
              },
            },
          },
        ]),
      ];
      const facts = [await factsOfRust(machine.rust.programs, root), await digestsOfRust(machine)];
      return unlessKnown(commands, facts).map((command) =>
        withEnvironment(command, jobs(processors)),
      );
    },
  },
  ...nativeChecks,
  {
    name: 'fuzz',
    title: 'Fuzzing, 5 s a target, or 15',
    processors: halfOfProcessors,
    turn: clangTree,
    commands: async ({ processors }) => [
      script(
        'test/fuzz/native.mjs',
        ...['--seconds', '5', '--repeatable', '--parallel', String(processors)],
      ),
    ],
    count: countFuzzers,
  },
  // Long ones before short ones: what begins last leaves few processors idle at the end.
  suite('examples', 'The examples', 'test/examples/examples.mjs', { long: false, processors: 1 }),
  {
    name: 'bench',
    title: 'Benchmark, a few invocations of each contender',
    // Its figures do not matter here. Like the soak, it keeps a processor busy for half of its time.
    processors: 0.5,
    commands: async ({ photographs }) => [benchmark(photographs)],
  },
  {
    name: 'fuzz-differential',
    title: 'Compiled, interpreted and V8 compared: every access, generated modules for 15 s',
    processors: 1,
    commands: async () => [script('test/fuzz/differential/differential.mjs', '--seconds', '15')],
  },
  {
    name: 'soak',
    title: 'Soak, 45 s',
    processors: 0.5,
    commands: async () => [script('test/soak/soak.mjs', '--seconds', '45')],
  },
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
  suite('toolchains', 'In Jest, Vitest, traced files, a bundle', 'test/e2e/toolchains.mjs', {
    long: false,
    processors: 1,
    args: ['--quick'],
  }),
  suite('toolchains-all', 'In every toolchain, from the tarball', 'test/e2e/toolchains.mjs', {
    before: ['scripts/prebuild.mjs'],
  }),
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
    processors: 0.5,
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
    name: 'fuzz-differential-long',
    title: 'The same, generated modules for an hour',
    long: true,
    commands: async () => [script('test/fuzz/differential/differential.mjs', '--seconds', '3600')],
  },
  {
    name: 'fuzz-long',
    title: 'Fuzzing, 10 min a target',
    long: true,
    commands: async () => [script('test/fuzz/native.mjs', '--seconds', '600')],
    count: countFuzzers,
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

/** Checks only that the benchmark and its contenders work, except for peers, which would have to be installed. */
function benchmark(photographs) {
  // The guest that embeds a model already contains the default one.
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
 * A command of this repository that runs tests and writes their counts to a file.
 *
 * @param {string} name
 * @param {string} title
 * @param {string} command its script
 * @param {object} [details]
 * @param {boolean} [details.long]
 * @param {number} [details.processors] see `Check`
 * @param {string[]} [details.before] scripts that run first
 * @param {string[]} [details.args] arguments that it always gets
 * @param {('grep' | 'yes')[]} [details.takes] options of `npm test` that it accepts
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

/** The tests in a folder of test/ that are not part of the check `mocha`, with a time limit for each in milliseconds. */
function mochaBelow(folder, timeout) {
  return [
    script('test/runner/compile-tests.mjs'),
    local('mocha', '--timeout', String(timeout), `build/test/${folder}/*.test.js`),
  ];
}

/** A command of this repository, by its script. */
function script(file, ...args) {
  return {
    command: process.execPath,
    args: [path.join(root, file), ...args],
    options: { cwd: root },
  };
}

/** The product's crates compile for this machine too, except for host calls, so that they can be tested here. */
function hostPackages() {
  return readdirSync(path.join(root, 'wasm'))
    .filter((name) => existsSync(path.join(root, 'wasm', name, 'Cargo.toml')))
    .flatMap((name) => ['--package', name]);
}

/** What Clippy reads of the guests; undefined if that is more than the repository: another model, or Debian's crates. */
function inputsOfGuests(machine) {
  const isCopied = cargo(machine, 'clippy').options.cwd !== path.join(root, 'wasm');
  return embedded().some(Boolean) || isCopied ? undefined : guestSources;
}

/** @param {Command} command @param {Record<string, string>} env */
function withEnvironment({ options, ...command }, env) {
  return { ...command, options: { ...options, env: { ...options?.env, ...env } } };
}

/** The environment in which cargo, and the tests that it runs, keep so many processors busy. */
function jobs(processors) {
  return { CARGO_BUILD_JOBS: String(processors), RUST_TEST_THREADS: String(processors) };
}

/** cargo's environment for least work in all: a crate in several pieces has what it inlines in each of them. */
const inOnePiece = { CARGO_INCREMENTAL: '0', CARGO_PROFILE_DEV_CODEGEN_UNITS: '1' };

/** cargo's environment that has Clippy compile the crates of a workspace: a second look would compile them again. */
function asClippy(machine) {
  return {
    RUSTC_WORKSPACE_WRAPPER: path.join(machine.rust.programs, 'clippy-driver'),
    // As cargo-clippy passes `-D warnings`; and a panic names its file from the root of whatever clone.
    CLIPPY_ARGS: ['-D', 'warnings', `--remap-path-prefix=${root}/=`, ''].join('__CLIPPY_HACKERY__'),
  };
}

function hasTarget(makefile, name) {
  return existsSync(makefile) && readFileSync(makefile, 'utf8').includes(`\n${name}:`);
}

function clippy(machine, args) {
  // cargo-clippy itself, because any cargo looks for its subcommands in ~/.cargo/bin first.
  const { args: before, options } = cargo(machine, 'clippy', [...args, '--', '-D', 'warnings']);
  return { command: path.join(machine.rust.programs, 'cargo-clippy'), args: before, options };
}
