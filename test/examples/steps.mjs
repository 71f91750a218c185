import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { exampleCrates } from './crates.mjs';
import { filesBelow, sha256OfFile } from '../../scripts/setup/files.mjs';
import { compilation } from '../../scripts/setup/guest-compilation.mjs';
import { digestsOfRust } from '../../scripts/setup/guests.mjs';
import { takeOrMake } from '../../scripts/setup/kept-guests.mjs';
import { rustEnvironment } from '../../scripts/setup/machine.mjs';
import { installDependencies, npmCommand } from '../../scripts/setup/npm.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { ask } from '../../scripts/setup/processes.mjs';
import { digestOf, digestsOfLinked } from '../../scripts/setup/stamp.mjs';
import { testCache } from '../setup/test-guest-compilation.mjs';

const folder = path.join(root, 'examples');
const built = 'target/wasm32-wasip1/release';
/** Those that take seconds to compile. */
const largestGuests = [
  ['guest-rust', 'word-count'],
  ['guest-wasi-nn', 'wasi-nn-guest'],
  ['guest-wasmedge-tensorflow-0.2', 'wasmedge-tensorflow-0-2'],
  ['guest-wasmedge-tensorflow-0.3', 'wasmedge-tensorflow-0-3'],
  ['snapshot', 'javascript'],
];

/**
 * What the examples need before they run, after the set-up's own system packages.
 *
 * @type {import('../../scripts/setup/steps.mjs').Step[]}
 */
export const exampleSteps = [
  {
    name: 'example-dependencies',
    title: 'npm dependencies of the examples',
    advice: 'Check whether npm reaches its registry (`npm ping`), then run this command again.',
    run: (_context, task) => installDependencies(folder, task),
  },
  {
    name: 'example-guests',
    title: 'Guests of the examples',
    advice:
      'Mend what cargo or make complains of, or see whether cargo reaches crates.io or the mirror that it is\n' +
      'configured for; then run this command again.',
    async run({ machine }, task) {
      const toolchain = [await digestsOfRust(machine), await digestsOfC(machine.wasiCompiler)];
      const keyOf = () => digestOf(sourcesOfGuests(), [toolchain, process.version]);
      const isKept = await takeOrMake('guests-examples', keyOf, async () => {
        await buildAll(machine, task);
        return guestsOfExamples();
      });
      return isKept ? 'done, as they were built before' : undefined;
    },
  },
  compilation({
    name: 'example-compilation',
    title: 'Guests of the examples, ahead of time',
    guests: largestGuests.map(([example, name]) => [
      path.join(folder, example, built, `${name}.wasm`),
      path.join(root, `build/test-guests/${name}.so`),
    ]),
    folder: 'guests-examples-compiled',
    modules: testCache,
  }),
];

/** Also what says how to build them, but neither their documentation nor their hosts. */
function sourcesOfGuests() {
  return filesBelow(folder)
    .filter((file) => !/\.(md|mjs)$/.test(file))
    .map((file) => path.relative(root, file));
}

/** As a user would: cargo and make detect by themselves what has changed. */
async function buildAll(machine, task) {
  const [command, ...args] = npmCommand();
  await task.exec(command, [...args, 'run', 'build', '--workspaces', '--if-present'], {
    cwd: folder,
    env: { ...rustEnvironment(machine), CC: machine.wasiCompiler.command },
  });
}

/** The modules in the places where cargo, make and asc put them. */
function guestsOfExamples() {
  const folders = [
    ...exampleCrates().map((crate) => path.join(crate, built)),
    ...readdirSync(folder).map((name) => path.join(folder, name, 'build')),
  ];
  return folders
    .filter((each) => existsSync(each))
    .flatMap((each) => readdirSync(each).map((name) => path.join(each, name)))
    .filter((file) => file.endsWith('.wasm'));
}

/** The digests of the compiler, of its linker and of the C library for WASI. */
async function digestsOfC({ command }) {
  const where = async (option) =>
    (await ask(command, ['--target=wasm32-wasi', option]))?.trim() ?? '';
  const library = await where('-print-file-name=libc.a');
  const programs = [command, await where('-print-prog-name=wasm-ld')];
  return [
    await digestsOfLinked(programs),
    filesBelow(path.dirname(library)).map(sha256OfFile),
    sha256OfFile(await where('-print-libgcc-file-name')),
  ];
}
