import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from '../../scripts/setup/files.mjs';
import { guestCompilations, processor } from '../../scripts/setup/guest-compilation.mjs';
import { addonFile, commandLine, root, setupFolder } from '../../scripts/setup/paths.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';
import { debianRoot, inside, repository, rootFolder } from '../../scripts/container/root.mjs';

const name = 'debian-forky';

const own = (name) => path.join(root, 'build/matrix/forky', name);

/**
 * There, these folders replace this machine's: compiled modules belong to one version of WasmEdge, and Pillow to one
 * of Python.
 */
const versioned = [
  { place: path.join(root, 'build/guest'), own: own('guest') },
  { place: path.join(root, 'build/test-cache'), own: own('test-cache') },
  { place: path.join(setupFolder, 'pillow'), own: own('pillow') },
];

/** The coming Debian, which has WasmEdge 0.17. */
export const forky = debianRoot({
  name,
  title: 'Debian forky with WasmEdge and Node.js (a minute or two)',
  suite: 'forky',
  file: 'test/matrix/Dockerfile',
});

/** Git's folder, for tests that list the files in it; that of a worktree is outside it. */
function gitFolder() {
  const link = path.join(root, '.git');
  if (!statSync(link, { throwIfNoEntry: false })?.isFile()) return {};
  const ofWorktree = path.resolve(root, readFileSync(link, 'utf8').replace('gitdir:', '').trim());
  // That of a submodule has none.
  const common = path.join(ofWorktree, 'commondir');
  const folder = existsSync(common)
    ? path.resolve(ofWorktree, readFileSync(common, 'utf8').trim())
    : ofWorktree;
  return { [folder]: folder };
}

/** The repository may belong to another user. */
const trustGit = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

/**
 * A command to run there, at the root of this repository.
 *
 * @param {string[]} words
 * @returns {{ command: string, args: string[] }}
 */
export function inForky(words) {
  for (const { place, own } of versioned) {
    mkdirSync(place, { recursive: true });
    mkdirSync(own, { recursive: true });
  }
  const { binds, env: variables } = repository();
  Object.assign(binds, gitFolder());
  for (const { place, own } of versioned) binds[place] = own;
  const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ...trustGit, ...variables };
  const options = { binds, cwd: root, env };
  const [command, args] = inside(rootFolder(name), options, words);
  return { command, args };
}

/** @type {import('../../scripts/setup/steps.mjs').Step} */
export const forkyGuests = {
  name: 'forky-guests',
  title: "Guests, ahead of time by forky's WasmEdge",

  async stamp() {
    const files = [...guestCompilations.map(([guest]) => guest), addonFile];
    // It shows which version is installed there.
    const status = sha256OfFile(path.join(rootFolder(name), 'var/lib/dpkg/status'));
    const outputs = guestCompilations.map(([, compiled]) =>
      path.join(versioned[0].own, path.basename(compiled)),
    );
    return { digest: digestOf([], [...files.map(sha256OfFile), status, processor()]), outputs };
  },

  async run(_context, task) {
    for (const [guest, compiled] of guestCompilations) {
      const { command, args } = inForky(['node', commandLine, 'compile', guest, '-o', compiled]);
      await task.exec(command, args);
    }
  },
};
