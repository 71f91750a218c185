import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { keep, takeKept } from '../../scripts/setup/kept-guests.mjs';
import { cacheFolder, root, shown } from '../../scripts/setup/paths.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';
import { settingsAbove } from '../setup/kept-builds.mjs';

/*
 * Where Clippy found nothing: it compiles all crates to look at a few, in every clone again. What it says depends only on
 * what is digested here.
 */

const script = path.join(root, 'test/runner/clippy-results-process.mjs');
const resultsFolder = path.join(root, 'build/clippy-results');

/**
 * A command of Clippy whose result another clone may have.
 *
 * @typedef {import('./checks.mjs').Command & { inputs?: string[] }} ClippyCommand with the files and folders that it
 *   reads, relative to the root of the repository; without, it always runs
 */

/**
 * Leaves out the commands whose result is known, and has the results of the others kept.
 *
 * @param {ClippyCommand[]} commands
 * @param {unknown} facts of the toolchain
 * @returns {import('./checks.mjs').Command[]}
 */
export function unlessKnown(commands, facts) {
  const known = [];
  const others = commands.flatMap(({ inputs, ...command }) => {
    if (inputs === undefined) return [command];
    const result = resultOf(command, inputs, facts);
    const { name, key } = result;
    if (takeKept(path.join(resultsFolder, name), keptResult(name, key))) {
      known.push(shown(command.options.cwd));
      return [];
    }
    return [command, resultCommand('keep', result)];
  });
  return [...(known.length > 0 ? [resultCommand('known', known)] : []), ...others];
}

function resultCommand(what, argument) {
  const args = [script, what, JSON.stringify(argument)];
  return { command: process.execPath, args, options: { cwd: root } };
}

function resultOf({ command, args, options }, inputs, facts) {
  const { cwd, env } = options;
  // The search path is the user's, and what is found in it is among the facts.
  const how = [command, args, { ...env, PATH: undefined }];
  const all = [facts, settingsAbove(cwd), JSON.stringify(how).replaceAll(root, '')];
  const name = `clippy-${path.relative(root, cwd).replaceAll(/[^\w.-]/g, '-')}`;
  return { name, key: digestOf(inputs, all), inputs, all };
}

const keptResult = (name, key) => path.join(cacheFolder(), name, key);

/** Tells all clones that Clippy has found nothing, unless sources were edited meanwhile. */
export function keepResult({ name, key, inputs, all }) {
  if (digestOf(inputs, all) !== key) return;
  const folder = path.join(resultsFolder, name);
  const file = path.join(folder, 'clean');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, 'Clippy found nothing.\n');
  keep(folder, [file], keptResult(name, key));
}
