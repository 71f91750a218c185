import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { oneOf } from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';
import { requireInstalled } from '../support/package-root.js';

import { TASKS } from './task.js';
import type { Task } from './task.js';

/**
 * Finds the package's guest for a task, for `loadModule`: the one that was built in a clone of the
 * repository, otherwise the one in the package; a guest that was compiled ahead of time comes
 * first. It reads a picture from its standard input and runs the model `default`.
 *
 * @param task `classify` (default): labels a picture, with a classifier. `detect`: finds objects in
 *   it, with a detector that ends with TFLite_Detection_PostProcess.
 * @returns Path of the guest.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for another task; ERR_MODULE_LOAD if there is no
 *   such guest; ERR_NATIVE_LOAD if a bundler has merged the package into another file.
 */
export function findGuest(task: Task = 'classify'): string {
  const checked = oneOf('task', task, TASKS, 'classify');
  requireInstalled();
  return checked === 'detect' ? detector() : classifier();
}

// Resolved for each file separately, in a form that file tracers understand.

function classifier(): string {
  const built = join(
    __dirname,
    '../../wasm/target/wasm32-wasip1/release/image-classification.wasm',
  );
  if (existsSync(built)) return built;
  const compiled = join(__dirname, 'image-classification.so');
  if (existsSync(join(__dirname, 'image-classification.so'))) return compiled;
  const plain = join(__dirname, 'image-classification.wasm');
  if (existsSync(join(__dirname, 'image-classification.wasm'))) return plain;
  return missing('classification', [built, compiled, plain]);
}

function detector(): string {
  const built = join(__dirname, '../../wasm/target/wasm32-wasip1/release/object-detection.wasm');
  if (existsSync(built)) return built;
  const compiled = join(__dirname, 'object-detection.so');
  if (existsSync(join(__dirname, 'object-detection.so'))) return compiled;
  const plain = join(__dirname, 'object-detection.wasm');
  if (existsSync(join(__dirname, 'object-detection.wasm'))) return plain;
  return missing('detection', [built, compiled, plain]);
}

function missing(name: string, places: readonly string[]): never {
  throw new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `The ${name} guest has not been built: ${places.join(' and ')} do not exist. ` +
      "In a clone of the repository run 'npm run quickstart', or specify a guest.",
  );
}
