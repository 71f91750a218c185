import { channel } from 'node:diagnostics_channel';

import type { WasmEdgeError } from './errors.js';
import type { Timings } from './native.js';
import type { Isolation } from './runners/executor.js';

/** What the channel `wasmedge-embed:run` publishes after each invocation. */
export interface RunEvent {
  /** The module's file, as it was given. */
  module: string;
  isolation: Isolation;
  /** The called function; absent for a run of the whole program. */
  function?: string;
  /** Milliseconds from the call to its end, as the caller saw it. */
  totalMs: number;
  timings?: Timings;
  exitCode?: number;
  stdinBytes: number;
  stdoutBytes?: number;
  error?: WasmEdgeError;
}

/** What the channel `wasmedge-embed:compile` publishes when a plain module is compiled by itself. */
export interface CompileEvent {
  /** The plain module's file. */
  module: string;
  /** The compiled module in the cache; absent when compiling failed. */
  output?: string;
  totalMs: number;
  error?: unknown;
}

/** Subscribe with `diagnostics_channel.subscribe('wasmedge-embed:run', (event) => …)`. */
export const runChannel = channel('wasmedge-embed:run');
export const compileChannel = channel('wasmedge-embed:compile');
