import { readFileSync } from 'node:fs';
import path from 'node:path';

import { copyAtomically, sha256, sha256OfFile, writeAtomically } from './files.mjs';
import { cacheFolder, liteRtFile } from './paths.mjs';
import { takeFromWheel } from './wheel.mjs';

export const pinned = JSON.parse(
  readFileSync(new URL('../../native/litert.json', import.meta.url), 'utf8'),
);

/**
 * LiteRT, formerly TensorFlow Lite: one file from a pinned wheel, placed beside the addon.
 *
 * @type {import('./steps.mjs').Step}
 */
export const liteRt = {
  name: 'litert',
  title: `LiteRT ${pinned.version} library`,

  async run(context, task) {
    return placeLiteRt(process.arch, liteRtFile, context, task);
  },
};

/**
 * Places the library for a processor, as in `process.arch`.
 *
 * @returns {Promise<string | undefined>} what was already there, for the line of progress
 */
export async function placeLiteRt(arch, target, context, task) {
  const { platform, file, sha256: inWheel, patch } = pinned.architectures[arch];
  const wanted = patch?.sha256 ?? inWheel;
  if (sha256OfFile(target) === wanted) return 'up to date';

  const cached = path.join(cacheFolder(), 'litert', `${pinned.version}-${arch}`, 'libLiteRt.so');
  if (sha256OfFile(cached) !== wanted) {
    const wheel = {
      package: pinned.package,
      version: pinned.version,
      pythonVersion: pinned.pythonVersion,
      platform,
      file,
    };
    const digests = { [pinned.library]: inWheel };
    const { [pinned.library]: library } = await takeFromWheel(wheel, digests, context, task);
    for (const { offset, hex } of patch?.bytes ?? []) library.set(Buffer.from(hex, 'hex'), offset);
    if (sha256(library) !== wanted) throw new Error('native/litert.json: the patch does not match');
    writeAtomically(cached, library);
  }
  copyAtomically(cached, target);
  return undefined;
}
