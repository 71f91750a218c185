import { setMaxListeners } from 'node:events';
import { clearTimeout, setTimeout } from 'node:timers';

import { WasmEdgeError } from '../support/errors.js';
import type { WasmEdgeErrorDetails } from '../support/errors.js';

/** Why an invocation is ended before its guest ends by itself. */
export type EndReason = 'timeout' | 'aborted' | 'closed';

/**
 * Has `end` called when the time limit is over, and when the signal is aborted; any number of
 * invocations may share a signal. The returned function takes both back.
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

/** Node.js warns where many wait for one signal; those of other makers, such as jsdom's, do not. */
function allowManyListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal);
  } catch {
    // No event target of Node.js's.
  }
}

/** The error of an invocation that was ended early; the module puts it into words (end-message.ts). */
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
