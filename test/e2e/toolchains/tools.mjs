import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { sha256 } from '../../../scripts/setup/files.mjs';
import { installLocked } from '../../../scripts/setup/npm.mjs';
import { cacheFolder } from '../../../scripts/setup/paths.mjs';

// They have separate lock files and are kept in the cache: work on the package needs none of them, and they would be
// four fifths of its lock file.

/** @param {'quick' | 'others'} name */
function sources(name) {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

/** The folder with the toolchains of a lock file. */
export function toolchainsFolder(name) {
  const lock = readFileSync(path.join(sources(name), 'package-lock.json'));
  return path.join(cacheFolder(), `toolchains-${name}-${sha256(lock).slice(0, 16)}`);
}

/**
 * Installs the toolchains of a lock file, without running any of their scripts.
 *
 * @param {'quick' | 'others'} name
 * @param {string} title
 * @returns {import('../../../scripts/setup/steps.mjs').Step}
 */
export function toolchains(name, title) {
  return {
    name: `toolchains-${name}`,
    title,
    advice: 'Check whether npm reaches its registry (`npm ping`), then run this command again.',

    async run(_context, task) {
      const folder = toolchainsFolder(name);
      if (existsSync(folder)) return 'up to date';
      await installLocked(sources(name), folder, task, { args: ['--ignore-scripts'] });
      return undefined;
    },
  };
}

export const quickToolchains = toolchains('quick', 'Jest, Vitest, @vercel/nft');
export const otherToolchains = toolchains('others', 'Next.js, webpack, Rollup, Vite, Bun, Deno');
