import { setMaxListeners } from 'node:events';
import { clearTimeout, setTimeout } from 'node:timers';

import { WasmEdgeError } from './errors.js';

/**
 * Calls `end` once, with the signal that is aborted first; immediately if one already is. The
 * returned function cancels that. Any number of loads may share a signal.
 */
export function onAbort(
  signals: readonly AbortSignal[],
  end: (signal: AbortSignal) => void,
): () => void {
  const listener = ({ target }: Event): void => {
    forget();
    end(target as AbortSignal);
  };
  const forget = (): void => {
    for (const signal of signals) signal.removeEventListener('abort', listener);
  };
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) {
    end(aborted);
    return forget;
  }
  for (const signal of signals) {
    setMaxListeners(0, signal);
    signal.addEventListener('abort', listener);
  }
  return forget;
}

/** The error of loading or compiling that was ended by this signal. */
export function abortError(signal: AbortSignal): WasmEdgeError {
  return new WasmEdgeError('ERR_ABORTED', 'Loading or compiling the module was aborted.', {
    cause: signal.reason,
  });
}

/** Throws ERR_ABORTED if one of the signals is aborted. */
export function requireNotAborted(signals: readonly AbortSignal[]): void {
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) throw abortError(aborted);
}

/**
 * The results of several concurrent pieces of work. If one fails, the others are aborted, and have
 * ended before its error is thrown.
 *
 * @param begin Begins them, with the signals to observe: the given ones, and one for this.
 */
export async function allOrNone<T extends readonly unknown[]>(
  signals: readonly AbortSignal[],
  begin: (signals: readonly AbortSignal[]) => readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<readonly [...T]> {
  const controller = new AbortController();
  const works: readonly Promise<unknown>[] = begin([...signals, controller.signal]);
  try {
    const results: unknown = await Promise.all<unknown>(works);
    return results as readonly [...T];
  } catch (error) {
    controller.abort();
    await Promise.allSettled(works);
    throw error;
  }
}

/**
 * How long an abort waits for an orderly end of work in progress: parsing cannot be interrupted.
 */
const ORDERLY_END_MS = 1000;

/**
 * Waits for `work`, which observes the signals itself where possible. After an abort it rejects
 * with ERR_ABORTED when `work` has ended, or soon in any case; `undo` receives a result that comes
 * too late.
 */
export async function unlessAborted<T>(
  signals: readonly AbortSignal[],
  work: Promise<T>,
  undo: (result: T) => unknown,
): Promise<T> {
  if (signals.length === 0) return work;
  let timer: NodeJS.Timeout | undefined;
  let aborted: AbortSignal | undefined;
  let forget: (() => void) | undefined;
  const patience = new Promise<void>((resolve) => {
    forget = onAbort(signals, (signal) => {
      aborted = signal;
      timer = setTimeout(resolve, ORDERLY_END_MS);
    });
  });
  try {
    const result = await Promise.race([work, patience]);
    if (!aborted) return result as T;
  } catch (error) {
    if (!aborted) throw error;
  } finally {
    clearTimeout(timer);
    forget?.();
  }
  work.then(undo).catch(() => undefined);
  throw abortError(aborted);
}
