import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { copyAtomically, sha256OfFile } from './files.mjs';
import { cacheFolder, root } from './paths.mjs';

/** How many states of the sources the cache keeps them of. */
const mostKept = 4;
const dayMs = 24 * 60 * 60 * 1000;
/** The names and digests of the files beside it. */
const listOf = (folder) => path.join(folder, 'digests.json');

/**
 * Takes guests that another clone has made, or makes them and keeps them for others.
 *
 * @param {string} name of a folder in the cache
 * @param {() => string} keyOf a digest of all that they depend on, but for the folder of this clone
 * @param {() => Promise<string[]>} make returns the files that it has made in this clone; none, if they are not to be kept
 * @returns {Promise<boolean>} whether they were taken
 */
export async function takeOrMake(name, keyOf, make) {
  const key = keyOf();
  const folder = path.join(cacheFolder(), name, key);
  if (takeKept(root, folder)) return true;
  const files = await make();
  // Sources may have been edited meanwhile.
  if (files.length > 0 && keyOf() === key) keep(root, files, folder);
  return false;
}

/**
 * Puts files from a folder of the cache, which other set-ups may remove meanwhile, where they were below a base, in the
 * same order. A folder with damaged files is removed.
 *
 * @param {string} base
 * @param {string} folder
 * @returns {boolean} whether all are in their places now; otherwise they must be made
 */
export function takeKept(base, folder) {
  try {
    if (!statSync(folder, { throwIfNoEntry: false })) return false;
    const list = readList(folder);
    if (!areWhole(list, folder)) {
      discard(folder);
      return false;
    }
    for (const [name] of list) {
      // A side file must not describe another compiled guest, not even for a moment.
      rmSync(path.join(base, `${name}.aot.json`), { force: true });
      copyAtomically(path.join(folder, name), path.join(base, name));
    }
    utimesSync(folder, new Date(), new Date());
    // Another set-up may have replaced the folder meanwhile.
    return areWhole(list, base);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Nothing if the list is missing or damaged. */
function readList(folder) {
  try {
    return JSON.parse(readFileSync(listOf(folder), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || error.code === 'ENOENT') return [];
    throw error;
  }
}

function areWhole(list, folder) {
  const isWhole = ([name, digest]) => sha256OfFile(path.join(folder, name)) === digest;
  return list.length > 0 && list.every(isWhole);
}

/**
 * Puts files into a folder of the cache, which appears completely or not at all, and removes the oldest beside it. If
 * another set-up has put them there, its files remain.
 *
 * @param {string} base
 * @param {string[]} files below the base, each before its side file
 * @param {string} folder
 */
export function keep(base, files, folder) {
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  try {
    const list = files.map((file) => {
      const name = path.relative(base, file);
      const kept = path.join(fresh, name);
      mkdirSync(path.dirname(kept), { recursive: true });
      copyFileSync(file, kept);
      return [name, sha256OfFile(kept)];
    });
    writeFileSync(listOf(fresh), JSON.stringify(list));
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
