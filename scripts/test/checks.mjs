import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { exampleCrates } from '../examples/crates.mjs';
import { formatters } from '../format/formatters.mjs';
import { forgetOtherToolchain, parallel, toolchainOf } from '../setup/addon.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { cargo } from '../setup/guests.mjs';
import { rustEnvironment } from '../setup/machine.mjs';
import { commandLine, liteRtFile, localProgram, root, setupFolder } from '../setup/paths.mjs';
import { ask, executables } from '../setup/processes.mjs';
import { countCargo, countCtest, countGoogleTest } from './counts.mjs';

/**
 * One thing that `npm test` looks at.
 *
 * @typedef {object} Check
 * @property {string} name for --only
 * @property {string} title
 * @property {boolean} [long] takes more than its share of the usual run: only with --all, or by name
 * @property {boolean} [inherit] writes to the terminal itself, since it reports well
 * @property {(context: CheckContext) => Promise<Command[]>} commands run one after the other, until one fails
 * @property {(output: string) => import('./counts.mjs').Counts | undefined} [count] where it runs tests
 *
 * @typedef {{ command: string, args: string[], options?: object }} Command
 * @typedef {import('../setup/steps.mjs').Context & { grep?: string }} CheckContext
 */

const mochaCounts = path.join(setupFolder, 'mocha.json');
const lambdaCounts = path.join(setupFolder, 'mocha-lambda.json');
const exampleCounts = path.join(setupFolder, 'mocha-examples.json');
const brokerExampleCounts = path.join(setupFolder, 'mocha-broker-example.json');
const containerCounts = path.join(setupFolder, 'mocha-container.json');
const packageCounts = path.join(setupFolder, 'mocha-package.json');
const sanitizedCounts = path.join(setupFolder, 'mocha-asan.json');

/** What it finds in libraries that are not ours is in the file of suppressions; leaks are all ours. */
const valgrindArguments = [
  ...['--quiet', '--error-exitcode=99', '--child-silent-after-fork=yes', '--num-callers=30'],
  ...['--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite'],
  `--suppressions=${path.join(root, 'native/test/valgrind.supp')}`,
  // A guest's signal stack lies right above its stack: closer than what is taken for another stack by default.
  '--max-stackframe=100000',
  'native/test/native_tests',
  // They try damaged models by the thousand, in processes of their own.
  '--gtest_filter=-ModelMutationTest.*',
];

/** Those of inference: the exactness tests with the small model alone, since the large one takes half an hour. */
const qemuArguments = [
  // All that QEMU can imitate, which ends with AVX2.
  ...['-cpu', 'max', 'native/test/native_tests'],
  '--gtest_filter=SessionTest.*:RewriteTest.*:*RewrittenOperatorTest.*:*ExactnessTest.IsNo*/0:*ExactnessTest.Every*',
];

/** @type {Check[]} */
export const checks = [
  ...formatters.map(({ name, title, command }) => ({
    name,
    title,
    commands: async ({ machine }) => [command(machine, false)],
  })),
  {
    name: 'eslint',
    title: 'ESLint',
    commands: async () => [local('eslint', '.')],
  },
  {
    name: 'docs',
    title: 'API reference: every public symbol documented',
    commands: async () => [local('typedoc', '--emit', 'none')],
  },
  {
    name: 'types',
    title: 'The public types',
    commands: async () => [local('tsc', '-p', 'test/types')],
  },
  {
    name: 'clippy',
    title: 'Clippy, for WASI and for this machine',
    commands: async ({ machine }) => [
      clippy(machine, ['--workspace', '--target', 'wasm32-wasip1']),
      clippy(machine, [...hostPackages(), '--all-targets']),
      ...exampleCrates().map((cwd) => ({
        command: path.join(machine.rust.programs, 'cargo-clippy'),
        args: ['clippy', '--locked', '--target', 'wasm32-wasip1', '--', '-D', 'warnings'],
        options: { cwd, env: rustEnvironment(machine) },
      })),
    ],
  },
  {
    name: 'setup',
    title: 'Tests of the set-up',
    commands: async () => [
      local('mocha', '--no-config', '--reporter', 'spec', 'scripts/**/*.test.mjs'),
    ],
    count: countMochaSummary,
  },
  {
    name: 'cargo',
    title: 'Tests of the guests (cargo)',
    commands: async ({ machine }) => [cargo(machine, 'test', hostPackages())],
    count: countCargo,
  },
  native('', 'Native tests', []),
  native('-asan', 'Native tests, AddressSanitizer', ['-DWASMEDGE_EMBED_SANITIZE=address']),
  native(
    '-tsan',
    'Native tests, ThreadSanitizer',
    ['-DWASMEDGE_EMBED_SANITIZE=thread'],
    // The check of models and the inference of one picture have no threads, and some of their tests fork. Signals are held
    // back by ThreadSanitizer, whose own handlers stand where others are expected.
    [
      '--exclude-regex',
      'LieTest|ModelMutation|ModelCheck|ModelLimits|ModelReader|Exactness|RewrittenOperator|FaultGuard|GuestReturn',
    ],
  ),
  {
    ...native('', 'Native tests, Valgrind', []),
    name: 'valgrind',
    long: true,
    commands: async (context) => {
      if (executables('valgrind').length === 0) {
        throw new SetupFailure('There is no valgrind in PATH: apt-get install valgrind.');
      }
      const [configure, build, { options }] = await native('', '', []).commands(context);
      return [configure, build, { command: 'valgrind', args: valgrindArguments, options }];
    },
    count: countGoogleTest,
  },
  {
    ...native('', 'Inference on a processor without AVX-512 (QEMU)', []),
    name: 'qemu',
    long: true,
    commands: async (context) => {
      if (executables('qemu-x86_64').length === 0) {
        throw new SetupFailure('There is no qemu-x86_64 in PATH: apt-get install qemu-user.');
      }
      const [configure, build, { options }] = await native('', '', []).commands(context);
      return [configure, build, { command: 'qemu-x86_64', args: qemuArguments, options }];
    },
    count: countGoogleTest,
  },
  {
    name: 'mocha',
    title: 'Tests of the package (mocha)',
    inherit: true,
    commands: async ({ grep }) => {
      rmSync(mochaCounts, { force: true });
      // Tests whose sources are gone must not run on.
      rmSync(path.join(root, 'build/test'), { recursive: true, force: true });
      const reporter = path.join(root, 'scripts/test/mocha-reporter.mjs');
      return [
        local('tsc', '-p', 'tsconfig.test.json'),
        local(
          'mocha',
          ...['--reporter', reporter, '--reporter-option', `output=${mochaCounts}`],
          ...(grep === undefined ? [] : ['--grep', grep]),
        ),
      ];
    },
    count: () => readCounts(mochaCounts),
  },
  {
    name: 'examples',
    title: 'The examples',
    inherit: true,
    commands: async ({ grep, yes }) => {
      const grepping = grep === undefined ? [] : ['--grep', grep];
      const counts = ['--counts', exampleCounts];
      return [script('test-examples', ...counts, ...grepping, ...(yes ? ['--yes'] : []))];
    },
    count: () => readCounts(exampleCounts),
  },
  {
    name: 'bench',
    title: 'Benchmark, a few invocations of each contender',
    commands: async ({ photographs }) => [benchmark(photographs)],
  },
  {
    name: 'mocha-asan',
    title: 'Tests of the package, AddressSanitizer',
    long: true,
    inherit: true,
    commands: async ({ grep }) => {
      rmSync(sanitizedCounts, { force: true });
      const grepping = grep === undefined ? [] : ['--grep', grep];
      return [script('sanitized-suite', '--counts', sanitizedCounts, ...grepping)];
    },
    count: () => readCounts(sanitizedCounts),
  },
  {
    name: 'broker',
    title: 'Tests behind RabbitMQ',
    long: true,
    commands: async ({ yes }) => {
      const required = { cwd: root, env: { WASMEDGE_EMBED_RABBITMQ_REQUIRED: '1' } };
      const example = ['--counts', brokerExampleCounts, '--grep', 'queue-worker'];
      return [
        local('tsc', '-p', 'tsconfig.test.json'),
        {
          ...local(
            'mocha',
            ...['--no-config', '--timeout', '60000', '--require', './build/test/support/cache.js'],
            'build/test/broker/*.test.js',
          ),
          options: required,
        },
        { ...script('test-examples', ...example, ...(yes ? ['--yes'] : [])), options: required },
      ];
    },
    count: countMochaSummary,
  },
  {
    name: 'page',
    title: 'The page of the local server, in Chromium',
    long: true,
    commands: async () => [
      local('tsc', '-p', 'tsconfig.test.json'),
      {
        ...local(
          'mocha',
          ...['--no-config', '--timeout', '180000', '--require', './build/test/support/cache.js'],
          'build/test/browser/*.test.js',
        ),
        options: { cwd: root, env: { WASMEDGE_EMBED_CHROMIUM_REQUIRED: '1' } },
      },
    ],
    count: countMochaSummary,
  },
  {
    name: 'lambda',
    title: "The Lambda handler in AWS's own runtime",
    long: true,
    inherit: true,
    commands: async ({ grep, yes }) => {
      const grepping = grep === undefined ? [] : ['--grep', grep];
      const counts = ['--counts', lambdaCounts];
      return [script('lambda-runtime', ...counts, ...grepping, ...(yes ? ['--yes'] : []))];
    },
    count: () => readCounts(lambdaCounts),
  },
  {
    name: 'container',
    title: 'The container image and its SAM template',
    long: true,
    inherit: true,
    commands: async ({ grep, yes }) => {
      const grepping = grep === undefined ? [] : ['--grep', grep];
      const counts = ['--counts', containerCounts];
      return [script('test-container', ...counts, ...grepping, ...(yes ? ['--yes'] : []))];
    },
    count: () => readCounts(containerCounts),
  },
  {
    name: 'package',
    title: "The package's tarball, as its users install it",
    long: true,
    inherit: true,
    commands: async ({ grep, yes }) => {
      const grepping = grep === undefined ? [] : ['--grep', grep];
      const counts = ['--counts', packageCounts];
      const answer = yes ? ['--yes'] : [];
      return [
        script('prebuild', ...answer),
        script('test-package', ...counts, ...grepping, ...answer),
      ];
    },
    count: () => readCounts(packageCounts),
  },
  {
    name: 'fuzz-events',
    title: 'Fuzzing of Lambda events, 10 s',
    commands: async () => [script('fuzz-events', '--seconds', '10')],
  },
  {
    name: 'fuzz-events-long',
    title: 'Fuzzing of Lambda events, 10 min',
    long: true,
    commands: async () => [script('fuzz-events', '--seconds', '600')],
  },
  {
    name: 'fuzz',
    title: 'Fuzzing, 25 s a target',
    commands: async () => [script('fuzz', '--seconds', '25', '--repeatable')],
    count: countFuzzers,
  },
  {
    name: 'fuzz-long',
    title: 'Fuzzing, 10 min a target',
    long: true,
    commands: async () => [script('fuzz', '--seconds', '600')],
    count: countFuzzers,
  },
  {
    name: 'soak',
    title: 'Soak, 45 s',
    commands: async () => [script('soak', '--seconds', '45')],
  },
  {
    name: 'soak-long',
    title: 'Soak, 1,000,000 invocations, 10,000 loads',
    long: true,
    commands: async () => [script('soak')],
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
  args.push('--labels', path.join(folder, 'labels.txt'), '--out', path.join(setupFolder, 'bench'));
  return {
    command: process.execPath,
    args: [commandLine, 'bench', '--quick', ...args, ...photographs.slice(0, 2)],
    options: { cwd: root },
  };
}

/** One of our own commands. */
function script(name, ...args) {
  return {
    command: process.execPath,
    args: [path.join(root, 'scripts', `${name}.mjs`), ...args],
    options: { cwd: root },
  };
}

function readCounts(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Our guests keep all but their host calls free of WebAssembly, to be tested here; the guests of the tests do not. */
function hostPackages() {
  return readdirSync(path.join(root, 'wasm'))
    .filter((name) => existsSync(path.join(root, 'wasm', name, 'Cargo.toml')))
    .flatMap((name) => ['--package', name]);
}

function clippy(machine, args) {
  // By its own name: cargo would look for its subcommands in ~/.cargo/bin first, whichever cargo it is.
  const { args: before, options } = cargo(machine, 'clippy', [...args, '--', '-D', 'warnings']);
  return { command: path.join(machine.rust.programs, 'cargo-clippy'), args: before, options };
}

/** The native tests in a build tree of their own. */
function native(suffix, title, definitions, ctestArgs = []) {
  return {
    name: `native${suffix}`,
    title,
    commands: async ({ machine }) => {
      const folder = path.join(root, `build/native-tests${suffix}`);
      forgetOtherToolchain(folder, toolchainOf(machine));
      const tests = {
        command: 'ctest',
        args: ['--output-on-failure', '--parallel', String(parallel), ...ctestArgs],
        // The library lies beside the addon, and these programs lie elsewhere.
        options: { cwd: folder, env: { WASMEDGE_EMBED_LITERT: liteRtFile } },
      };
      return [
        {
          command: 'cmake',
          args: [
            ...['-S', root, '-B', folder, '-DCMAKE_BUILD_TYPE=RelWithDebInfo'],
            ...['-DWASMEDGE_EMBED_TESTS=ON', ...definitions],
          ],
        },
        { command: 'cmake', args: ['--build', folder, '--parallel', String(parallel)] },
        suffix === '-tsan' ? await withoutRandomAddresses(tests) : tests,
      ];
    },
    count: countCtest,
  };
}

/**
 * ThreadSanitizer of GCC 12 and older gives up where the kernel spreads addresses over more bits than it
 * expects; where a container forbids to switch that off, the command runs as it is.
 */
async function withoutRandomAddresses({ command, args, options }) {
  const machine = (await ask('uname', ['-m']))?.trim() ?? '';
  const prefix = [machine, '-R'];
  if ((await ask('setarch', [...prefix, 'true'])) === undefined) return { command, args, options };
  return { command: 'setarch', args: [...prefix, command, ...args], options };
}

/** Each fuzzer is a test. */
function countFuzzers(text) {
  const results = [...text.matchAll(/^\w+ +(clean|FOUND)\b/gm)].map(([, result]) => result);
  if (results.length === 0) return undefined;
  const passed = results.filter((result) => result === 'clean').length;
  return { passed, failed: results.length - passed, skipped: [] };
}

/** Of all runs of mocha in it. */
function countMochaSummary(text) {
  const counts = (word) =>
    [...text.matchAll(new RegExp(`^ {2}(\\d+) ${word}`, 'gm'))].map(([, count]) => Number(count));
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const passed = counts('passing');
  if (passed.length === 0) return undefined;
  return { passed: sum(passed), failed: sum(counts('failing')), skipped: [] };
}
