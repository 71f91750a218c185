import { WasmEdgeError } from '../errors.js';

/** How many invocations an executor takes. */
export interface Room {
  /** Most invocations at a time. */
  concurrency: number;
  /** Most invocations that wait beyond these. */
  maxQueue: number;
}

/**
 * Refuses a further invocation where there is no room for it.
 *
 * @param accepted How many there are already, waiting ones included.
 * @throws {WasmEdgeError} ERR_CLOSED, ERR_QUEUE_FULL.
 */
export function requireRoom(
  isClosing: boolean,
  accepted: number,
  { concurrency, maxQueue }: Room,
): void {
  if (isClosing) {
    throw new WasmEdgeError('ERR_CLOSED', 'The module is closed. Load it again to run it.');
  }
  if (accepted < concurrency + maxQueue) return;
  throw new WasmEdgeError(
    'ERR_QUEUE_FULL',
    `${concurrency} invocations are under way, as many as 'concurrency' allows, and the queue is ` +
      `full (maxQueue is ${maxQueue}). Try again later.`,
  );
}
