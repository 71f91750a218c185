import { inspect, types } from 'node:util';
import type { InspectOptions } from 'node:util';

import { toldStack } from './guest-stack.js';
import type { GuestFrame } from './guest-stack.js';
import { toldFailures } from './inference-failures.js';
import { printableLines } from './printable.js';
import type { InferenceFailure, Timings } from './shared-types.js';

/** Maximum length of a message in characters. */
const MESSAGE_CHARACTERS = 65_536;

/** Maximum length of an output that `console.log` shows with an error. */
const MAX_EXCERPT_BYTES = 300;

/** The stable codes of {@link WasmEdgeError}. */
export type WasmEdgeErrorCode =
  /** A file could not be read or written, or compiled into place. */
  | 'ERR_MODULE_LOAD'
  /** The file is not a module that this library and processor can run. */
  | 'ERR_MODULE_INVALID'
  /** The module has imports that the host does not provide; the message names all of them. */
  | 'ERR_LINK'
  /** The guest trapped; `trap` gives the reason. */
  | 'ERR_TRAP'
  /** The guest called `proc_exit` instead of returning a value; `exitCode` is its code. */
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
   * A limit without its own code was reached; `limit` names it: one of the option `limits`, or
   * 'address-space' (12 GiB of addresses for a guest's memory) or 'host-memory' if the process
   * cannot get more of them.
   */
  | 'ERR_LIMIT'
  /**
   * A host function of the option `imports` threw or rejected (`cause` is the reason), or returned
   * a value of the wrong type; the message names the function.
   */
  | 'ERR_HOST_FUNCTION'
  /**
   * The function of the option `snapshot` left state that other instances cannot inherit; the
   * message describes it.
   */
  | 'ERR_SNAPSHOT'
  /**
   * An input stream failed, was closed early or produced something other than bytes, or an output
   * stream failed or was closed; `cause` is its error.
   */
  | 'ERR_STREAM'
  /**
   * All threads are busy and the queue is full; the same applies to compiling untrusted modules.
   */
  | 'ERR_QUEUE_FULL'
  /** The worker process of the invocation crashed, was killed or does not respond. */
  | 'ERR_WORKER_DIED'
  /**
   * The module or instance was closed, or the instance has ended early; `cause` gives the reason.
   */
  | 'ERR_CLOSED'
  /** A model, its labels or its normalization is missing or unusable. */
  | 'ERR_MODEL'
  /** An option or argument is invalid. */
  | 'ERR_INVALID_ARGUMENT'
  /** The message broker cannot be reached, refuses the connection, or has no such queue. */
  | 'ERR_BROKER'
  /**
   * A bundle cannot be created from the available files, or its target system could not load it.
   */
  | 'ERR_BUNDLE'
  /** The addon cannot be built here; the message says what is missing. */
  | 'ERR_BUILD'
  /** The addon, WasmEdge or LiteRT cannot be loaded; the message says what to install. */
  | 'ERR_NATIVE_LOAD';

/** Reasons for a trap. */
export type Trap =
  | 'unreachable'
  /** AssemblyScript's `abort`: the message contains its message and location. */
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

/** Details that some errors have in addition to code and message. */
export interface WasmEdgeErrorDetails {
  /** The cause: another error, or the reason of an abort. */
  cause?: unknown;
  /** The reason of the trap, with `ERR_TRAP`. */
  trap?: Trap;
  /** The name of the limit that was reached, with `ERR_LIMIT`. */
  limit?: string;
  /** The guest's exit code, 0 to 255, with `ERR_GUEST_EXIT`. */
  exitCode?: number;
  /** What the guest had written to its standard output before it failed. */
  stdout?: Buffer;
  /** What the guest had written to its standard error before it failed. */
  stderr?: Buffer;
  /** Duration of the parts of the invocation, if one was in progress. */
  timings?: Timings;
  /** With a failed `callMany`: results of the calls before the one that failed. */
  results?: (number | bigint | (number | bigint)[] | undefined)[];
  /**
   * The active functions of the guest when it failed or was stopped, innermost first: at most 64.
   * Empty if they are not known, as for interpreted code.
   */
  guestStack?: GuestFrame[];
  /**
   * Number of further functions after those in `guestStack`; in very deep recursion only some are
   * counted.
   */
  guestStackOmitted?: number;
  /** The guest's first rejected inference calls before it failed, at most 16. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * The only error that this package throws or rejects with, except for bugs. Distinguish errors by
 * `code`; the message says what was expected and what to do, and may change.
 */
export class WasmEdgeError extends Error {
  /** Always `WasmEdgeError`. */
  override readonly name = 'WasmEdgeError';
  /** What went wrong: stable across versions. */
  readonly code: WasmEdgeErrorCode;
  /** The reason of the trap, with `ERR_TRAP`. */
  declare readonly trap?: Trap;
  /** The name of the limit that was reached, with `ERR_LIMIT`. */
  declare readonly limit?: string;
  /** The guest's exit code, 0 to 255, with `ERR_GUEST_EXIT`. */
  declare readonly exitCode?: number;
  /** What the guest had written to its standard output before it failed. */
  declare readonly stdout?: Buffer;
  /** What the guest had written to its standard error before it failed. */
  declare readonly stderr?: Buffer;
  /** Duration of the parts of the invocation, if one was in progress. */
  declare readonly timings?: Timings;
  /** With a failed `callMany`: results of the calls before the one that failed. */
  declare readonly results?: (number | bigint | (number | bigint)[] | undefined)[];
  /**
   * The active functions of the guest when it failed or was stopped, innermost first: at most 64.
   * Empty if they are not known, as for interpreted code.
   */
  declare readonly guestStack?: GuestFrame[];
  /**
   * Number of further functions after those in `guestStack`; in very deep recursion only some are
   * counted.
   */
  declare readonly guestStackOmitted?: number;
  /** The guest's first rejected inference calls before it failed, at most 16. */
  declare readonly inferenceFailures?: InferenceFailure[];

  /**
   * Creates an error; users of the package do not need to.
   *
   * @param code What went wrong.
   * @param message What was expected and what to do.
   * @param details Further details.
   */
  constructor(code: WasmEdgeErrorCode, message: string, details: WasmEdgeErrorDetails = {}) {
    const { cause, ...rest } = details;
    super(printableLines(message, MESSAGE_CHARACTERS), cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, rest);
    // The stack already contains it.
    Object.defineProperty(this, 'name', { enumerable: false });
  }

  /**
   * For `console.log`: the stack and all details, with outputs as text, truncated.
   *
   * @param _depth Depth of nested objects.
   * @param options How to show them.
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

// The shown object has the class's name, as Node.js expects of a stack, but not this method.
const Shown = { WasmEdgeError: class extends Error {} };

/** The end of a guest's output, which usually says what went wrong. */
function excerpt(output: Uint8Array): string {
  const text = Buffer.from(output.subarray(-MAX_EXCERPT_BYTES)).toString();
  return output.length > MAX_EXCERPT_BYTES ? `… ${text}` : text;
}

/** How far an invocation that takes a snapshot has come. */
export type InvocationStage = 'instantiation' | 'constructors' | 'function' | 'snapshot';

/** Where invocations ended; for the message of a snapshot that was not taken, and for nobody else. */
const stages = new WeakMap<WasmEdgeError, InvocationStage>();

/** Where the invocation ended, if it took a snapshot and had begun. */
export function stageOf(error: WasmEdgeError): InvocationStage | undefined {
  return stages.get(error);
}

/**
 * Turns an error of the addon (an Error with a `code` of this family) into a {@link WasmEdgeError};
 * anything else is a bug and stays unchanged.
 */
export function fromNative(error: unknown): unknown {
  if (!isError(error) || !('code' in error)) return error;
  const native = error as Error & { code: string; stage?: InvocationStage } & WasmEdgeErrorDetails;
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
  const told = new WasmEdgeError(native.code as WasmEdgeErrorCode, native.message, details);
  if (native.stage !== undefined) stages.set(told, native.stage);
  return told;
}

/** Awaits a native call and turns its failure into a {@link WasmEdgeError}. */
export async function nativeCall<T>(call: () => Promise<T> | T): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw fromNative(error);
  }
}

/**
 * Whether it is an error of any realm: if tests run in their own context (Jest, Vitest's
 * `vmThreads`), errors of Node.js and the addon have another class `Error` than the one in this
 * file.
 */
export function isError(value: unknown): value is Error {
  // eslint-disable-next-line no-restricted-syntax -- here it is only the first of the questions
  return value instanceof Error || types.isNativeError(value) || isDomException(value);
}

/**
 * Thrown by fetch and AbortSignal. By its specification it is an error; to V8 it is an ordinary
 * object.
 */
function isDomException(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object DOMException]';
}

/** The message of anything that was thrown. */
export function reasonOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
