import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { randomName } from './crypto.js';

/** The suffix of temporary folders, by which the remains of killed processes are recognized. */
export const TEMPORARY_ENDING = '.tmp';

/**
 * Writes a file in a temporary folder beside its destination and then moves it there, so that
 * nobody ever sees it incomplete; with two writers, the last one wins. If that fails, nothing
 * remains, including anything that the writer created beside the file.
 *
 * @param beforeReplacing Removes what must go just before the new file, which it receives, is moved
 *   into place.
 */
export async function writeAtomically(
  target: string,
  write: (temporary: string) => Promise<void>,
  beforeReplacing: (temporary: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const place = path.dirname(target);
  await mkdir(place, { recursive: true });
  const folder = path.join(
    place,
    `.wasmedge-embed.${process.pid}.${randomName()}${TEMPORARY_ENDING}`,
  );
  try {
    await mkdir(folder, { mode: 0o700 });
    const temporary = path.join(folder, 'new');
    await write(temporary);
    await beforeReplacing(temporary);
    await rename(temporary, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
