import { setTimeout as sleep } from 'node:timers/promises';

import { addon } from '../addon/native.js';
import type { NativeCompileTurn } from '../addon/native.js';
import { abortError } from '../support/abort.js';
import { fromNative } from '../support/errors.js';

/**
 * The previous place may belong to another thread, or to another copy of this package: its end
 * cannot be observed.
 */
const LOOK_MS = 20;

/**
 * Runs `work` in its turn: one at a time in the process, in order of arrival.
 *
 * @throws {WasmEdgeError} ERR_QUEUE_FULL, or ERR_ABORTED while it waits.
 */
export async function inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const turn = join();
  try {
    while (!turn.isFirst) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {
        throw abortError(signal);
      });
    }
    return await work();
  } finally {
    turn.leave();
  }
}

function join(): NativeCompileTurn {
  try {
    return new (addon().CompileTurn)();
  } catch (error) {
    throw fromNative(error);
  }
}
