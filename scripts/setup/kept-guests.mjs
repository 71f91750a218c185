import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';

import { copyAtomically, sha256OfFile } from './files.mjs';

/** How many states of the sources the cache keeps them of. */
const mostKept = 4;
const dayMs = 24 * 60 * 60 * 1000;
const sideFileOf = (compiled) => `${compiled}.aot.json`;

/**
 * Takes compiled guests from a folder of the cache, which other set-ups may remove meanwhile. One with damaged files is
 * removed.
 *
 * @param {[guest: string, compiled: string][]} guests
 * @param {string} folder
 * @returns {boolean} whether all are in their places now; otherwise they must be compiled
 */
export function takeKept(guests, folder) {
  const kept = (file) => path.join(folder, path.basename(file));
  try {
    if (!statSync(folder, { throwIfNoEntry: false })) return false;
    if (!guests.every(([guest, compiled]) => isOf(guest, kept(compiled)))) {
      discard(folder);
      return false;
    }
    for (const [, compiled] of guests) {
      // It must not describe another one, not even for a moment.
      rmSync(sideFileOf(compiled), { force: true });
      for (const file of [compiled, sideFileOf(compiled)]) copyAtomically(kept(file), file);
    }
    utimesSync(folder, new Date(), new Date());
    // Another set-up may have replaced the folder meanwhile.
    return guests.every(([guest, compiled]) => isOf(guest, compiled));
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether a file is what was compiled from a guest, by its side file. */
function isOf(guest, compiled) {
  try {
    const { source, output } = JSON.parse(readFileSync(sideFileOf(compiled), 'utf8'));
    return source === sha256OfFile(guest) && output === sha256OfFile(compiled);
  } catch (error) {
    if (error instanceof SyntaxError || error.code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Puts compiled guests into a folder of the cache, which appears completely or not at all, and removes the oldest beside
 * it. If another set-up has put them there, its files remain.
 *
 * @param {[guest: string, compiled: string][]} guests
 * @param {string} folder
 */
export function keep(guests, folder) {
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  try {
    for (const file of guests.flatMap(([, compiled]) => [compiled, sideFileOf(compiled)])) {
      copyFileSync(file, path.join(fresh, path.basename(file)));
    }
    renameSync(fresh, folder);
  } catch (error) {
    if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY') throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  prune(path.dirname(folder));
}

/** Another set-up may do the same. */
function prune(cache) {
  const entries = readdirSync(cache)
    .map((name) => path.join(cache, name))
    .map((file) => ({ file, time: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  // With the number of a process at its end: a set-up is writing it, or was killed.
  const isUnfinished = ({ file }) => /\.\d+$/.test(file);
  const old = entries.filter((entry) => !isUnfinished(entry)).slice(mostKept);
  const left = entries.filter((entry) => isUnfinished(entry) && entry.time < Date.now() - dayMs);
  for (const { file } of [...old, ...left]) discard(file);
}

/** At once: where files are removed one by one, another set-up may put new ones in between. */
function discard(folder) {
  const away = `${folder}.${process.pid}`;
  rmSync(away, { recursive: true, force: true });
  try {
    renameSync(folder, away);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  rmSync(away, { recursive: true, force: true });
}
