import { rmSync } from 'node:fs';
import path from 'node:path';

import { prepareClangTree } from '../fuzz/build.mjs';
import { forgetOtherToolchain, toolchainOf } from '../../scripts/setup/addon.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { ask, executables } from '../../scripts/setup/processes.mjs';
import { countCtest, countGoogleTest, countsFile, readCounts } from './counts.mjs';
import { clangTree, halfOfProcessors } from './shares.mjs';

const runner = path.join(root, 'test/runner/native-tests.mjs');

/** The suppressions are findings in third-party libraries. */
const valgrindArguments = [
  ...['--quiet', '--error-exitcode=99', '--child-silent-after-fork=yes', '--num-callers=30'],
  ...['--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite'],
  `--suppressions=${path.join(root, 'native/test/valgrind.supp')}`,
  // A guest's signal stack is right above its stack: closer than Valgrind expects of another stack by default.
  '--max-stackframe=100000',
  'native/test/native_tests',
  // These try thousands of damaged models in separate processes.
  '--gtest_filter=-ModelMutationTest.*',
];

/** Tests of inference; exactness tests only with the small model, because the large one takes half an hour. */
const qemuArguments = [
  // All that QEMU can emulate, up to AVX2.
  ...['-cpu', 'max', 'native/test/native_tests'],
  '--gtest_filter=SessionTest.*:RewriteTest.*:*RewrittenOperatorTest.*:*ExactnessTest.IsNo*/0:*ExactnessTest.Every*',
];

/** @type {import('./checks.mjs').Check[]} */
export const nativeChecks = [
  manyInProcess({ ...native('-addon', 'Native tests'), name: 'native' }, 'native-addon'),
  manyInProcess(
    { ...native('-asan', 'Native tests, AddressSanitizer'), turn: clangTree },
    'native-asan',
  ),
  manyInProcess(native('-tsan', 'Native tests, ThreadSanitizer'), 'native-tsan'),
  {
    ...native('', 'Native tests, Valgrind'),
    name: 'valgrind',
    long: true,
    commands: async (context) => {
      if (executables('valgrind').length === 0) {
        throw new SetupFailure('There is no valgrind in PATH: apt-get install valgrind.');
      }
      const [configure, build] = await native('', '').commands(context);
      const tests = { command: 'valgrind', args: valgrindArguments, options: { cwd: treeOf('') } };
      return [configure, build, tests];
    },
    count: countGoogleTest,
  },
  {
    ...native('', 'Host folders that others change while they are used, 6 min'),
    name: 'folder-race',
    long: true,
    commands: async (context) => {
      const [configure, build] = await native('', '').commands(context);
      const tests = {
        command: 'native/test/native_tests',
        args: ['--gtest_filter=*WasiHostFolderRace*'],
        options: { cwd: treeOf(''), env: { ...process.env, WASMEDGE_EMBED_RACE_SECONDS: '180' } },
      };
      return [configure, build, tests];
    },
    count: countGoogleTest,
  },
  {
    ...native('', 'Inference on a processor without AVX-512 (QEMU)'),
    name: 'qemu',
    long: true,
    commands: async (context) => {
      if (executables('qemu-x86_64').length === 0) {
        throw new SetupFailure('There is no qemu-x86_64 in PATH: apt-get install qemu-user.');
      }
      const [configure, build] = await native('', '').commands(context);
      const tests = { command: 'qemu-x86_64', args: qemuArguments, options: { cwd: treeOf('') } };
      return [configure, build, tests];
    },
    count: countGoogleTest,
  },
];

/** The native tests, built and run according to a preset of CMakePresets.json. */
function native(suffix, title) {
  const preset = `native${suffix}`;
  const cmake = (...args) => ({ command: 'cmake', args, options: { cwd: root } });
  return {
    name: preset,
    title,
    commands: async ({ machine, processors }) => {
      if (suffix === '-asan') prepareClangTree();
      else forgetOtherToolchain(treeOf(suffix), toolchainOf(machine));
      const tests = {
        command: 'ctest',
        args: ['--preset', preset, '--parallel', String(processors)],
        options: { cwd: root },
      };
      return [
        cmake('--preset', preset),
        cmake('--build', '--preset', preset, '--parallel', String(processors)),
        tests,
      ];
    },
    count: countCtest,
  };
}

/** The same check, with many tests in each process. */
function manyInProcess(check, preset) {
  const counts = countsFile(check.name);
  return {
    ...check,
    processors: halfOfProcessors,
    commands: async (context) => {
      rmSync(counts, { force: true });
      const [configure, build] = await check.commands(context);
      const args = [runner, '--preset', preset, '--counts', counts];
      args.push('--parallel', String(context.processors));
      const tests = { command: process.execPath, args, options: { cwd: root } };
      const isThread = preset === 'native-tsan';
      return [configure, build, isThread ? await withoutRandomAddresses(tests) : tests];
    },
    count: () => readCounts(counts),
  };
}

/** The build folder of a preset. */
function treeOf(suffix) {
  return path.join(root, `build/native-tests${suffix}`);
}

/**
 * ThreadSanitizer of GCC 12 and older fails if the kernel randomizes more address bits than it expects, so
 * randomization is switched off. If a container forbids that, the command runs unchanged.
 */
async function withoutRandomAddresses({ command, args, options }) {
  const machine = (await ask('uname', ['-m']))?.trim() ?? '';
  const prefix = [machine, '-R'];
  if ((await ask('setarch', [...prefix, 'true'])) === undefined) return { command, args, options };
  return { command: 'setarch', args: [...prefix, command, ...args], options };
}
