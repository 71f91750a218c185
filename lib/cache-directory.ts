import { lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The folder for what can be made again: compiled modules, fetched models. `$WASMEDGE_EMBED_CACHE`,
 * else `wasmedge-embed` in `$XDG_CACHE_HOME` or `~/.cache` (XDG Base Directory Specification).
 */
export function cacheDirectory(): string {
  const own = process.env['WASMEDGE_EMBED_CACHE'];
  if (own) return path.resolve(own);
  const xdg = process.env['XDG_CACHE_HOME'];
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(base, 'wasmedge-embed');
}

/**
 * Makes and returns a folder below the cache, or below the temporary folder where the cache cannot
 * be written (a read-only home, as on Lambda).
 *
 * The temporary folder is shared by all users and what is cached is run as native code: the one in
 * there is only used when it belongs to this user and nobody else may write to it.
 */
export function writableCacheDirectory(name: string): string {
  const preferred = path.join(cacheDirectory(), name);
  try {
    mkdirSync(preferred, { recursive: true, mode: 0o700 });
    return preferred;
  } catch (error) {
    const owner = process.getuid?.() ?? 0;
    const root = path.join(tmpdir(), `wasmedge-embed-${owner}`);
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const status = lstatSync(root);
    if (!status.isDirectory() || status.uid !== owner || (status.mode & 0o022) !== 0) throw error;
    const fallback = path.join(root, name);
    mkdirSync(fallback, { recursive: true, mode: 0o700 });
    return fallback;
  }
}
