import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { WasmEdgeError, reasonOf } from '../support/errors.js';

import { isOfGlibc, isOfNode, mappedFiles } from './libraries.js';

const LONGEST_MS = 120_000;

/** Loads what a bundle's handler loads, and prints what is mapped before and after. */
const SCRIPT = `
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const [folder, module, labels, handler] = process.argv.slice(1);
const maps = () => readFileSync('/proc/self/maps', 'utf8');
const before = maps();
(async () => {
  const { loadModule } = require(path.join(folder, 'node_modules', 'wasmedge-embed'));
  const model = { file: path.join(folder, 'model.tflite') };
  if (labels) model.labels = path.join(folder, labels);
  const loaded = await loadModule(path.join(folder, module), { models: { default: model } });
  await loaded.close();
  if (handler) {
    const { handler: { ready, close } } = await import(pathToFileURL(path.join(folder, handler)));
    await ready;
    await close();
  }
  const report = { before, after: maps() };
  process.stdout.write('\\n' + JSON.stringify(report));
})().catch((error) => {
  process.stderr.write(String(error && error.message));
  process.exitCode = 1;
});
`;

/** A bundle's parts, by their names in it. */
export interface BundleParts {
  module: string;
  labels: string | undefined;
  /** Loaded as well, including the warm-up run; undefined if it may have side effects. */
  handler: string | undefined;
}

/**
 * Loads a bundle in a separate process, without any environment variable that refers to libraries,
 * and checks that all libraries came from it, except glibc and those that Node.js itself loaded
 * before.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE.
 */
export async function checkBundle(folder: string, parts: BundleParts): Promise<void> {
  const { module, labels = '', handler = '' } = parts;
  const args = ['--input-type=commonjs', '-e', SCRIPT, '--', folder, module, labels, handler];
  let stdout: string;
  try {
    ({ stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: '/',
      env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
      maxBuffer: 2 ** 26,
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
    }));
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const said = stderr.trim();
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `The bundle was created but does not work: ${said === '' ? reasonOf(error) : said}`,
      { cause: error },
    );
  }
  const { before, after } = JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as {
    before: string;
    after: string;
  };
  // The path in the kernel's form.
  const own = `${await realpath(folder)}/`;
  const known = new Set(mappedFiles(before));
  const mayBeForeign = (name: string): boolean => isOfGlibc(name) || isOfNode(name);
  const foreign = mappedFiles(after).filter(
    (file) => !known.has(file) && !file.startsWith(own) && !mayBeForeign(path.basename(file)),
  );
  if (foreign.length > 0) {
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `The bundle was created but is not self-contained: it loads ${foreign.join(', ')}.`,
    );
  }
}
