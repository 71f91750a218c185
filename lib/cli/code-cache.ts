// Imported before everything else of the command: has Node.js keep the code that it makes of all that follows, where it
// can (from 22.8 on), and take it from there the next time. In the command alone, since it is a setting of the process.
// Nothing else of the package may be loaded for this: it would be compiled without the cache.
import { lstatSync, mkdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

/** Not among the types of the oldest Node.js. */
const { enableCompileCache } = nodeModule as {
  enableCompileCache?: (directory: string) => unknown;
};

if (enableCompileCache) {
  try {
    enableCompileCache(ownFolder(cacheFolder(), 'javascript'));
  } catch {
    // Without a folder of this user's it starts as it did.
  }
}

/** As `cacheDirectory` has it. */
function cacheFolder(): string {
  const { WASMEDGE_EMBED_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own) return path.resolve(own);
  const shared = xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(shared, 'wasmedge-embed');
}

/** Makes the folder; throws where anybody else could write to it, or replace it: what is in there is run. */
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
