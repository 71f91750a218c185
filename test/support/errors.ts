import assert from 'node:assert/strict';

import { WasmEdgeError } from 'wasmedge-embed';
import type { WasmEdgeErrorCode } from 'wasmedge-embed';

/** Awaits a failure of the family with this code, and returns it for inspection. */
export async function fails(
  code: WasmEdgeErrorCode,
  work: Promise<unknown> | (() => unknown),
): Promise<WasmEdgeError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    assert.ok(error instanceof WasmEdgeError, `expected a WasmEdgeError, got ${String(error)}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`expected ${code}, but it succeeded`);
}
