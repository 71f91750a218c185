import path from 'node:path';

import { forgetOtherToolchain } from '../../scripts/setup/addon.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { executables } from '../../scripts/setup/processes.mjs';

const preset = 'native-asan';
const buildFolder = path.join(root, 'build/native-tests-asan');

/**
 * Prepares the build tree that the fuzzers share with the native tests under AddressSanitizer.
 */
export function prepareClangTree() {
  const [compiler] = executables('clang++-19');
  if (compiler === undefined) {
    throw new SetupFailure(
      'The fuzzers and what AddressSanitizer watches are built by clang++-19, which is not in PATH.',
      {
        advice: 'Run npm test once, which installs what is missing, or install Clang 19 yourself.',
      },
    );
  }
  forgetOtherToolchain(buildFolder, JSON.stringify([root, compiler]));
}

/**
 * Builds the fuzzers.
 *
 * @param {string[]} names of the targets
 * @param {number} most how many compilers run at the same time
 * @param {import('../../scripts/setup/task.mjs').Task} task
 */
export async function buildFuzzers(names, most, task) {
  prepareClangTree();
  await task.exec('cmake', ['--preset', preset], { cwd: root });
  const targets = ['model_seeds', ...names.map((name) => `${name}_fuzzer`)];
  const build = ['--build', '--preset', preset, '--parallel', String(most)];
  await task.exec('cmake', [...build, '--target', ...targets], { cwd: root });
}

/** The target's program. */
export function fuzzerFile(name) {
  return path.join(buildFolder, 'native/fuzz', `${name}_fuzzer`);
}

/** The program that writes models into a given folder. */
export const modelSeedsFile = path.join(buildFolder, 'native/fuzz/model_seeds');
