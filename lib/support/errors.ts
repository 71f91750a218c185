import { inspect, types } from 'node:util';
import type { InspectOptions } from 'node:util';

import { toldStack } from './guest-stack.js';
import type { GuestFrame } from './guest-stack.js';
import { toldFailures } from './inference-failures.js';
import { printableLines } from './printable.js';
import type { InferenceFailure, Timings } from './shared-types.js';

/** Most characters of a message. */
const MESSAGE_CHARACTERS = 65_536;

/** How much of an output `console.log` shows of an error. */
const MAX_EXCERPT_BYTES = 300;

/** The stable codes of {@link WasmEdgeError}. */
export type WasmEdgeErrorCode =
  /** A file could not be read or written, or compiled into place. */
  | 'ERR_MODULE_LOAD'
  /** The file is no module that this library and processor can run. */
  | 'ERR_MODULE_INVALID'
  /** The module imports what the host does not offer; the message names every such import. */
  | 'ERR_LINK'
  /** The guest trapped; `trap` says how. */
  | 'ERR_TRAP'
  /** The guest called `proc_exit` where a value was asked for; `exitCode` has its code. */
  | 'ERR_GUEST_EXIT'
  /** The invocation took longer than its time limit. */
  | 'ERR_TIMEOUT'
  /** The invocation was ended through its AbortSignal; `cause` is the signal's reason. */
  | 'ERR_ABORTED'
  /** The module declares a larger memory than allowed. */
  | 'ERR_MEMORY_LIMIT'
  /** The guest wrote more than allowed. */
  | 'ERR_OUTPUT_LIMIT'
  /**
   * A limit without a code of its own was reached; `limit` names it: one of the option `limits`, or
   * 'address-space' (12 GiB of addresses for a guest's memory) or 'host-memory', where the process
   * has no more of them.
   */
  | 'ERR_LIMIT'
  /**
   * A host function of the option `imports` threw or rejected (`cause` is what with), or gave what its
   * type does not allow; the message names it.
   */
  | 'ERR_HOST_FUNCTION'
  /**
   * The function of the option `snapshot` left what no other instance can be given; the message says
   * what.
   */
  | 'ERR_SNAPSHOT'
  /**
   * A stream that was given as input failed, was closed early or gave what is no bytes, or one for
   * output failed or was closed; `cause` is its error.
   */
  | 'ERR_STREAM'
  /** All threads are busy and as many runs as allowed are waiting; or so with compiling. */
  | 'ERR_QUEUE_FULL'
  /** The worker process that held the run crashed, was killed or does not answer. */
  | 'ERR_WORKER_DIED'
  /** The module or instance was closed, or the instance has ended early; `cause` says how. */
  | 'ERR_CLOSED'
  /** A model, its labels or its normalization is missing or unusable. */
  | 'ERR_MODEL'
  /** An option or argument is not of the expected form. */
  | 'ERR_INVALID_ARGUMENT'
  /** The message broker cannot be reached, refuses, or has no such queue. */
  | 'ERR_BROKER'
  /** A bundle cannot be made of what is here, or the system that it is for could not load it. */
  | 'ERR_BUNDLE'
  /** The addon cannot be built here; the message says what is missing. */
  | 'ERR_BUILD'
  /** The addon, WasmEdge or LiteRT cannot be loaded; the message says what to install. */
  | 'ERR_NATIVE_LOAD';

/** The ways a guest can trap. */
export type Trap =
  | 'unreachable'
  /** AssemblyScript's `abort`: the message has what it said, and where. */
  | 'abort'
  | 'stack-overflow'
  | 'memory-out-of-bounds'
  | 'table-out-of-bounds'
  | 'array-out-of-bounds'
  | 'divide-by-zero'
  | 'integer-overflow'
  | 'invalid-conversion-to-integer'
  | 'uninitialized-element'
  | 'undefined-element'
  | 'indirect-call-type-mismatch'
  | 'null-reference'
  | 'cast-failure'
  | 'uncaught-exception'
  | 'unaligned-atomic'
  | 'expected-shared-memory'
  | 'host-function';

/** What some errors carry beside their code and message. */
export interface WasmEdgeErrorDetails {
  /** What lies behind it: another error, or the reason of an abort. */
  cause?: unknown;
  /** How the guest trapped, with `ERR_TRAP`. */
  trap?: Trap;
  /** The name of the limit that was reached, with `ERR_LIMIT`. */
  limit?: string;
  /** The guest's exit code, 0 to 255, with `ERR_GUEST_EXIT`. */
  exitCode?: number;
  /** What the guest had written to its standard output before it failed. */
  stdout?: Buffer;
  /** What the guest had written to its standard error before it failed. */
  stderr?: Buffer;
  /** How long the parts of the invocation took, where one was under way. */
  timings?: Timings;
  /** What the calls gave that returned, where one of many did not. */
  results?: (number | bigint | (number | bigint)[] | undefined)[];
  /**
   * Where the guest was when it failed or was stopped, innermost first: at most 64 functions. Empty
   * where that is not known, as of what is interpreted.
   */
  guestStack?: GuestFrame[];
  /** Functions behind those in `guestStack`; of a very deep recursion only some are counted. */
  guestStackOmitted?: number;
  /** The first of the guest's calls for inference that were refused before it failed, at most 16. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * The only error that this package throws or rejects with, but for bugs. Tell them apart by `code`;
 * the message says what was expected and what to do, and may change.
 */
export class WasmEdgeError extends Error {
  /** Always `WasmEdgeError`. */
  override readonly name = 'WasmEdgeError';
  /** What went wrong: stable across versions. */
  readonly code: WasmEdgeErrorCode;
  /** How the guest trapped, with `ERR_TRAP`. */
  declare readonly trap?: Trap;
  /** The name of the limit that was reached, with `ERR_LIMIT`. */
  declare readonly limit?: string;
  /** The guest's exit code, 0 to 255, with `ERR_GUEST_EXIT`. */
  declare readonly exitCode?: number;
  /** What the guest had written to its standard output before it failed. */
  declare readonly stdout?: Buffer;
  /** What the guest had written to its standard error before it failed. */
  declare readonly stderr?: Buffer;
  /** How long the parts of the invocation took, where one was under way. */
  declare readonly timings?: Timings;
  /** What the calls gave that returned, where one of many did not. */
  declare readonly results?: (number | bigint | (number | bigint)[] | undefined)[];
  /**
   * Where the guest was when it failed or was stopped, innermost first: at most 64 functions. Empty
   * where that is not known, as of what is interpreted.
   */
  declare readonly guestStack?: GuestFrame[];
  /** Functions behind those in `guestStack`; of a very deep recursion only some are counted. */
  declare readonly guestStackOmitted?: number;
  /** The first of the guest's calls for inference that were refused before it failed, at most 16. */
  declare readonly inferenceFailures?: InferenceFailure[];

  /**
   * Makes one; who uses the package has no need to.
   *
   * @param code What went wrong.
   * @param message What was expected and what to do.
   * @param details What else is known of it.
   */
  constructor(code: WasmEdgeErrorCode, message: string, details: WasmEdgeErrorDetails = {}) {
    const { cause, ...rest } = details;
    super(printableLines(message, MESSAGE_CHARACTERS), cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, rest);
    // It stands in the stack already.
    Object.defineProperty(this, 'name', { enumerable: false });
  }

  /**
   * For `console.log`: the stack and what else is known, outputs as text and cut.
   *
   * @param _depth Of objects within others.
   * @param options How to show what is in it.
   */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const { stdout, stderr, ...others } = this;
    const shown = new Shown.WasmEdgeError(this.message, { cause: this.cause });
    if (this.cause === undefined) delete shown.cause;
    Object.defineProperties(shown, {
      name: { value: this.name },
      stack: { value: this.stack },
    });
    Object.assign(
      shown,
      others,
      stdout && { stdout: excerpt(stdout) },
      stderr && { stderr: excerpt(stderr) },
    );
    return inspect(shown, options);
  }
}

// What is shown has the class's name, as Node.js expects of a stack, and not its way of being shown.
const Shown = { WasmEdgeError: class extends Error {} };

/** The end of what a guest wrote: where it says what went wrong. */
function excerpt(output: Uint8Array): string {
  const text = Buffer.from(output.subarray(-MAX_EXCERPT_BYTES)).toString();
  return output.length > MAX_EXCERPT_BYTES ? `… ${text}` : text;
}

/**
 * Turns what the addon throws (an Error with a `code` of this family) into a {@link WasmEdgeError};
 * anything else is a bug and stays as it is.
 */
export function fromNative(error: unknown): unknown {
  if (!isError(error) || !('code' in error)) return error;
  const native = error as Error & { code: string } & WasmEdgeErrorDetails;
  if (!native.code.startsWith('ERR_')) return error;
  const details: WasmEdgeErrorDetails = {};
  if (native.trap !== undefined) details.trap = native.trap;
  if (native.limit !== undefined) details.limit = native.limit;
  if (native.stdout !== undefined) details.stdout = native.stdout;
  if (native.stderr !== undefined) details.stderr = native.stderr;
  if (native.timings !== undefined) details.timings = native.timings;
  if (native.guestStack !== undefined) details.guestStack = toldStack(native.guestStack);
  if (native.guestStackOmitted !== undefined) {
    details.guestStackOmitted = native.guestStackOmitted;
  }
  Object.assign(details, toldFailures(native.inferenceFailures));
  return new WasmEdgeError(native.code as WasmEdgeErrorCode, native.message, details);
}

/** Awaits a native call, its failure turned into a {@link WasmEdgeError}. */
export async function nativeCall<T>(call: () => Promise<T> | T): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw fromNative(error);
  }
}

/**
 * Whether it is an error, of whichever realm: where tests have a context of their own (Jest, Vitest's
 * `vmThreads`), what Node.js and the addon throw is of another class `Error` than this file's.
 */
export function isError(value: unknown): value is Error {
  // eslint-disable-next-line no-restricted-syntax -- here it is only the first of the questions
  return value instanceof Error || types.isNativeError(value) || isDomException(value);
}

/** Of fetch and AbortSignal. By its standard it is an error; to V8 it is an object like any other. */
function isDomException(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object DOMException]';
}

/** What went wrong, in the words of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
