import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { root } from '../../scripts/setup/paths.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';

const folder = path.join(root, 'test/guests/c');
const outputOf = (name) => path.join(root, 'build/test-guests', `${name}.wasm`);
const common = ['--target=wasm32-wasi', '-Wall', '-Wextra', '-Werror'];
const library = [...common, '-mexec-model=reactor', '-O2'];

/** Each with its sources below test/guests/c. */
const guests = [
  { name: 'failing.c', sources: ['failing.c'], flags: library },
  {
    name: 'failing.cc',
    sources: ['failing.cc'],
    flags: [...library, '-fno-exceptions', '-fno-rtti'],
  },
  {
    name: 'libc-answers',
    sources: readdirSync(path.join(folder, 'libc-answers'))
      .filter((file) => file.endsWith('.c'))
      .map((file) => path.join('libc-answers', file)),
    flags: [...common, '-O1', '-s'],
  },
];

/**
 * The tests' guests in C and C++: libraries that contain the names of their functions, and a program.
 *
 * @type {import('./steps.mjs').Step}
 */
export const testGuests = {
  name: 'test-guests',
  title: 'Guests of the tests, in C and C++',
  advice: 'Fix the errors of the compiler, then run this command again.',

  async stamp({ machine }) {
    const digest = digestOf(['test/guests/c'], [machine.wasiCompiler, guests]);
    return { digest, outputs: guests.map(({ name }) => outputOf(name)) };
  },

  async run({ machine }, task) {
    for (const { name, sources, flags } of guests) {
      mkdirSync(path.dirname(outputOf(name)), { recursive: true });
      await task.exec(machine.wasiCompiler.command, [...flags, '-o', outputOf(name), ...sources], {
        cwd: folder,
      });
    }
  },
};
