import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from './files.mjs';
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
    const kept = path.join(cacheFolder(), 'guests', keyOf(machine));
    const isKept = outputs.every((file) => existsSync(path.join(kept, path.basename(file))));
    for (const file of outputs) {
      mkdirSync(path.dirname(file), { recursive: true });
      if (isKept) copyFileSync(path.join(kept, path.basename(file)), file);
    }
    if (isKept) {
      const now = new Date();
      utimesSync(kept, now, now);
    } else {
      for (const [guest, compiled] of guestCompilations) {
        await task.exec(process.execPath, [commandLine, 'compile', guest, '-o', compiled], {
          cwd: root,
        });
      }
      keep(outputs, kept);
    }
    // Also in the cache of modules, so that no command compiles them again.
    const keeper = path.join(root, 'scripts/setup/keep-compiled.mjs');
    await task.exec(process.execPath, [keeper, ...guestCompilations.flat()], { cwd: root });
    return isKept ? 'done, as another clone compiled them' : undefined;
  },
};

/** Each with its side file. */
const outputs = guestCompilations.flatMap(([, compiled]) => [compiled, `${compiled}.aot.json`]);
/** How many states of the sources the cache keeps them of. */
const mostKept = 4;

/** All that their code depends on, but for the folder of this clone: the compiler's sources too, not only its version. */
function keyOf({ wasmedge, compiler }) {
  const compilers = ['native', 'CMakeLists.txt', 'lib/addon', 'lib/compile'];
  const guests = guestCompilations.map(([guest]) => sha256OfFile(guest));
  return digestOf(compilers, [...guests, wasmedge, compiler, process.version, processor()]);
}

/** Copies files into a folder, which appears completely or not at all, and removes the oldest beside it. */
function keep(files, folder) {
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const file of files) copyFileSync(file, path.join(fresh, path.basename(file)));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  // Another clone may do the same.
  const age = (name) =>
    -(statSync(path.join(folder, '..', name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  readdirSync(path.dirname(folder))
    .sort((a, b) => age(a) - age(b))
    .slice(mostKept)
    .forEach((name) => rmSync(path.join(folder, '..', name), { recursive: true, force: true }));
}

/**
 * A module for a more capable processor crashes on a lesser one: a folder that moves between
 * machines is compiled again.
 */
export function processor() {
  const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
  return lines.find((line) => /^(flags|Features)\s*:/.test(line)) ?? '';
}
