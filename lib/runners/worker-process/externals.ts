import { WasmEdgeError } from '../../support/errors.js';
import type { ExternalDescription } from '../../support/shared-types.js';

import { MAX_EXTERNALS, MAX_HEADER_BYTES } from './protocol.js';

/** Imports and exports, or some of them. */
interface Externals {
  imports: ExternalDescription[];
  exports: ExternalDescription[];
}

/** Leaves room for the message around them. */
const BATCH_BYTES = MAX_HEADER_BYTES - 1024;

/**
 * Splits a module's imports and exports, whose number and names are unbounded, into messages that
 * the pool accepts.
 */
export function batchesOf(facts: {
  imports: readonly ExternalDescription[];
  exports: readonly ExternalDescription[];
}): Externals[] {
  const batches: Externals[] = [{ imports: [], exports: [] }];
  let size = 0;
  for (const kind of ['imports', 'exports'] as const) {
    for (const each of facts[kind]) {
      const bytes = Buffer.byteLength(JSON.stringify(each)) + 1;
      if (bytes > BATCH_BYTES) throw tooMany();
      if (size + bytes > BATCH_BYTES) {
        batches.push({ imports: [], exports: [] });
        size = 0;
      }
      size += bytes;
      batches.at(-1)?.[kind].push(each);
    }
  }
  if (batches.length > MAX_EXTERNALS) throw tooMany();
  return batches;
}

function tooMany(): WasmEdgeError {
  return new WasmEdgeError(
    'ERR_MODULE_INVALID',
    "The module's imports and exports have more names, or longer ones, than the isolation " +
      "'worker-process' takes: 512 KiB for each, 64 MiB for all.",
  );
}
