import { readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { writeAtomically } from './files.mjs';
import {
  addonFile,
  localProgram,
  pluginCoreFile,
  pluginFolder,
  pluginNames,
  root,
} from './paths.mjs';
import { digestOf } from './stamp.mjs';

/** The number of compilers that run at the same time. */
export const parallel = os.availableParallelism();

/**
 * What a CMake build tree depends on: it cannot be used with other tools, or from another folder.
 */
export function toolchainOf({ compiler, cmake, make }) {
  return JSON.stringify([root, process.env.CXX ?? '', compiler, cmake, make]);
}

/**
 * Makes CMake configure again if its build tree was created with other tools; built files are kept.
 */
export function forgetOtherToolchain(buildFolder, toolchain) {
  const record = path.join(buildFolder, 'CMakeFiles/toolchain.json');
  let previous;
  try {
    previous = readFileSync(record, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (previous === toolchain) return;
  rmSync(path.join(buildFolder, 'CMakeCache.txt'), { force: true });
  rmSync(path.join(buildFolder, 'CMakeFiles'), { recursive: true, force: true });
  writeAtomically(record, toolchain);
}

/** @type {import('./steps.mjs').Step} */
export const addon = {
  name: 'addon',
  title: 'Native addon and WasmEdge plug-ins',
  advice: 'Fix the errors of the compiler, then run this command again.',

  async stamp({ machine }) {
    const sources = ['native', 'CMakeLists.txt', 'package.json', 'package-lock.json'];
    const plugins = pluginNames.map((name) => path.join(pluginFolder, name));
    const outputs = [addonFile, pluginCoreFile, ...plugins];
    return { digest: digestOf(sources, [toolchainOf(machine)]), outputs };
  },

  async run({ machine }, task) {
    forgetOtherToolchain(path.join(root, 'build'), toolchainOf(machine));
    await task.exec(localProgram('cmake-js'), ['build', '--parallel', String(parallel)], {
      cwd: root,
    });
  },
};
