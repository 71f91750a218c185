import { channel } from 'node:diagnostics_channel';

import type { WasmEdgeError } from './errors.js';
import type { InferenceFailure, Isolation, Timings } from './shared-types.js';

/** What the channel `wasmedge-embed:run` publishes after each invocation. */
export interface RunEvent {
  /** The module's file, as it was given. */
  module: string;
  /** Where the guest ran. */
  isolation: Isolation;
  /** The called function; absent for a run of the whole program. */
  function?: string;
  /** Milliseconds from the call to its end, as the caller saw it. */
  totalMs: number;
  /** How long its parts took; absent where it was refused before it began. */
  timings?: Timings;
  /** The program's exit code, 0 to 255; absent where it failed, and for calls of functions. */
  exitCode?: number;
  /** Bytes of standard input; of a stream those that were read, for the guest or ahead of it. */
  stdinBytes: number;
  /** Bytes of standard output, but for what is `'inherit'`; absent where it failed. */
  stdoutBytes?: number;
  /** What it failed with. */
  error?: WasmEdgeError;
  /** The first of the guest's calls for inference that were refused, at most 16; absent where none was. */
  inferenceFailures?: InferenceFailure[];
}

/** What the channel `wasmedge-embed:compile` publishes when a plain module is compiled by itself. */
export interface CompileEvent {
  /** The plain module's file. */
  module: string;
  /** The compiled module in the cache; absent when compiling failed. */
  output?: string;
  /** Milliseconds of compiling. */
  totalMs: number;
  /** Why compiling failed: a trusted module is interpreted then, unless its loading was aborted. */
  error?: unknown;
}

/** What the channel `wasmedge-embed:mode` publishes when a module that was loaded with `aot: 'background'` changes over. */
export interface ModeEvent {
  /** The module's file, as it was given. */
  module: string;
  /** Where its guests run. */
  isolation: Isolation;
  /** How further invocations run. */
  mode: 'aot';
  /** Milliseconds since the compiling began. */
  totalMs: number;
}

/** Subscribe with `diagnostics_channel.subscribe('wasmedge-embed:run', (event) => …)`. */
export const runChannel = channel('wasmedge-embed:run');
export const compileChannel = channel('wasmedge-embed:compile');
export const modeChannel = channel('wasmedge-embed:mode');
