import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from './files.mjs';
import { addonFile, commandLine, compiledGuestFile, guestFile, root } from './paths.mjs';
import { digestOf } from './stamp.mjs';

/**
 * The guest, compiled ahead of time for this processor.
 *
 * @type {import('./steps.mjs').Step}
 */
export const guestCompilation = {
  name: 'guest-compilation',
  title: 'Guest, ahead of time',

  async stamp({ machine }) {
    const facts = [sha256OfFile(guestFile), sha256OfFile(addonFile), machine.wasmedge, processor()];
    return { digest: digestOf([], facts), outputs: [compiledGuestFile] };
  },

  async run(_context, task) {
    mkdirSync(path.dirname(compiledGuestFile), { recursive: true });
    await task.exec(
      process.execPath,
      [commandLine, 'compile', guestFile, '-o', compiledGuestFile],
      { cwd: root },
    );
  },
};

/** A module for a richer processor dies on a poorer one: a folder that moves between machines compiles again. */
function processor() {
  const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
  return lines.find((line) => /^(flags|Features)\s*:/.test(line)) ?? '';
}
