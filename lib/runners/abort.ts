import { setMaxListeners } from 'node:events';

/**
 * Has `abort` called once when the signal is aborted; any number of runs may share a signal. The
 * returned function takes the listener away again.
 */
export function onAbort(signal: AbortSignal | undefined, abort: () => void): () => void {
  if (!signal) return () => undefined;
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort, { once: true });
  return () => {
    signal.removeEventListener('abort', abort);
  };
}
