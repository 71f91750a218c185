import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { copyAtomically, sha256OfFile } from '../../scripts/setup/files.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';
import { factsOfRust, takeOrBuild } from '../setup/kept-builds.mjs';

/*
 * The static library of the picture fuzzer: CMake runs this whenever it builds the fuzzer.
 *
 * node picture-library.mjs --cargo FILE --target TRIPLE --flags RUSTFLAGS --output FILE
 */

const sources = ['native/fuzz/picture', 'native/fuzz/CMakeLists.txt', 'wasm'];
const crate = path.join(root, 'native/fuzz/picture');
/** Of flags for cargo, which may contain spaces. */
const separator = '\x1f';

const { values } = parseArgs({
  options: {
    cargo: { type: 'string' },
    target: { type: 'string' },
    flags: { type: 'string' },
    output: { type: 'string' },
  },
});
const { cargo, target, flags, output } = values;
const folder = path.dirname(output);
const library = path.join(folder, target, 'release', path.basename(output));
const programs = path.dirname(cargo);

/** With an explicit target, build scripts and procedural macros are not instrumented. */
async function build() {
  // A panic names its file from the root of whatever clone: the library is the same in all.
  const allFlags = [...flags.split(' '), `--remap-path-prefix=${root}/=`];
  const args = ['build', '--release', '--locked', '--target', target, '--target-dir', folder];
  const { code } = await run(cargo, args, {
    cwd: crate,
    env: { RUSTC: path.join(programs, 'rustc'), CARGO_ENCODED_RUSTFLAGS: allFlags.join(separator) },
    onOutput: (text) => process.stderr.write(text),
  });
  if (code !== 0) process.exit(code ?? 1);
  return [library];
}

const facts = [await factsOfRust(programs, crate), target, flags];
const isTaken = await takeOrBuild({
  name: 'fuzz-picture',
  folder,
  keyOf: () => digestOf(sources, facts),
  hasBegun: () => existsSync(path.join(folder, target, 'release/.fingerprint')),
  build,
});
if (isTaken) console.log('The library of the picture fuzzer is as another clone built it.');
// The fuzzer is linked again only if the library differs.
if (sha256OfFile(library) !== sha256OfFile(output)) copyAtomically(library, output);
