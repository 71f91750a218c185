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

/** Every file below `folder`, without what builds leave there; sorted. Nothing when there is no such folder. */
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

/** SHA-256 of bytes, in hexadecimal digits. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 of a file, undefined when there is none. */
export function sha256OfFile(file) {
  try {
    return sha256(readFileSync(file));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file so that nobody ever sees half of it. */
export function writeAtomically(file, bytes) {
  placeAtomically(file, (temporary) => writeFileSync(temporary, bytes));
}

/** Copies a file so that nobody ever sees half of it, and a process that has the old one mapped keeps it. */
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
