import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

import { WasmEdgeError, reasonOf } from './errors.js';
import { printable } from './printable.js';
import { onProcessExit } from './process-exit.js';

/**
 * The folder for what can be recreated: compiled modules, downloaded models.
 * `$WASMEDGE_EMBED_CACHE`, otherwise `wasmedge-embed` in `$XDG_CACHE_HOME` or `~/.cache` (XDG Base
 * Directory Specification); undefined for a user without a home directory.
 */
export function cacheDirectory(): string | undefined {
  const own = process.env['WASMEDGE_EMBED_CACHE'];
  if (own) return path.resolve(own);
  const xdg = process.env['XDG_CACHE_HOME'];
  if (xdg && path.isAbsolute(xdg)) return path.join(xdg, 'wasmedge-embed');
  const home = homeDirectory();
  return home === undefined ? undefined : path.join(home, '.cache', 'wasmedge-embed');
}

/**
 * The user's home directory; undefined if neither `$HOME` nor the system's list of users has it.
 */
export function homeDirectory(): string | undefined {
  try {
    const home = homedir();
    return path.isAbsolute(home) ? home : undefined;
  } catch {
    // A container's process often has a user ID that belongs to no user.
    return undefined;
  }
}

/**
 * Creates and returns a folder in the cache that belongs to this process's user, and that nobody
 * else may write to or replace: its content is executed as native code. If the cache is not
 * writable (a read-only home directory, as on Lambda), or belongs to somebody else, which causes a
 * warning, the folder is below the temporary folder: under a name for this user or, if somebody has
 * taken that, for this process.
 *
 * @throws {WasmEdgeError} ERR_MODULE_LOAD if none can be written.
 */
export function writableCacheDirectory(name: string): string {
  const user = String(effectiveUser());
  const temporary = (): string => path.join(tmpdir(), `wasmedge-embed-${user}`);
  const obstacles: string[] = [];
  for (const root of [cacheDirectory, temporary, privateRoot]) {
    try {
      const folder = root();
      if (folder !== undefined) return ownDirectory(folder, name);
    } catch (error) {
      obstacles.push(reasonOf(error));
      if (error instanceof ForeignFolder) warnOnce(error);
    }
  }
  throw new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `There is no usable cache folder: ${obstacles.join('; ')}. Set WASMEDGE_EMBED_CACHE to a ` +
      'writable folder.',
  );
}

/** Creates and returns the folder with this name in the cache itself, or throws. */
export function ownCacheDirectory(name: string): string {
  const cache = cacheDirectory();
  if (cache === undefined) throw new Error('this user has no home directory');
  return ownDirectory(cache, name);
}

/**
 * Whether a folder of the cache exists and belongs only to this user; a warning reports one that
 * does not.
 */
export function isOwnCacheDirectory(name: string): boolean {
  const cache = cacheDirectory();
  if (cache === undefined) return false;
  try {
    for (const folder of foldersOf(cache, name)) requireOwn(folder);
    return true;
  } catch (error) {
    if (error instanceof ForeignFolder) warnOnce(error);
    return false;
  }
}

/** This process's own cache, if it has one: for its children. */
export function privateCacheDirectory(): string | undefined {
  return privateFolder;
}

/** A folder that somebody else created, or may write to. */
class ForeignFolder extends Error {
  constructor(
    readonly folder: string,
    reason: string,
  ) {
    super(
      `The cache folder ${printable(folder, 1000)} is not used: ${reason}, and cached modules are run ` +
        'as native code. Restrict it to this user (chown, chmod 700), remove it, or set ' +
        'WASMEDGE_EMBED_CACHE to another one.',
    );
  }
}

function ownDirectory(root: string, name: string): string {
  const place = path.dirname(root);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const { uid } = statSync(place);
  // Its owner could replace what is created there at any time: this matters if that is a user and
  // this process runs as root.
  if (uid !== 0 && uid !== effectiveUser()) {
    throw new ForeignFolder(root, `${printable(place, 1000)} belongs to another user`);
  }
  let folder = root;
  for (folder of foldersOf(root, name)) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    requireOwn(folder);
  }
  accessSync(folder, constants.W_OK | constants.X_OK);
  return folder;
}

/** The root and each folder on the path to `name` in it. */
function foldersOf(root: string, name: string): string[] {
  const folders = [root];
  for (const part of name.split(path.sep)) folders.push(path.join(folders.at(-1) ?? root, part));
  return folders;
}

function requireOwn(folder: string): void {
  const status = lstatSync(folder);
  if (!status.isDirectory())
    throw new ForeignFolder(folder, 'it is not a folder, or it is a symbolic link');
  const reason = foreignness(status);
  if (reason !== null) throw new ForeignFolder(folder, reason);
}

let privateFolder: string | undefined;

function privateRoot(): string {
  if (privateFolder === undefined) {
    const folder = path.join(mkdtempSync(path.join(tmpdir(), 'wasmedge-embed-')), 'cache');
    onProcessExit(() => {
      rmSync(path.dirname(folder), { recursive: true, force: true });
    });
    privateFolder = folder;
  }
  return privateFolder;
}

const warned = new Set<string>();

function warnOnce({ folder, message }: ForeignFolder): void {
  if (warned.has(folder)) return;
  warned.add(folder);
  process.emitWarning(message, { code: 'WASMEDGE_EMBED_CACHE' });
}

/** The user as which this process creates and opens files; 0 if there are no users. */
function effectiveUser(): number {
  return process.geteuid?.() ?? 0;
}

/**
 * Why a file or folder does not belong only to this user, in words for people; null if it does.
 * What root created, as in images, is acceptable: root may do anything in any case.
 */
export function foreignness({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): string | null {
  if (uid !== effectiveUser() && uid !== 0) return `it belongs to another user (${uid})`;
  if ((mode & 0o022) !== 0) return 'other users can write to it';
  return null;
}
