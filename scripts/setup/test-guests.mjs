import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { root } from './paths.mjs';
import { digestOf } from './stamp.mjs';

const sources = ['failing.c', 'failing.cc'].map((name) => path.join('test/guests/c', name));
const outputOf = (source) => path.join(root, 'build/test-guests', `${path.basename(source)}.wasm`);

/**
 * Guests of the tests in C and C++, libraries with the names of their functions.
 *
 * @type {import('./steps.mjs').Step}
 */
export const testGuests = {
  name: 'test-guests',
  title: 'Guests of the tests, in C and C++',
  advice: 'Mend what the compiler complains of, then run this command again.',

  async stamp({ machine }) {
    return { digest: digestOf(sources, [machine.wasiCompiler]), outputs: sources.map(outputOf) };
  },

  async run({ machine }, task) {
    for (const source of sources) {
      mkdirSync(path.dirname(outputOf(source)), { recursive: true });
      const form = ['--target=wasm32-wasi', '-mexec-model=reactor', '-O2', '-Wall', '-Wextra'];
      const language = source.endsWith('.cc') ? ['-fno-exceptions', '-fno-rtti'] : [];
      await task.exec(
        machine.wasiCompiler.command,
        [...form, '-Werror', ...language, '-o', outputOf(source), source],
        { cwd: root },
      );
    }
  },
};
