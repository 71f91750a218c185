import type { HostCallReceiver } from '../host/host-functions.js';
import type { WasmEdgeError } from '../support/errors.js';
import type { Timings } from '../support/shared-types.js';

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
  /** Whether they have time, fuel and output for all together, and are told of once. */
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

/**
 * A kept instance, wherever it lives. What is asked of it is done in the order in which it was asked.
 * Once it has ended, all of it is ERR_CLOSED. What is nested, so that a guest waits for it, is
 * ERR_QUEUE_FULL where there is no thread for it.
 */
export interface InstancePort {
  /** Makes calls until one does not return; `progress` is called once or more. Never throws. */
  call(
    request: CallRequest,
    signal: AbortSignal | undefined,
    progress: (progress: CallProgress) => void,
  ): void;
  readMemory(address: number, length: number, isNested: boolean): Promise<Buffer>;
  /** Copies the bytes before it returns. */
  writeMemory(address: number, bytes: Uint8Array, isNested: boolean): Promise<void>;
  memorySize(isNested: boolean): Promise<number>;
  growMemory(pages: number, isNested: boolean): Promise<number>;
  getGlobal(name: string, isNested: boolean): Promise<number | bigint>;
  setGlobal(name: string, value: number | bigint, isNested: boolean): Promise<void>;
  /** Ends what waits for a host function, or comes to from now on, with ERR_CLOSED. */
  endWaits(): void;
  /** Releases all that it has, after what was asked of it before. */
  close(isNested: boolean): Promise<void>;
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
