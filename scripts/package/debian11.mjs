import { debianRoot, rootFolder } from '../container/root.mjs';

const triples = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** The folder of the Debian 11 that builds for a processor, as in `process.arch`. */
export function debian11Folder(arch) {
  return rootFolder(`debian-11-for-${arch}`);
}

/** The prefix of the compiler's and its tools' names for a processor. */
export function toolPrefix(arch) {
  return `${triples[arch]}-`;
}

/**
 * A Debian 11 with compilers.
 *
 * @param {string} arch for which it builds, as in `process.arch`
 * @returns {import('../setup/steps.mjs').Step}
 */
export function debian11(arch) {
  const suffix = arch === process.arch ? '' : `-${triples[arch].replace('_', '-')}`;
  return debianRoot({
    name: `debian-11-for-${arch}`,
    title: `Debian 11 that builds for ${arch} (a minute or two)`,
    suite: 'bullseye',
    file: 'scripts/package/Dockerfile',
    buildArguments: [`COMPILER=g++${suffix}`],
  });
}
