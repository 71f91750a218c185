import { existsSync, readdirSync } from 'node:fs';
// By name and not as a whole: Turbopack does not recognize `join` through the detour that compiled
// code makes for a default import.
import { join } from 'node:path';

import type loadNamed from 'node-gyp-build';
import load from 'node-gyp-build';

import { packageRoot, requireInstalled } from '../support/package-root.js';
import { whyUnsupported } from '../support/platform.js';

/**
 * The path of the addon: built here, in build/Release, otherwise the package's prebuild for this
 * system. Throws an ordinary Error if there is none.
 */
export function addonFile(): string {
  return load.path(packageRoot());
}

/** Loads that file. Throws the loader's error. */
export function loadAddon(): unknown {
  requireInstalled();
  // Written without a variable in between, so that tools that trace files (@vercel/nft, Turbopack)
  // recognize it and include the addon.
  return (require('node-gyp-build') as typeof loadNamed)(join(__dirname, '../..'));
}

/**
 * What to do if the addon, or a file that belongs to it, is missing or unusable, depending on the
 * reason if it is known.
 */
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

/** The package's prebuilds, in words. */
export function presentPrebuilds(): string {
  const folder = join(packageRoot(), 'prebuilds');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.length === 0 ? 'none' : names.join(', ');
}
