import { channel } from 'node:diagnostics_channel';

import type { WasmEdgeError } from './errors.js';
import type { InferenceFailure, Isolation, Timings } from './shared-types.js';

/** What the channel `wasmedge-embed:run` publishes after each invocation. */
export interface RunEvent {
  /** The module's file, as given to `loadModule`. */
  module: string;
  /** Where the guest ran. */
  isolation: Isolation;
  /** Name of the called function; absent for a run of the program. */
  function?: string;
  /** Milliseconds from the call to its end, as seen by the caller. */
  totalMs: number;
  /** Duration of its parts; absent if it was rejected before it began. */
  timings?: Timings;
  /** The program's exit code, 0 to 255; absent if it failed, and for calls of functions. */
  exitCode?: number;
  /** Bytes of standard input; for a stream, the bytes read from it, including read-ahead. */
  stdinBytes: number;
  /** Bytes of standard output, except with `'inherit'`; absent if it failed. */
  stdoutBytes?: number;
  /** The error, if it failed. */
  error?: WasmEdgeError;
  /** The guest's first rejected inference calls, at most 16; absent if there were none. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * What the channel `wasmedge-embed:compile` publishes when a plain module is compiled
 * automatically.
 */
export interface CompileEvent {
  /** The plain module's file. */
  module: string;
  /** The compiled module in the cache; absent when compiling failed. */
  output?: string;
  /** Duration of compiling in milliseconds. */
  totalMs: number;
  /** Why compiling failed: a trusted module is then interpreted, unless its loading was aborted. */
  error?: unknown;
}

/**
 * What the channel `wasmedge-embed:compile-progress` publishes while a plain module is compiled, by
 * `loadModule` or by `compileModule`. Where LLVM is part of libwasmedge, as in its official release,
 * nothing is published.
 */
export interface CompileProgressEvent {
  /** The plain module's file; `bytes` if `compileModule` was given its bytes. */
  module: string;
  /**
   * How much of the work is done, 0 to 99, each time more. While code is generated, which takes most
   * of the time, it counts functions.
   */
  percent: number;
}

/**
 * What the channel `wasmedge-embed:mode` publishes when a module loaded with `aot: 'background'`
 * switches to compiled code.
 */
export interface ModeEvent {
  /** The module's file, as given to `loadModule`. */
  module: string;
  /** The module's isolation. */
  isolation: Isolation;
  /** How further invocations are executed. */
  mode: 'aot';
  /** Milliseconds since compiling began. */
  totalMs: number;
}

/** Subscribe with `diagnostics_channel.subscribe('wasmedge-embed:run', (event) => …)`. */
export const runChannel = channel('wasmedge-embed:run');
export const compileChannel = channel('wasmedge-embed:compile');
export const compileProgressChannel = channel('wasmedge-embed:compile-progress');
export const modeChannel = channel('wasmedge-embed:mode');
