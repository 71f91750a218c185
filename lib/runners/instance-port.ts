import type { HostCallReceiver } from '../host/host-functions.js';
import type { WasmEdgeError } from '../support/errors.js';
import type { InstanceOperations } from '../support/instance-operations.js';
import type { InferenceFailure, Timings } from '../support/shared-types.js';

/** Calls of a kept instance's functions, one after the other, whose arguments were checked. */
export interface CallRequest {
  /** Whether a guest waits for them, which has a thread meanwhile. */
  isNested: boolean;
  /** Where the calls of host functions go, until all has ended. */
  hostCalls: HostCallReceiver | undefined;
  /** The functions' numbers among the module's exports. Good until `call` returns. */
  functions: Uint32Array;
  /** Raw bits of all arguments, 8 bytes each. Good until `call` returns. */
  values: Float64Array;
  /** How many results all calls have together. */
  resultCount: number;
  stdin: Uint8Array | undefined;
  /** Longest time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** Whether what the guest writes is wanted. */
  keepsOutput: boolean;
  /** Whether they have time, fuel and output for all together. */
  isOne: boolean;
}

/** How the last of some calls ended. */
export interface CallEnding {
  /** Why it did not return, or was not made. */
  error?: WasmEdgeError;
  /** What it gave to `proc_exit` in place of returning. */
  exitCode?: number;
  /** Whether the instance has ended with it. */
  hasEnded: boolean;
  timings: Timings;
  /** The first calls for inference that were refused: of calls that are one. */
  inferenceFailures?: InferenceFailure[];
}

/** Further calls that have returned. */
export interface CallProgress {
  calls: number;
  /** Raw bits of their results, 8 bytes each. */
  results: ArrayBuffer;
  /** What was written since, where it is wanted. */
  stdout: Buffer;
  stderr: Buffer;
  /** The last time. */
  ending?: CallEnding;
}

/** A kept instance, wherever it lives. */
export interface InstancePort extends InstanceOperations {
  /** Makes calls until one does not return; `progress` is called once or more. Never throws. */
  call(
    request: CallRequest,
    signal: AbortSignal | undefined,
    progress: (progress: CallProgress) => void,
  ): void;
}

/** What an instance is made with. */
export interface InstanceRequest {
  args: readonly string[];
  /** "NAME=value" */
  env: readonly string[];
  /** Longest time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** As of calls. */
  isNested: boolean;
}

/** An instance that was made, or whose guest has exited meanwhile. */
export interface MadeInstance {
  port: InstancePort;
  exited: boolean;
  exitCode: number;
  /** What its constructors wrote. */
  stdout: Buffer;
  stderr: Buffer;
  timings: Timings;
}

/** A call with input, output and a time limit of its own. */
export interface SingleCall {
  stdin: Uint8Array | undefined;
  timeoutMs: number | undefined;
  timeoutOption: 'timeoutMs' | 'limits.timeoutMs';
  signal: AbortSignal | undefined;
}
