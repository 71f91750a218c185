import { createHash, randomUUID } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const notSources = new Set(['node_modules', 'target', 'build', 'dist']);

/** All files below `folder`, except build output; sorted. Empty if the folder does not exist. */
export function filesBelow(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => !notSources.has(entry.name))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(file);
      return entry.isFile() ? [file] : [];
    })
    .sort();
}

/** The SHA-256 of bytes, in hexadecimal. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The SHA-256 of a file; undefined if it does not exist. */
export function sha256OfFile(file) {
  try {
    return sha256(readFileSync(file));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file so that nobody ever sees it incomplete. */
export function writeAtomically(file, bytes) {
  placeAtomically(file, (temporary) => writeFileSync(temporary, bytes));
}

/**
 * Copies a file so that nobody ever sees it incomplete, and a process that has the old one mapped
 * keeps it.
 */
export function copyAtomically(from, to) {
  placeAtomically(to, (temporary) => copyFileSync(from, temporary));
}

function placeAtomically(file, create) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    create(temporary);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
