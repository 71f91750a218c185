import { readFileSync } from 'node:fs';
import path from 'node:path';

import { sha256OfFile } from './files.mjs';
import { takeOrMake } from './kept-guests.mjs';
import {
  addonFile,
  commandLine,
  compiledEmbeddingGuestFile,
  compiledGuestFile,
  embeddingGuestFile,
  guestFile,
  root,
} from './paths.mjs';
import { ask } from './processes.mjs';
import { digestOf, digestsOfLinked } from './stamp.mjs';

/** Each guest, and its compiled form. */
export const guestCompilations = [
  [guestFile, compiledGuestFile],
  [embeddingGuestFile, compiledEmbeddingGuestFile],
];

/** What decides how they are compiled: the command, and the rooms that compiling imports from. */
const compiler = ['lib/addon', 'lib/cli', 'lib/compile', 'lib/options', 'lib/support'];

/** The guests, compiled ahead of time for this processor. */
export const guestCompilation = compilation({
  name: 'guest-compilation',
  title: 'Guests, ahead of time',
  guests: guestCompilations,
  folder: 'guests',
});

/**
 * A step that compiles guests ahead of time for this processor.
 *
 * @param {object} details
 * @param {string} details.name
 * @param {string} details.title
 * @param {[guest: string, compiled: string, ...options: string[]][]} details.guests
 * @param {string} details.folder in the cache, where they are kept for other clones
 * @param {string} [details.modules] the cache of modules that gets them (WASMEDGE_EMBED_CACHE)
 * @returns {import('./steps.mjs').Step}
 */
export function compilation({ name, title, guests, folder, modules }) {
  const digests = () => [...guests.map(([guest]) => guest), addonFile].map(sha256OfFile);
  const options = guests.map(([, , ...given]) => given.join(' '));
  return {
    name,
    title,

    async stamp({ machine }) {
      const facts = [...digests(), ...options, machine.wasmedge, processor()];
      return { digest: digestOf([], facts), outputs: guests.map(([, compiled]) => compiled) };
    },

    async run({ machine }, task) {
      // The compiler itself, not only its version.
      const libraries = await librariesOf();
      const facts = [...options, machine.wasmedge, libraries, process.version, processor()];
      const keyOf = () => digestOf(compiler, [...digests(), ...facts]);
      const isKept = await takeOrMake(folder, keyOf, async () => {
        const compile = ([guest, compiled, ...given]) =>
          task.exec(process.execPath, [commandLine, 'compile', guest, '-o', compiled, ...given], {
            cwd: root,
          });
        const ends = await Promise.allSettled(guests.map(compile));
        for (const { reason } of ends) if (reason) throw reason;
        return guests.flatMap(([, compiled]) => [compiled, `${compiled}.aot.json`]);
      });
      // Those with the usual options also in the cache of modules, so that no command compiles them again.
      const keeper = path.join(root, 'scripts/setup/keep-compiled.mjs');
      const env = modules && { WASMEDGE_EMBED_CACHE: modules };
      const usual = guests.filter(([, , ...given]) => given.length === 0).flat();
      await task.exec(process.execPath, [keeper, ...usual], { cwd: root, env });
      return isKept ? 'done, as another clone compiled them' : undefined;
    },
  };
}

/** WasmEdge and what it is linked with, such as LLVM. */
async function librariesOf() {
  const program =
    "require('./dist/addon/native.js').addon().runtime().then(({ path }) => console.log(path))";
  const file = (await ask(process.execPath, ['-e', program], { cwd: root }))?.trim();
  return digestsOfLinked([file]);
}

/**
 * A module for a more capable processor crashes on a lesser one: a folder that moves between
 * machines is compiled again.
 */
export function processor() {
  const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
  return lines.find((line) => /^(flags|Features)\s*:/.test(line)) ?? '';
}
