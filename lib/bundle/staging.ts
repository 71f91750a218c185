import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { randomName } from '../support/crypto.js';
import { WasmEdgeError, isError, reasonOf } from '../support/errors.js';
import { removingOnSignal } from '../support/temporary-folder.js';

/**
 * Rejects a path where something already exists.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE.
 */
export async function requireVacant(folder: string): Promise<void> {
  try {
    const [entry] = await readdir(folder);
    if (entry === undefined) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new WasmEdgeError('ERR_BUNDLE', `Cannot write ${folder}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  throw new WasmEdgeError(
    'ERR_BUNDLE',
    `${folder} is not empty, and nothing in it is overwritten. Remove it, or choose another folder.`,
  );
}

/**
 * Creates a folder under a temporary name beside its destination and moves it there when it is
 * complete, so that nobody sees it incomplete. If that fails, or on a signal that ends the process,
 * nothing is left.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE if the destination cannot be written; and the errors of
 *   `make`.
 */
export async function makeFolder<T>(
  target: string,
  make: (staging: string) => Promise<T>,
): Promise<T> {
  const parent = path.dirname(target);
  const suffix = `${process.pid}.${randomName()}.tmp`;
  const staging = path.join(parent, `.${path.basename(target)}.${suffix}`);
  return removingOnSignal(staging, async () => {
    try {
      await fileOperation(target, async () => {
        await mkdir(parent, { recursive: true });
        await mkdir(staging);
      });
      const result = await fileOperation(target, () => make(staging));
      await fileOperation(target, async () => {
        await makeReadable(staging);
        await requireVacant(target);
        await rename(staging, target);
      });
      return result;
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Converts failures of the system, such as a full disk, to errors of the family. */
async function fileOperation<T>(target: string, operate: () => Promise<T>): Promise<T> {
  try {
    return await operate();
  } catch (error) {
    if (!isError(error) || !('syscall' in error)) throw error;
    throw new WasmEdgeError('ERR_BUNDLE', `Cannot write ${target}: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/** For everybody, whatever the umask: Lambda runs functions as a separate user. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const each = path.join(folder, entry.name);
    if (entry.isDirectory()) await makeReadable(each);
    else if (entry.isFile()) await chmod(each, 0o644);
  }
}
