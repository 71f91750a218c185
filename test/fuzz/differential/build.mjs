import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../../../scripts/setup/failure.mjs';
import { root } from '../../../scripts/setup/paths.mjs';
import { executables, isExecutable } from '../../../scripts/setup/processes.mjs';
import { digestOf } from '../../../scripts/setup/stamp.mjs';
import { factsOfRust, takeOrBuild } from '../../setup/kept-builds.mjs';

const sources = path.join(root, 'native/fuzz');
/** The crate of the program that writes modules; a separate workspace. */
export const fuzzerCrate = path.join(sources, 'differential');
export const workFolder = path.join(root, 'build/fuzz/differential');
export const fuzzerTargetFolder = path.join(workFolder, 'target');

/** The program that writes modules. */
export const generatorFile = path.join(fuzzerTargetFolder, 'debug/differential-guests');
/** Preloaded into the processes that run the modules. */
export const canaryFile = path.join(workFolder, 'canary.so');
/** Modules of all forms, as a base for mutations. */
export const corpusFolder = path.join(sources, 'corpus/module_file');

/**
 * Builds both. Without Rust, as in the Debian of the matrix, existing builds are used.
 *
 * @param {import('../../../scripts/setup/task.mjs').Task} task
 */
export async function buildDifferential(task) {
  mkdirSync(workFolder, { recursive: true });
  const cargo = ['/usr/bin/cargo', ...executables('cargo')].find(isExecutable);
  const [compiler] = ['c++', 'g++', 'clang++'].flatMap(executables);
  if (cargo === undefined || compiler === undefined) {
    if (existsSync(generatorFile) && existsSync(canaryFile)) return 'as it was built';
    throw new SetupFailure('The fuzzer takes cargo and a C++ compiler, which are not in PATH.', {
      advice: 'Run npm run quickstart once, which installs what is missing.',
    });
  }
  const rustc = path.join(path.dirname(cargo), 'rustc');
  const facts = await factsOfRust(path.dirname(cargo), fuzzerCrate);
  await takeOrBuild({
    name: 'fuzz-differential',
    folder: fuzzerTargetFolder,
    keyOf: () => digestOf([path.relative(root, fuzzerCrate)], facts),
    hasBegun: () => existsSync(path.join(fuzzerTargetFolder, 'debug/.fingerprint')),
    build: async () => {
      await task.exec(cargo, ['build', '--locked'], {
        cwd: fuzzerCrate,
        env: { CARGO_TARGET_DIR: fuzzerTargetFolder, ...(isExecutable(rustc) && { RUSTC: rustc }) },
      });
      return [generatorFile];
    },
  });
  await task.exec(compiler, [
    ...['-std=c++17', '-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC'],
    ...[path.join(sources, 'canary.cc'), '-o', canaryFile, '-ldl'],
  ]);
  return 'done';
}
