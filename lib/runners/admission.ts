import { WasmEdgeError } from '../support/errors.js';

/** The capacity of an executor. */
export interface Room {
  /** The maximum number of concurrent invocations. */
  concurrency: number;
  /** The maximum number of further invocations, which wait. */
  maxQueue: number;
}

/**
 * Rejects a further invocation if there is no room for it.
 *
 * @param accepted The number of accepted invocations, including waiting ones.
 * @throws {WasmEdgeError} ERR_CLOSED, ERR_QUEUE_FULL.
 */
export function requireRoom(
  isClosing: boolean,
  accepted: number,
  { concurrency, maxQueue }: Room,
): void {
  // The module replaces this text with that of end-message.ts.
  if (isClosing) throw new WasmEdgeError('ERR_CLOSED', 'closed');
  if (accepted >= concurrency + maxQueue) throw new WasmEdgeError('ERR_QUEUE_FULL', 'full');
}
