import { root } from '../../scripts/setup/paths.mjs';
import { debianRoot, inside, repository, rootFolder } from '../../scripts/container/root.mjs';

const name = 'debian-13-for-arm64';

/**
 * A Debian 13 for this machine's processor, which cross-compiles for arm64 and runs the result in
 * QEMU.
 */
export const debian13ForArm64 = debianRoot({
  name,
  title: 'Debian 13 that builds for arm64, and runs it in QEMU (some minutes)',
  suite: 'trixie',
  file: 'test/arm64/Dockerfile',
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
  const [command, args] = inside(rootFolder(name), options, words);
  return { command, args };
}
