import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from '../../scripts/setup/files.mjs';
import { guestCompilations, processor } from '../../scripts/setup/guest-compilation.mjs';
import { addonFile, commandLine, root } from '../../scripts/setup/paths.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';
import { debianRoot, inside, repository, rootFolder } from '../../scripts/container/root.mjs';

const name = 'debian-forky';

/**
 * Compiled modules belong to one version of WasmEdge: there, these folders replace this machine's.
 */
const versioned = ['guest', 'test-cache'].map((name) => ({
  place: path.join(root, 'build', name),
  own: path.join(root, 'build/matrix/forky', name),
}));

/** The coming Debian, which has WasmEdge 0.17. */
export const forky = debianRoot({
  name,
  title: 'Debian forky with WasmEdge and Node.js (a minute or two)',
  suite: 'forky',
  file: 'test/matrix/Dockerfile',
});

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
  const { binds, env } = repository();
  for (const { place, own } of versioned) binds[place] = own;
  const options = { binds, cwd: root, env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', ...env } };
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
