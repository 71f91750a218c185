import { existsSync } from 'node:fs';
import path from 'node:path';

import { WasmEdgeError } from '../../support/errors.js';
import { packageRoot } from '../../support/package-root.js';

/**
 * The file of the guest `infer`: the one that was built in a clone of the repository, otherwise the
 * one in the package.
 *
 * @throws {WasmEdgeError} ERR_MODULE_LOAD if there is none.
 */
export function findInferGuest(): string {
  const places = ['wasm/target/wasm32-wasip1/release/infer.wasm', 'dist/guest/infer.wasm'].map(
    (place) => path.join(packageRoot(), place),
  );
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new WasmEdgeError(
    'ERR_MODULE_LOAD',
    `The guest that runs models has not been built: ${places.join(' and ')} do not exist. In a clone of the ` +
      "repository run 'npm run quickstart'.",
  );
}
