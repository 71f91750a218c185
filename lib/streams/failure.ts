import { WasmEdgeError, reasonOf } from '../support/errors.js';

/** The option with the stream. */
export type StreamName = 'stdin' | 'stdout' | 'stderr';

/** The error for the caller if a stream itself failed. */
export function streamFailure(name: StreamName, cause: unknown): WasmEdgeError {
  if (cause instanceof WasmEdgeError && cause.code === 'ERR_STREAM') return cause;
  const what = name === 'stdin' ? 'The stream given as stdin' : `The target of ${name}`;
  return new WasmEdgeError('ERR_STREAM', `${what} failed: ${reasonOf(cause)}`, { cause });
}
