import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { randomName } from './crypto.js';

/** How the temporary folders end: what their writers left behind, if they were killed, is known by it. */
export const TEMPORARY_ENDING = '.tmp';

/**
 * Has a file written in a temporary folder beside its place and then moved there, so that nobody
 * ever sees it half-written; two writers are both right, the last one stays. On failure nothing is
 * left behind, nor is what the writer made beside the file.
 *
 * @param beforeReplacing What has to go just before the new file, which it is given, is in its place.
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
