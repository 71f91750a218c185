import type { HostCallReceiver } from '../host/host-functions.js';
import type { WasmEdgeError } from '../support/errors.js';
import type { InstanceOperations } from '../support/instance-operations.js';
import type { InferenceFailure, Timings } from '../support/shared-types.js';

/** Calls of a kept instance's functions, one after another, with checked arguments. */
export interface CallRequest {
  /** Whether a guest, which occupies a thread, waits for them. */
  isNested: boolean;
  /** Handles their host function calls until all calls have ended. */
  hostCalls: HostCallReceiver | undefined;
  /** The functions' indices among the module's exports. Valid until `call` returns. */
  functions: Uint32Array;
  /** Raw bits of all arguments, 8 bytes each. Valid until `call` returns. */
  values: Float64Array;
  /** The number of results of all calls together. */
  resultCount: number;
  stdin: Uint8Array | undefined;
  /** Maximum time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** Whether the guest's output is wanted. */
  keepsOutput: boolean;
  /** Whether the limits on time, fuel and output apply to all calls together. */
  isOne: boolean;
}

/** How the last of several calls ended. */
export interface CallEnding {
  /** Why it did not return, or was not made. */
  error?: WasmEdgeError;
  /** The argument of `proc_exit`, if it called that instead of returning. */
  exitCode?: number;
  /** Whether the instance has ended as well. */
  hasEnded: boolean;
  timings: Timings;
  /** The first rejected inference calls, if the calls count as one. */
  inferenceFailures?: InferenceFailure[];
}

/** Further calls that have returned. */
export interface CallProgress {
  calls: number;
  /** Raw bits of their results, 8 bytes each. */
  results: ArrayBuffer;
  /** What was written since the last time, if it is wanted. */
  stdout: Buffer;
  stderr: Buffer;
  /** Set the last time. */
  ending?: CallEnding;
}

/** A kept instance, wherever it is. */
export interface InstancePort extends InstanceOperations {
  /** Makes calls until one does not return; `progress` is called at least once. Never throws. */
  call(
    request: CallRequest,
    signal: AbortSignal | undefined,
    progress: (progress: CallProgress) => void,
  ): void;
}

/** The request for an instance. */
export interface InstanceRequest {
  args: readonly string[];
  /** "NAME=value" */
  env: readonly string[];
  /** Maximum time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** As for calls. */
  isNested: boolean;
}

/** An instance that was created, or whose guest has exited meanwhile. */
export interface MadeInstance {
  port: InstancePort;
  exited: boolean;
  exitCode: number;
  /** What its constructors wrote. */
  stdout: Buffer;
  stderr: Buffer;
  timings: Timings;
}

/** A call with its own input, output and time limit. */
export interface SingleCall {
  stdin: Uint8Array | undefined;
  timeoutMs: number | undefined;
  timeoutOption: 'timeoutMs' | 'limits.timeoutMs';
  signal: AbortSignal | undefined;
}
