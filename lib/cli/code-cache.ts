// Imported before everything else in the command: makes Node.js (22.8 and newer) cache the compiled
// form of everything that follows, for the next time. Only in the command, since it is a
// process-wide setting. Nothing else of the package may be loaded for this: it would be compiled
// without the cache.
import { lstatSync, mkdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

/** Missing in the types of the oldest supported Node.js. */
const { enableCompileCache } = nodeModule as {
  enableCompileCache?: (directory: string) => unknown;
};

if (enableCompileCache) {
  try {
    enableCompileCache(ownFolder(cacheFolder(), 'javascript'));
  } catch {
    // Without a folder that belongs to this user, there is no cache.
  }
}

/** Like `cacheDirectory`. */
function cacheFolder(): string {
  const { WASMEDGE_EMBED_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own) return path.resolve(own);
  const shared = xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(shared, 'wasmedge-embed');
}

/**
 * Creates the folder; throws if anybody else could write to it or replace it: its content is
 * executed.
 */
function ownFolder(cache: string, name: string): string {
  const folder = path.join(cache, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const each of [cache, folder]) {
    const stats = lstatSync(each);
    const isOwn = stats.isDirectory() && stats.uid === process.geteuid?.();
    if (!isOwn || (stats.mode & 0o022) !== 0) throw new Error(`${each} is not this user's alone`);
  }
  return folder;
}
