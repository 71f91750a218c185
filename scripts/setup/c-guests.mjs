import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { Missing } from './machine.mjs';
import { SetupFailure } from './failure.mjs';
import { root } from './paths.mjs';
import { digestOf } from './stamp.mjs';

const sources = 'test/guests/c';
const folder = path.join(root, sources);
const built = path.join(root, 'build/guests-c');
const flags = ['--target=wasm32-wasi', '-O1', '-s', '-Wall', '-Wextra', '-Werror'];

/**
 * The tests' guests in C: a program of each folder of test/guests/c, by Clang and wasi-libc.
 *
 * @type {import('./steps.mjs').Step}
 */
export const cGuests = {
  name: 'c-guests',
  title: 'Guests in C',
  advice: 'Mend what the compiler complains of, then run this command again.',

  async stamp({ machine }) {
    const outputs = readdirSync(folder).map((name) => path.join(built, `${name}.wasm`));
    return { digest: digestOf([sources], [machine.wasiCompiler, flags]), outputs };
  },

  async run({ machine: { wasiCompiler } }, task) {
    if (wasiCompiler instanceof Missing) throw new SetupFailure(wasiCompiler.reason);
    mkdirSync(built, { recursive: true });
    for (const name of readdirSync(folder)) {
      const files = readdirSync(path.join(folder, name)).filter((file) => file.endsWith('.c'));
      const args = [...flags, '-o', path.join(built, `${name}.wasm`), ...files];
      await task.exec(wasiCompiler.command, args, { cwd: path.join(folder, name) });
    }
  },
};
