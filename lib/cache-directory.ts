import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

import { WasmEdgeError, reasonOf } from './errors.js';

/**
 * The folder for what can be made again: compiled modules, fetched models. `$WASMEDGE_EMBED_CACHE`,
 * else `wasmedge-embed` in `$XDG_CACHE_HOME` or `~/.cache` (XDG Base Directory Specification);
 * undefined for a user without a home.
 */
export function cacheDirectory(): string | undefined {
  const own = process.env['WASMEDGE_EMBED_CACHE'];
  if (own) return path.resolve(own);
  const xdg = process.env['XDG_CACHE_HOME'];
  if (xdg && path.isAbsolute(xdg)) return path.join(xdg, 'wasmedge-embed');
  const home = homeDirectory();
  return home === undefined ? undefined : path.join(home, '.cache', 'wasmedge-embed');
}

/** The user's home; undefined where neither `$HOME` nor the system's list of users has it. */
export function homeDirectory(): string | undefined {
  try {
    const home = homedir();
    return path.isAbsolute(home) ? home : undefined;
  } catch {
    // A container's process often has a number that is no user's.
    return undefined;
  }
}

/**
 * Makes and returns a folder below the cache, or below the temporary folder where the cache cannot
 * be written (a read-only home, as on Lambda) or there is none.
 *
 * @throws {WasmEdgeError} ERR_MODULE_LOAD when neither can be written.
 */
export function writableCacheDirectory(name: string): string {
  const cache = cacheDirectory();
  const obstacles: string[] = [];
  for (const make of [() => cache && makeFolder(path.join(cache, name)), () => temporary(name)]) {
    try {
      const folder = make();
      if (folder) return folder;
    } catch (error) {
      obstacles.push(reasonOf(error));
    }
  }
  throw new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `There is no folder to keep files in: ${obstacles.join('; ')}. Set WASMEDGE_EMBED_CACHE to a ` +
      'folder that can be written.',
  );
}

function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.W_OK | constants.X_OK);
  return folder;
}

/**
 * The temporary folder is shared by all users and what is cached is run as native code: the folder in
 * there is only used when it belongs to this user and nobody else may write to it.
 */
function temporary(name: string): string {
  const owner = process.getuid?.() ?? 0;
  const root = path.join(tmpdir(), `wasmedge-embed-${owner}`);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const status = lstatSync(root);
  if (!status.isDirectory() || status.uid !== owner || (status.mode & 0o022) !== 0) {
    throw new Error(`${root} is not this user's alone`);
  }
  return makeFolder(path.join(root, name));
}
