import path from 'node:path';

import { cacheFolder, root } from '../../scripts/setup/paths.mjs';
import { debianRoot, inside, repository } from '../../scripts/setup/system/debian-root.mjs';

const folder = path.join(cacheFolder(), 'debian-13-for-arm64');
const packages = [
  ...['cmake', 'ninja-build', 'g++-aarch64-linux-gnu', 'qemu-user'],
  // Included and loaded by the native tests.
  ...['libc6-dev', 'libgtest-dev', 'libjpeg62-turbo-dev', 'libflatbuffers-dev'],
  ...['libwasmedge-dev', 'libturbojpeg0', 'libpng16-16t64'],
];
/** Programs run here; libraries are for the other processor. */
const isLibrary = (name) => name.startsWith('lib');

/**
 * A Debian 13 for this machine's processor, which cross-compiles for arm64 and runs the result in
 * QEMU.
 */
export const debian13ForArm64 = debianRoot({
  name: 'debian-13-for-arm64',
  title: 'Debian 13 that builds for arm64, and runs it in QEMU (some minutes)',
  folder,
  suite: 'trixie',
  packages: packages.map((name) => (isLibrary(name) ? `${name}:arm64` : name)),
  foreign: 'arm64',
});

/**
 * A command to run there, at the root of this repository.
 *
 * @param {string[]} words
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {{ command: string, args: string[] }}
 */
export function inDebian13ForArm64(words, { cwd = root, env = {} } = {}) {
  const { binds, env: variables } = repository();
  const options = { binds, cwd, env: { PATH: '/usr/bin:/bin', ...variables, ...env } };
  const [command, args] = inside(folder, options, words);
  return { command, args };
}
