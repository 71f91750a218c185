import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from '../../scripts/setup/files.mjs';
import { guestCompilations, processor } from '../../scripts/setup/guest-compilation.mjs';
import { addonFile, cacheFolder, commandLine, root } from '../../scripts/setup/paths.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';
import { debianRoot, inside, repository } from '../../scripts/setup/system/debian-root.mjs';

const folder = path.join(cacheFolder(), 'debian-forky');
const packages = [
  ...['ca-certificates', 'nodejs', 'libwasmedge0', 'wasmedge', 'libturbojpeg0', 'libpng16-16t64'],
  // Tools that tests use to inspect files, and tools for the commands `build` and `bundle`.
  ...['binutils', 'cmake', 'curl', 'g++', 'make', 'patchelf', 'xxd'],
];

/**
 * Compiled modules belong to one version of WasmEdge: there, these folders replace this machine's.
 */
const versioned = ['guest', 'test-cache'].map((name) => ({
  place: path.join(root, 'build', name),
  own: path.join(root, 'build/matrix/forky', name),
}));

/** The coming Debian, which has WasmEdge 0.17. */
export const forky = debianRoot({
  name: 'debian-forky',
  title: 'Debian forky with WasmEdge and Node.js (a minute or two)',
  folder,
  suite: 'forky',
  packages,
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
  const [command, args] = inside(folder, options, words);
  return { command, args };
}

/** @type {import('../../scripts/setup/steps.mjs').Step} */
export const forkyGuests = {
  name: 'forky-guests',
  title: "Guests, ahead of time by forky's WasmEdge",

  async stamp() {
    const files = [...guestCompilations.map(([guest]) => guest), addonFile];
    // It shows which version is installed there.
    const status = sha256OfFile(path.join(folder, 'var/lib/dpkg/status'));
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
