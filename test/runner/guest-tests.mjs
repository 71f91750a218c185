import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { cacheFolder, root, shown } from '../../scripts/setup/paths.mjs';
import { filesBelow } from '../../scripts/setup/files.mjs';
import { embedded, guestSources } from '../../scripts/setup/guests.mjs';
import { keep, takeKept } from '../../scripts/setup/kept-guests.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';
import { factsOfRust } from '../setup/kept-builds.mjs';

/*
 * The test programs of the guests. Clippy has looked at all crates when they are built; so a clone that finds those of
 * the same sources in the cache needs neither.
 */

const workspace = path.join(root, 'wasm');
const sources = [...guestSources, 'test/runner/guest-tests.mjs'];
/** Below it are the programs, and what they are. */
export const testsFolder = path.join(root, 'build/guest-tests');
const listOf = (folder) => path.join(folder, 'tests.json');
/**
 * What rustdoc may take for tests: fenced or indented blocks. It compiles the crates itself, so that nothing of them is
 * left to keep.
 */
const docTest = /^\s*\/\/[/!](.*(```|~~~)| {5,}\S)|\/\*[*!]|\bdoc\s*=/m;

/**
 * A test program.
 *
 * @typedef {object} TestProgram
 * @property {string} file its name in the folder
 * @property {string} cwd the folder of its package, below the root of the repository
 * @property {string} title as cargo names it
 * @property {string} again arguments of `cargo test` that run it alone
 */

/**
 * The digest of all that the programs depend on, but for the folder of this clone.
 *
 * @param {string} programs the folder of rustc, cargo and Clippy
 * @param {unknown} how settings and arguments of cargo
 * @returns {Promise<string | undefined>} undefined if other clones cannot use them
 */
export async function keyOfTests(programs, how) {
  // Files that the user embeds instead of the default model may change, wherever they are.
  const hasDocTests = filesBelow(workspace).some(
    (file) => /\/src\/.*\.rs$/.test(file) && docTest.test(readFileSync(file, 'utf8')),
  );
  if (embedded().some(Boolean) || hasDocTests) return undefined;
  return digestOf(sources, [await factsOfRust(programs, workspace), how]);
}

const keptTests = (key) => path.join(cacheFolder(), 'guests-native-tests', key);

/** Whether the programs of another clone are in the folder now. */
export function takeTests(key, folder = testsFolder) {
  rmSync(folder, { recursive: true, force: true });
  return takeKept(folder, keptTests(key));
}

/**
 * Keeps test programs for other clones.
 *
 * @param {string} key
 * @param {string} messages of `cargo test --no-run --message-format=json`
 * @param {string} [folder] for copies, which are kept in turn
 * @returns {string} what was done
 */
export function keepTests(key, messages, folder = testsFolder) {
  if (existsSync(keptTests(key))) return 'Another clone has kept the test programs.';
  const found = programsIn(messages);
  const personal = found.find(({ executable }) => readFileSync(executable).includes(root));
  if (personal)
    return `Not kept for other clones: ${personal.title} contains the folder of this one.`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = found.map(({ executable, file }) => {
    copyFileSync(executable, path.join(folder, file));
    return path.join(folder, file);
  });
  const list = found.map(({ file, cwd, title, again }) => ({ file, cwd, title, again }));
  writeFileSync(listOf(folder), JSON.stringify(list));
  keep(folder, [...files, listOf(folder)], keptTests(key));
  return `Kept ${files.length} test programs for other clones.`;
}

/**
 * The test programs that cargo tells of, in the order in which it runs them.
 *
 * @param {string} messages one JSON object in each line
 * @returns {(TestProgram & { executable: string })[]}
 */
export function programsIn(messages) {
  return messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ reason, profile, executable }) => {
      return reason === 'compiler-artifact' && profile.test && executable;
    })
    .map(({ executable, manifest_path: manifest, target }) => {
      const folder = path.dirname(manifest);
      const [kind] = target.kind;
      const source = path.relative(folder, target.src_path);
      const isNamed = ['test', 'bin', 'example'].includes(kind);
      return {
        executable,
        file: path.basename(executable),
        cwd: path.relative(root, folder),
        title: kind === 'test' ? source : `unittests ${source}`,
        again: `-p ${path.basename(folder)} ${isNamed ? `--${kind} ${target.name}` : '--lib'}`,
      };
    })
    .sort((a, b) => order(a).localeCompare(order(b), 'en'));
}

/** By package, with its unit tests first. */
function order({ cwd, title }) {
  return `${cwd} ${title.startsWith('unittests') ? 0 : 1} ${title}`;
}

/**
 * Runs the test programs one after the other like `cargo test`, up to the first that fails.
 *
 * @param {string} folder
 * @returns {boolean} whether all tests passed
 */
export function runTests(folder) {
  const list = JSON.parse(readFileSync(listOf(folder), 'utf8'));
  for (const { file, cwd, title, again } of list) {
    const program = path.join(folder, file);
    console.error(`     Running ${title} (${shown(program)})`);
    const place = path.join(root, cwd);
    const { status, error } = spawnSync(program, [], {
      cwd: place,
      env: { ...process.env, CARGO_MANIFEST_DIR: place },
      stdio: 'inherit',
    });
    if (error) throw error;
    if (status !== 0) {
      console.error(`error: test failed, to rerun pass \`${again}\``);
      return false;
    }
  }
  return true;
}
