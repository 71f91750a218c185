import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import load from 'node-gyp-build';

import { whyUnsupported } from './platform.js';

/** The package's root: it has package.json, and the addon below it. */
export const PACKAGE_ROOT = path.join(__dirname, '..');

/**
 * The addon's file: built here, in build/Release, else the package's own for this system, in
 * prebuilds. Throws an Error of another kind than ours where there is none.
 */
export function addonFile(): string {
  return load.path(PACKAGE_ROOT);
}

/** Loads that file. Throws what the loader says. */
export function loadAddon(): unknown {
  return load(PACKAGE_ROOT);
}

/** What to do where the addon, or what belongs to it, is missing or of no use. */
export function addonRemedy(): string {
  const obstacle = whyUnsupported();
  if (obstacle !== undefined) return obstacle;
  return existsSync(path.join(PACKAGE_ROOT, 'binding.gyp'))
    ? "In a clone of the repository run 'npm run quickstart', which builds it."
    : "Build it from the package's own sources: npx wasmedge-embed build";
}

/** Which prebuilds the package has, as words. */
export function presentPrebuilds(): string {
  const folder = path.join(PACKAGE_ROOT, 'prebuilds');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.length === 0 ? 'none' : names.join(', ');
}
