import { existsSync, readdirSync } from 'node:fs';
// By name and not as a whole: Turbopack knows `join` through no detour that compiled code makes for a default.
import { join } from 'node:path';

import type loadNamed from 'node-gyp-build';
import load from 'node-gyp-build';

import { packageRoot, requireInstalled } from '../support/package-root.js';
import { whyUnsupported } from '../support/platform.js';

/**
 * The addon's file: built here, in build/Release, else the package's own for this system, in
 * prebuilds. Throws an Error of another kind than ours where there is none.
 */
export function addonFile(): string {
  return load.path(packageRoot());
}

/** Loads that file. Throws what the loader says. */
export function loadAddon(): unknown {
  requireInstalled();
  // In this form, without a detour by a variable, it is known to what traces files (@vercel/nft, Turbopack): they take
  // the addon along.
  return (require('node-gyp-build') as typeof loadNamed)(join(__dirname, '../..'));
}

/** What to do where the addon, or what belongs to it, is missing or of no use: by why, if it is known. */
export function addonRemedy(reason?: unknown): string {
  if ((reason as NodeJS.ErrnoException | undefined)?.code === 'ERR_DLOPEN_DISABLED') {
    return (
      'Node.js was started without permission to load addons: start it with --allow-addons in addition to ' +
      '--permission, or without --no-addons.'
    );
  }
  const obstacle = whyUnsupported();
  if (obstacle !== undefined) return obstacle;
  return existsSync(join(packageRoot(), 'binding.gyp'))
    ? "In a clone of the repository run 'npm run quickstart', which builds it."
    : "Build it from the package's own sources: npx wasmedge-embed build";
}

/** Which prebuilds the package has, as words. */
export function presentPrebuilds(): string {
  const folder = join(packageRoot(), 'prebuilds');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.length === 0 ? 'none' : names.join(', ');
}
