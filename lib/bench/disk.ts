import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { findDependency } from '../support/package-root.js';

/** The C and C++ libraries, which every Linux that runs Node.js has. */
const OF_THE_SYSTEM = /^(linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\+\+)\.so)/;

/** A shared object or program with all libraries that it needs, excluding those of the system. */
export function withLibraries(file: string): string[] {
  const listed = execFileSync('ldd', [file], { encoding: 'utf8' });
  const libraries = listed.split('\n').flatMap((line) => {
    const found = /^\s*(\S+) => (\/\S+)/.exec(line);
    return found?.[1] && found[2] && !OF_THE_SYSTEM.test(found[1]) ? [found[2]] : [];
  });
  return [...new Set([file, ...libraries].map((each) => realpathSync(each)))];
}

/** The folders of a package's dependencies, including transitive ones. */
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
