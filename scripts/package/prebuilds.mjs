import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { SetupFailure } from '../setup/failure.mjs';
import { sha256OfFile } from '../setup/files.mjs';
import { pluginNames, root } from '../setup/paths.mjs';
import { digestOf } from '../setup/stamp.mjs';

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** The supported processors, as in `process.arch`. */
export const architectures = manifest.cpu;

/** The native sources that are in the package. */
export const nativeSources = manifest.files.filter((file) => file.startsWith('native'));

export function prebuildFolder(arch) {
  return path.join(root, 'prebuilds', `linux-${arch}`);
}

/** The files of a prebuild: the addon with prebuildify's name, the rest where it looks for them. */
export const addonName = `${manifest.name}.glibc.node`;
export const pluginCoreName = 'libwasmedge_embed_plugin.so';
export const pluginFiles = pluginNames.map((name) => `plugin/${name}`);
export const liteRtName = 'libLiteRt.so';
const prebuildFiles = [addonName, pluginCoreName, ...pluginFiles, liteRtName];

/** Records from which sources the files beside it were built; not in the package. */
export const recordName = 'built.json';

/** A digest of everything that determines prebuilds. */
function sourcesDigest() {
  const { version } = manifest;
  const { version: headers } = JSON.parse(
    readFileSync(path.join(root, 'node_modules/node-addon-api/package.json'), 'utf8'),
  );
  return digestOf([...nativeSources, 'binding.gyp'], [version, headers]);
}

/** The content of a prebuild's record. */
function describePrebuild(folder) {
  const files = prebuildFiles.map((name) => [name, sha256OfFile(path.join(folder, name)) ?? null]);
  return { sources: sourcesDigest(), files: Object.fromEntries(files) };
}

/**
 * Whether a prebuild exists and matches the current sources.
 *
 * @returns {'missing' | 'outdated' | 'current'}
 */
export function stateOfPrebuild(arch) {
  const folder = prebuildFolder(arch);
  const record = path.join(folder, recordName);
  if (!existsSync(record)) return 'missing';
  const isSame = readFileSync(record, 'utf8') === recordOf(folder);
  return isSame ? 'current' : 'outdated';
}

export function recordOf(folder) {
  return `${JSON.stringify(describePrebuild(folder), null, 2)}\n`;
}

/**
 * Rejects a package whose prebuilds are missing or do not match the sources.
 *
 * @param {boolean} isForAll whether prebuilds for all processors are required, rather than one
 * @returns {import('../setup/steps.mjs').Step}
 */
export function requirePrebuilds(isForAll) {
  return {
    name: 'package-prebuilds',
    title: 'Prebuilds',
    async run() {
      const states = architectures.map((arch) => ({ arch, state: stateOfPrebuild(arch) }));
      const current = states.filter(({ state }) => state === 'current');
      const bad = states.filter(
        ({ state }) => state === 'outdated' || (isForAll && state === 'missing'),
      );
      if (bad.length === 0 && current.length > 0) {
        return `for ${current.map(({ arch }) => arch).join(' and ')}`;
      }
      const words = states.map(({ arch, state }) => `linux-${arch} is ${state}`).join(', ');
      const wanted = bad.length > 0 ? bad.map(({ arch }) => `--arch ${arch}`) : [];
      throw new SetupFailure(`The package cannot be created without its prebuilds: ${words}.`, {
        advice: ['npm run prebuild', ...(wanted.length > 0 ? ['--', ...wanted] : [])].join(' '),
      });
    },
  };
}
