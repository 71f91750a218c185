import path from 'node:path';

import { WasmEdgeError } from '../../support/errors.js';

import { versionOf } from './program.js';

/**
 * Header-only packages; the second contains Node-API itself, so Node's own headers are not needed.
 */
const HEADERS = ['node-addon-api', 'node-api-headers'];

/**
 * Checks that this system can build the addon.
 *
 * @throws {WasmEdgeError} ERR_BUILD, naming everything that is missing and how to install it.
 */
export async function requireTools(): Promise<void> {
  const compilers = process.env['CXX'] ? [process.env['CXX']] : ['c++', 'g++', 'clang++'];
  const missing: string[] = [];
  if (!(await isCMakeThere())) missing.push('CMake 3.18 or newer');
  if (!(await isAnyThere(['make', 'ninja']))) missing.push('make or Ninja');
  // `CXX` may contain options too.
  if (!(await isAnyThere(compilers.map((command) => command.split(' ')[0] ?? command)))) {
    missing.push(`a C++17 compiler, GCC 10 or Clang 14 or newer (${compilers.join(', ')})`);
  }
  if (missing.length === 0) return;
  throw new WasmEdgeError(
    'ERR_BUILD',
    `Building the addon requires: ${missing.join('; ')}. ` +
      "Install it: 'apt-get install cmake g++ make' (Debian, Ubuntu), 'dnf install cmake gcc-c++ make' " +
      '(Fedora, Amazon Linux).',
  );
}

/**
 * The folders of the header packages, as a CMake list.
 *
 * @throws {WasmEdgeError} ERR_BUILD if one is not installed.
 */
export function headerFolders(): string {
  const folders = HEADERS.map((name) => {
    try {
      return path.dirname(path.dirname(require.resolve(`${name}/package.json`)));
    } catch (error) {
      throw new WasmEdgeError(
        'ERR_BUILD',
        `The package ${name}, whose headers are needed, is not installed. Reinstall this package.`,
        { cause: error },
      );
    }
  });
  return [...new Set(folders)].join(';');
}

async function isCMakeThere(): Promise<boolean> {
  const [, major, minor] = /version (\d+)\.(\d+)/.exec((await versionOf('cmake')) ?? '') ?? [];
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 18);
}

async function isAnyThere(programs: readonly string[]): Promise<boolean> {
  const found = await Promise.all(programs.map(versionOf));
  return found.some((version) => version !== undefined);
}
