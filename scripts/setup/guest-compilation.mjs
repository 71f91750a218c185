import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from './files.mjs';
import {
  addonFile,
  commandLine,
  compiledEmbeddingGuestFile,
  compiledGuestFile,
  embeddingGuestFile,
  guestFile,
  root,
} from './paths.mjs';
import { digestOf } from './stamp.mjs';

/** Each guest, and its compiled form. */
export const guestCompilations = [
  [guestFile, compiledGuestFile],
  [embeddingGuestFile, compiledEmbeddingGuestFile],
];

/**
 * The guests, compiled ahead of time for this processor.
 *
 * @type {import('./steps.mjs').Step}
 */
export const guestCompilation = {
  name: 'guest-compilation',
  title: 'Guests, ahead of time',

  async stamp({ machine }) {
    const files = [...guestCompilations.map(([guest]) => guest), addonFile];
    const facts = [...files.map(sha256OfFile), machine.wasmedge, processor()];
    return {
      digest: digestOf([], facts),
      outputs: guestCompilations.map(([, compiled]) => compiled),
    };
  },

  async run(_context, task) {
    for (const [guest, compiled] of guestCompilations) {
      mkdirSync(path.dirname(compiled), { recursive: true });
      await task.exec(process.execPath, [commandLine, 'compile', guest, '-o', compiled], {
        cwd: root,
      });
    }
    // Also in the cache, so that no command compiles them again.
    const keeper = path.join(root, 'scripts/setup/keep-compiled.mjs');
    await task.exec(process.execPath, [keeper, ...guestCompilations.flat()], { cwd: root });
  },
};

/**
 * A module for a more capable processor crashes on a lesser one: a folder that moves between
 * machines is compiled again.
 */
export function processor() {
  const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
  return lines.find((line) => /^(flags|Features)\s*:/.test(line)) ?? '';
}
