import { readFileSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from './files.mjs';
import { keep, takeKept } from './kept-guests.mjs';
import {
  addonFile,
  cacheFolder,
  commandLine,
  compiledEmbeddingGuestFile,
  compiledGuestFile,
  embeddingGuestFile,
  guestFile,
  root,
} from './paths.mjs';
import { ask } from './processes.mjs';
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

  async run({ machine }, task) {
    const folder = path.join(cacheFolder(), 'guests', await keyOf(machine));
    const isKept = takeKept(guestCompilations, folder);
    if (!isKept) {
      for (const [guest, compiled] of guestCompilations) {
        await task.exec(process.execPath, [commandLine, 'compile', guest, '-o', compiled], {
          cwd: root,
        });
      }
      keep(guestCompilations, folder);
    }
    // Also in the cache of modules, so that no command compiles them again.
    const keeper = path.join(root, 'scripts/setup/keep-compiled.mjs');
    await task.exec(process.execPath, [keeper, ...guestCompilations.flat()], { cwd: root });
    return isKept ? 'done, as another clone compiled them' : undefined;
  },
};

/** All that their code depends on, but for the folder of this clone: the compiler itself, not only its version. */
async function keyOf({ wasmedge }) {
  const files = [...guestCompilations.map(([guest]) => guest), addonFile];
  const facts = [wasmedge, await librariesOf(), process.version, processor()];
  return digestOf(['lib'], [...files.map(sha256OfFile), ...facts]);
}

/** WasmEdge and what it is linked with, such as LLVM; if that cannot be found out, a fact of this clone alone. */
async function librariesOf() {
  const program =
    "require('./dist/addon/native.js').addon().runtime().then(({ path }) => console.log(path))";
  const file = (await ask(process.execPath, ['-e', program], { cwd: root }))?.trim();
  const linked = file && (await ask('ldd', [file]));
  if (!linked) return root;
  return [file, ...(linked.match(/\/\S+/g) ?? [])].map(sha256OfFile);
}

/**
 * A module for a more capable processor crashes on a lesser one: a folder that moves between
 * machines is compiled again.
 */
export function processor() {
  const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
  return lines.find((line) => /^(flags|Features)\s*:/.test(line)) ?? '';
}
