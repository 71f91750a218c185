import { setMaxListeners } from 'node:events';
import { clearTimeout, setTimeout } from 'node:timers';

import { WasmEdgeError } from '../support/errors.js';
import type { WasmEdgeErrorDetails } from '../support/errors.js';

/** Why an invocation is ended before its guest ends. */
export type EndReason = 'timeout' | 'aborted' | 'closed';

/**
 * Calls `end` when the time limit has passed, and when the signal is aborted; any number of
 * invocations may share a signal. The returned function cancels both.
 */
export function onEarlyEnd(
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
  end: (reason: 'timeout' | 'aborted') => void,
): () => void {
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          end('timeout');
        }, timeoutMs);
  const abort = (): void => {
    end('aborted');
  };
  if (signal) {
    allowManyListeners(signal);
    signal.addEventListener('abort', abort, { once: true });
  }
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
}

/**
 * Node.js warns if many listeners wait for one signal; other implementations, such as jsdom's, do
 * not.
 */
function allowManyListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // Not an event target of Node.js.
  }
}

/**
 * The error of an invocation that was ended early; the module supplies the message
 * (end-message.ts).
 */
export function earlyEndError(reason: EndReason, details?: WasmEdgeErrorDetails): WasmEdgeError {
  switch (reason) {
    case 'timeout':
      return new WasmEdgeError('ERR_TIMEOUT', 'time limit', details);
    case 'aborted':
      return new WasmEdgeError('ERR_ABORTED', 'aborted', details);
    case 'closed':
      return new WasmEdgeError('ERR_CLOSED', 'closed', details);
  }
}
