import { WasmEdgeError } from '../support/errors.js';

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
  // In the words of end-message.ts, once the module has them.
  if (isClosing) throw new WasmEdgeError('ERR_CLOSED', 'closed');
  if (accepted >= concurrency + maxQueue) throw new WasmEdgeError('ERR_QUEUE_FULL', 'full');
}
