import { readFileSync } from 'node:fs';
import path from 'node:path';

import { copyAtomically, sha256OfFile, writeAtomically } from './files.mjs';
import { cacheFolder, liteRtFile } from './paths.mjs';
import { takeFromWheel } from './wheel.mjs';

const pinned = JSON.parse(
  readFileSync(new URL('../../native/litert.json', import.meta.url), 'utf8'),
);

/**
 * TensorFlow Lite under its present name: one file out of a pinned wheel, beside the addon.
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
 * Puts the library for a processor, as in `process.arch`, where it is wanted.
 *
 * @returns {Promise<string | undefined>} what was found there, for the line of progress
 */
export async function placeLiteRt(arch, target, context, task) {
  const { platform, file, sha256 } = pinned.architectures[arch];
  if (sha256OfFile(target) === sha256) return 'up to date';

  const cached = path.join(cacheFolder(), 'litert', `${pinned.version}-${arch}`, 'libLiteRt.so');
  if (sha256OfFile(cached) !== sha256) {
    const wheel = {
      package: pinned.package,
      version: pinned.version,
      pythonVersion: pinned.pythonVersion,
      platform,
      file,
    };
    const digests = { [pinned.library]: sha256 };
    const contents = await takeFromWheel(wheel, digests, context, task);
    writeAtomically(cached, contents[pinned.library]);
  }
  copyAtomically(cached, target);
  return undefined;
}
