import { existsSync } from 'node:fs';
import path from 'node:path';

import { exampleCrates } from '../../test/examples/crates.mjs';
import { fuzzerCrate } from '../../test/fuzz/differential/build.mjs';
import { filesBelow } from '../setup/files.mjs';
import { rustEnvironment } from '../setup/machine.mjs';
import { localProgram, root } from '../setup/paths.mjs';

/**
 * A program that formats sources: `npm run format` writes with it, the check of the same name only compares.
 *
 * @typedef {object} Formatter
 * @property {string} name
 * @property {string} title
 * @property {(machine: import('../setup/machine.mjs').Machine, write: boolean) => Command} command
 *
 * @typedef {{ command: string, args: string[], options?: object }} Command
 */

// By content, options and version: what was well-formed stays so.
const cached = ['--cache', '--cache-strategy=content', '--cache-location=build/prettier.json'];

/** @type {Formatter[]} */
export const formatters = [
  {
    name: 'prettier',
    title: 'Prettier',
    command: (_machine, write) => ({
      command: localProgram('prettier'),
      args: [write ? '--write' : '--check', ...cached, '--log-level', write ? 'warn' : 'log', '.'],
      options: { cwd: root },
    }),
  },
  {
    name: 'clang-format',
    title: 'clang-format',
    command: (_machine, write) => ({
      command: 'clang-format-19',
      args: [
        ...(write ? ['-i'] : ['--dry-run', '-Werror']),
        ...['native', 'examples/guest-c', 'test/guests/c']
          .flatMap((folder) => filesBelow(path.join(root, folder)))
          .filter((file) => /\.(h|cc|c)$/.test(file)),
      ],
    }),
  },
  {
    name: 'rustfmt',
    title: 'rustfmt',
    command: (machine, write) => ({
      command: path.join(machine.rust.programs, 'cargo-fmt'),
      args: ['fmt', '--all', ...(write ? [] : ['--check'])],
      options: { cwd: path.join(root, 'wasm'), env: rustEnvironment(machine) },
    }),
  },
  {
    name: 'rustfmt-examples',
    title: 'rustfmt for the examples and the fuzzers',
    command: (machine, write) => ({
      command: path.join(machine.rust.programs, 'rustfmt'),
      args: [
        ...(write ? [] : ['--check']),
        ...['--edition', '2021', '--config-path', path.join(root, 'wasm')],
        ...[...exampleCrates(), fuzzerCrate].map(crateRoot),
        path.join(root, 'native/fuzz/picture/src/lib.rs'),
      ],
    }),
  },
];

/** The root file of a crate: that of a program, or of a library. */
function crateRoot(folder) {
  return ['src/main.rs', 'src/lib.rs'].map((name) => path.join(folder, name)).find(existsSync);
}
