import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { filesBelow, sha256OfFile } from '../../scripts/setup/files.mjs';
import { keep, takeKept } from '../../scripts/setup/kept-guests.mjs';
import { cacheFolder, root } from '../../scripts/setup/paths.mjs';
import { ask, executables } from '../../scripts/setup/processes.mjs';
import { digestsOfLinked } from '../../scripts/setup/stamp.mjs';

/**
 * What Rust builds for this machine, of which cargo knows nothing in another clone.
 *
 * @typedef {object} Build
 * @property {string} name of a folder in the cache
 * @property {string} folder where the files are
 * @property {() => string} keyOf a digest of all that they depend on, but for the folder of this clone
 * @property {() => boolean} hasBegun whether cargo has built here: it compiles only what has changed since, and knows
 *   better than a digest of everything
 * @property {() => Promise<string[]>} build returns the files below the folder; none, if they are not to be kept
 */

/**
 * Takes what another clone has built, or builds it and keeps it for others.
 *
 * @param {Build} build
 * @returns {Promise<boolean>} whether it was taken
 */
export async function takeOrBuild({ name, folder, keyOf, hasBegun, build }) {
  const key = keyOf();
  const kept = path.join(cacheFolder(), name, key);
  if (!hasBegun() && takeKept(folder, kept)) return true;
  const files = await build();
  // Sources may have been edited meanwhile.
  if (files.length > 0 && !existsSync(kept) && keyOf() === key) keep(folder, files, kept);
  return false;
}

/**
 * What Rust's output depends on besides sources, for this machine as the target.
 *
 * @param {string} programs the folder of rustc, cargo and Clippy
 * @param {string} cwd where cargo runs: it reads settings there and in the folders above
 */
export async function factsOfRust(programs, cwd) {
  const names = ['rustc', 'cargo', 'cargo-clippy', 'clippy-driver'].map((name) =>
    path.join(programs, name),
  );
  const version = (await ask(names[0], ['-vV'])) ?? '';
  const host = version.match(/^host: (.+)$/m)?.[1] ?? '';
  const libraries = filesBelow(path.join(programs, '../lib/rustlib', host));
  const linkers = ['cc', 'ld'].map((name) => executables(name)[0]);
  return [
    version,
    await digestsOfLinked([...names.filter(existsSync), ...linkers].filter(Boolean)),
    libraries.map(sha256OfFile),
    settingsAbove(cwd),
    environment(),
  ];
}

/** The digests of cargo's and Clippy's settings for a folder, wherever the clone is. */
export function settingsAbove(cwd) {
  const folders = [path.resolve(cwd)];
  while (path.dirname(folders.at(-1)) !== folders.at(-1))
    folders.push(path.dirname(folders.at(-1)));
  const names = ['.cargo/config', '.cargo/config.toml', 'clippy.toml', '.clippy.toml'];
  const cargoHome = process.env.CARGO_HOME || path.join(os.homedir(), '.cargo');
  return [
    ...folders.flatMap((folder) => names.map((name) => path.join(folder, name))),
    ...['config', 'config.toml'].map((name) => path.join(cargoHome, name)),
  ].flatMap((file) => digestOfSettings(file) ?? []);
}

function digestOfSettings(file) {
  try {
    return sha256OfFile(file);
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    // cargo says what is wrong with it. Other clones may not be able to read other files.
    return root;
  }
}

/** Variables that compilers, linkers and cargo read. The number of processes makes no difference. */
function environment() {
  const matters = /^(CARGO|RUST|CLIPPY|CC|CFLAGS|AR|LD|LIBRARY_PATH|COMPILER_PATH|GCC|SOURCE_DATE)/;
  const isOwn = /^(CARGO_BUILD_JOBS|CARGO_TARGET_DIR|RUST_TEST_THREADS)$/;
  return Object.entries(process.env)
    .filter(([name]) => matters.test(name) && !isOwn.test(name))
    .map(([name, value]) => [name, value.replaceAll(root, '')])
    .sort();
}
