import path from 'node:path';

import { cacheFolder } from '../setup/paths.mjs';
import { debianRoot } from '../setup/system/debian-root.mjs';

/** glibc 2.31 and GCC 10: binaries built here require nothing newer. */
const packages = ['ca-certificates', 'cmake', 'make', 'python3'];
const compilers = {
  x64: { native: 'g++', cross: 'g++-x86-64-linux-gnu', triple: 'x86_64-linux-gnu' },
  arm64: { native: 'g++', cross: 'g++-aarch64-linux-gnu', triple: 'aarch64-linux-gnu' },
};

/** The folder of the Debian 11 that builds for a processor, as in `process.arch`. */
export function debian11Folder(arch) {
  return path.join(cacheFolder(), `debian-11-for-${arch}`);
}

/** The prefix of the compiler's and its tools' names for a processor. */
export function toolPrefix(arch) {
  return `${compilers[arch].triple}-`;
}

/**
 * A Debian 11 with compilers, out of packages of this machine's mirror.
 *
 * @param {string} arch for which it builds, as in `process.arch`
 * @returns {import('../setup/steps.mjs').Step}
 */
export function debian11(arch) {
  const { native, cross } = compilers[arch];
  return debianRoot({
    name: `debian-11-${arch}`,
    title: `Debian 11 that builds for ${arch} (a minute or two)`,
    folder: debian11Folder(arch),
    suite: 'bullseye',
    packages: [...packages, arch === process.arch ? native : cross],
  });
}
