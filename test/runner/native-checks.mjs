import { rmSync } from 'node:fs';
import path from 'node:path';

import { prepareClangTree } from '../fuzz/build.mjs';
import { forgetOtherToolchain, parallel, toolchainOf } from '../../scripts/setup/addon.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { ask, executables } from '../../scripts/setup/processes.mjs';
import { countCtest, countGoogleTest, countsFile, readCounts } from './counts.mjs';

const runner = path.join(root, 'test/runner/native-tests.mjs');

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

/** @type {import('./checks.mjs').Check[]} */
export const nativeChecks = [
  manyInProcess({ ...native('-addon', 'Native tests'), name: 'native' }, 'native-addon'),
  manyInProcess(native('-asan', 'Native tests, AddressSanitizer'), 'native-asan'),
  native('-tsan', 'Native tests, ThreadSanitizer'),
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

/** The native tests, as a preset of CMakePresets.json builds and runs them. */
function native(suffix, title) {
  const preset = `native${suffix}`;
  const cmake = (...args) => ({ command: 'cmake', args, options: { cwd: root } });
  return {
    name: preset,
    title,
    commands: async ({ machine }) => {
      if (suffix === '-asan') prepareClangTree();
      else forgetOtherToolchain(treeOf(suffix), toolchainOf(machine));
      const tests = {
        command: 'ctest',
        args: ['--preset', preset, '--parallel', String(parallel)],
        options: { cwd: root },
      };
      return [
        cmake('--preset', preset),
        cmake('--build', '--preset', preset, '--parallel', String(parallel)),
        suffix === '-tsan' ? await withoutRandomAddresses(tests) : tests,
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
    commands: async (context) => {
      rmSync(counts, { force: true });
      const [configure, build] = await check.commands(context);
      const args = [runner, '--preset', preset, '--counts', counts];
      return [configure, build, { command: process.execPath, args, options: { cwd: root } }];
    },
    count: () => readCounts(counts),
  };
}

/** Where CMakePresets.json has it built. */
function treeOf(suffix) {
  return path.join(root, `build/native-tests${suffix}`);
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
