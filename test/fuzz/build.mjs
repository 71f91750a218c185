import path from 'node:path';

import { forgetOtherToolchain, parallel } from '../../scripts/setup/addon.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { executables } from '../../scripts/setup/processes.mjs';

const buildFolder = path.join(root, 'build/fuzzers');

/**
 * Builds the fuzzers.
 *
 * @param {string[]} names of the targets
 * @param {import('../../scripts/setup/task.mjs').Task} task
 */
export async function buildFuzzers(names, task) {
  const [compiler] = executables('clang++-19');
  if (compiler === undefined) {
    throw new SetupFailure('The fuzzers are built by clang++-19, which is not in PATH.', {
      advice: 'Run npm test once, which installs what is missing, or install Clang 19 yourself.',
    });
  }
  forgetOtherToolchain(buildFolder, JSON.stringify([root, compiler]));
  await task.exec('cmake', [
    ...['-S', root, '-B', buildFolder, '-DWASMEDGE_EMBED_FUZZ=ON'],
    ...[`-DCMAKE_CXX_COMPILER=${compiler}`, '-DCMAKE_BUILD_TYPE=RelWithDebInfo'],
  ]);
  await task.exec('cmake', [
    ...['--build', buildFolder, '--parallel', String(parallel)],
    ...['--target', 'model_seeds', ...names.map((name) => `${name}_fuzzer`)],
  ]);
}

/** The target's program. */
export function fuzzerFile(name) {
  return path.join(buildFolder, 'native/fuzz', `${name}_fuzzer`);
}

/** The program that writes models into the folder it is given. */
export const modelSeedsFile = path.join(buildFolder, 'native/fuzz/model_seeds');
