import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { randomName } from './crypto.js';

/**
 * Has a file written under a temporary name beside its place and then moved there, so that nobody
 * ever sees it half-written; two writers are both right, the last one stays. On failure nothing is
 * left behind.
 *
 * @param beforeReplacing What has to go just before the new file is in its place.
 */
export async function writeAtomically(
  target: string,
  write: (temporary: string) => Promise<void>,
  beforeReplacing: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true });
  const temporary = path.join(
    folder,
    `.${path.basename(target)}.${process.pid}.${randomName()}.tmp`,
  );
  try {
    await write(temporary);
    await beforeReplacing();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
