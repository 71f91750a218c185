import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The size of a file, or of all files below a folder, in bytes. Zero if it does not exist. */
export function bytesOf(...files: string[]): number {
  return files.reduce((sum, file) => sum + bytesBelow(file), 0);
}

function bytesBelow(file: string): number {
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.size;
  return readdirSync(file).reduce((sum, name) => sum + bytesBelow(path.join(file, name)), 0);
}
