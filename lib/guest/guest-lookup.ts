import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { WasmEdgeError } from '../support/errors.js';
import { requireInstalled } from '../support/package-root.js';

/**
 * The file of the package's classification guest, for `loadModule`: the one that was built in a clone
 * of the repository, else the one in the package, where one that was compiled ahead of time comes
 * first. It reads a JPEG from its standard input and runs the model `default`.
 *
 * @throws {WasmEdgeError} ERR_MODULE_LOAD when there is none; ERR_NATIVE_LOAD where a bundler has merged
 *   the package into another file.
 */
export function findGuest(): string {
  requireInstalled();
  // Asked for each in place, which is what tools that trace files understand.
  const built = join(
    __dirname,
    '../../wasm/target/wasm32-wasip1/release/image-classification.wasm',
  );
  if (existsSync(built)) return built;
  const compiled = join(__dirname, 'image-classification.so');
  if (existsSync(join(__dirname, 'image-classification.so'))) return compiled;
  const plain = join(__dirname, 'image-classification.wasm');
  if (existsSync(join(__dirname, 'image-classification.wasm'))) return plain;
  throw new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `The classification guest was not built: there is no ${[built, compiled, plain].join(' and no ')}. ` +
      "In a clone of the repository run 'npm run quickstart', or name a guest.",
  );
}
