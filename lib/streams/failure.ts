import { WasmEdgeError, reasonOf } from '../support/errors.js';

/** The option that a stream was given in. */
export type StreamName = 'stdin' | 'stdout' | 'stderr';

/** The error of a stream that failed by itself, as the caller gets it. */
export function streamFailure(name: StreamName, cause: unknown): WasmEdgeError {
  if (cause instanceof WasmEdgeError && cause.code === 'ERR_STREAM') return cause;
  const what = name === 'stdin' ? 'The stream given as stdin' : `The target of ${name}`;
  return new WasmEdgeError('ERR_STREAM', `${what} failed: ${reasonOf(cause)}`, { cause });
}
