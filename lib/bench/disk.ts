import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { findDependency } from '../dependency-lookup.js';

/** Bytes of a file, or of all files below a folder. Zero for what is not there. */
export function bytesOf(...files: string[]): number {
  return files.reduce((sum, file) => sum + bytesBelow(file), 0);
}

function bytesBelow(file: string): number {
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.size;
  return readdirSync(file).reduce((sum, name) => sum + bytesBelow(path.join(file, name)), 0);
}

/** The C and C++ libraries, which every Linux that runs Node.js has. */
const OF_THE_SYSTEM = /^(linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\+\+)\.so)/;

/** A shared object or program with all libraries that it needs, those of the system left out. */
export function withLibraries(file: string): string[] {
  const listed = execFileSync('ldd', [file], { encoding: 'utf8' });
  const libraries = listed.split('\n').flatMap((line) => {
    const found = /^\s*(\S+) => (\/\S+)/.exec(line);
    return found?.[1] && found[2] && !OF_THE_SYSTEM.test(found[1]) ? [found[2]] : [];
  });
  return [...new Set([file, ...libraries].map((each) => realpathSync(each)))];
}

/** The folders of a package's dependencies, and of theirs. */
export function dependencyFolders(root: string): string[] {
  const folders = new Map<string, string>();
  const visit = (folder: string): void => {
    const { dependencies = {} } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    ) as { dependencies?: Record<string, string> };
    for (const name of Object.keys(dependencies)) {
      const found = findDependency(folder, name);
      if (found === undefined || folders.has(found)) continue;
      folders.set(found, name);
      visit(found);
    }
  };
  visit(root);
  return [...folders.keys()];
}
