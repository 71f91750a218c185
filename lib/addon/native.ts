import { WasmEdgeError, reasonOf } from '../support/errors.js';
import type { InvocationStage, Trap } from '../support/errors.js';
import type { InstanceOperations } from '../support/instance-operations.js';
import type {
  ExternalDescription,
  InferenceFailure,
  ModelCosts,
  RewriteDescription,
  TensorDescription,
  Timings,
} from '../support/shared-types.js';

import { addonFile, addonRemedy, loadAddon, presentPrebuilds } from './addon-file.js';

export interface NativeRequest {
  args: readonly string[];
  /** "NAME=value" */
  env: readonly string[];
  /** An input is used up by the run. */
  stdin: Uint8Array | NativeInput | undefined;
  /** Standard streams that are neither of bytes nor buffered. */
  streams?: NativeStreams;
  /** Whether those that lead to JavaScript go through the lane instead. One run at a time. */
  hasLane?: boolean;
  /** An exported function to call instead of `_start`, with as many arguments as it takes. */
  function?: string;
  arguments?: readonly (number | bigint)[];
  /**
   * Whether a snapshot is kept of what the function leaves, for other forms of the module to begin
   * with. The module must have been loaded with `exportsState`.
   */
  takesSnapshot?: boolean;
  /** Longest time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** Whether a guest waits for it, which has a thread meanwhile. */
  isNested?: boolean;
  /** Read-only files of this run, beside the module's. */
  files?: Readonly<Record<string, Uint8Array>>;
  /** Patterns of the files of scratch folders that the result is to have. */
  collect?: readonly string[];
}

/** Where standard streams lead: to JavaScript, or to the process's own descriptors. */
export interface NativeStreams {
  stdin?: 'stream';
  stdout?: 'stream' | 'inherit';
  stderr?: 'stream' | 'inherit';
}

/** Standard input in the addon's memory, filled before the run that takes it. */
export interface NativeInput {
  /** Copies these bytes behind those that are there; no more than were announced. */
  append(bytes: Uint8Array): void;
}

/** A run that was taken: its result, and the number by which it can be stopped. */
export interface NativeRun {
  promise: Promise<NativeResult>;
  ticket: number;
  /** By which its calls of host functions are told apart, where it may make any. */
  hostKey?: number;
  /** By which its streams are told apart, where it has any. */
  streamKey?: number;
}

/** How a function of the guest ended that a host function has called. */
export interface NativeReentry {
  results?: (number | bigint)[];
  /** What it gave to `proc_exit` instead. */
  exitCode?: number;
}

export interface NativeResult {
  /** Of a stream what was not taken before the guest ended. */
  stdout: Buffer;
  stderr: Buffer;
  /** What the guest gave to `proc_exit`, else 0. */
  exitCode: number;
  /** Whether it called `proc_exit`. */
  exited: boolean;
  /** The called function's result, where it has one; several in an array. */
  value?: number | bigint | (number | bigint)[];
  timings: Timings;
  /** Their texts are escaped by whoever takes them over. */
  inferenceFailures?: InferenceFailure[];
  /** What `collect` asked for. */
  files: Record<string, Buffer>;
  /** How far it has come, of one that takes a snapshot. */
  stage?: InvocationStage;
}

export interface NativeModel {
  readonly inputs: TensorDescription[];
  readonly outputs: TensorDescription[];
  readonly rewrite: RewriteDescription;
  /** What a run takes, as the shapes in the file tell. */
  readonly takes: ModelCosts;
  /** Bytes of its file. */
  readonly size: number;
  /** A copy of some bytes of its file; of those that lie outside nothing. */
  slice(begin: number, end: number): Buffer;
  /** Compiles the model and runs it once, so that faults show now and the first run is fast. */
  prepare(inference: NativeInferenceOptions): Promise<void>;
}

export interface NativeInferenceOptions {
  threads: number;
  kernels: string;
  rewrite: boolean;
}

/** Those of the limits that the addon watches over. */
export interface NativeLimits {
  memoryPages: number;
  tableElements: number;
  outputBytes: number;
  /** Whether what leaves in streams counts among these. */
  limitsStreams: boolean;
  models: number;
  modelBytes: number;
  sessions: number;
  sessionBytes: number;
  modelSubgraphs: number;
  modelArithmetic: number;
  modelActivationBytes: number;
  imagePixels: number;
  scratchBytes: number;
  snapshotBytes: number;
  fuel: number | undefined;
}

/** A folder of the host, or, without a path, one in memory that is empty at every run. */
export interface NativeFolder {
  /** As the guest sees it preopened. */
  name: string;
  path?: string;
  write?: boolean;
}

export interface NativeStartOptions {
  files: Record<string, Uint8Array>;
  folders: readonly NativeFolder[];
  models: Record<string, NativeModel>;
  inference: NativeInferenceOptions;
  hostModules: readonly string[];
  limits: NativeLimits;
  concurrency: number;
  maxQueue: number;
  /** Names of the host functions that there are, by module. */
  imports?: Record<string, string[]>;
  /** Threads beside `concurrency`, for guests that wait for host functions. */
  maxWaiting: number;
}

/** A module's file, read once and checked. */
export interface NativeModuleSource {
  /** What it is: compiled code in an ELF file, in a section of a .wasm, or none. */
  readonly form: 'shared-library' | 'universal' | 'plain';
  /** Whether it makes tail calls, and so does not run interpreted; of a shared object false. */
  readonly makesTailCalls: boolean;
  /** A copy of what was read, without what was dropped. */
  readonly bytes: Buffer;
}

export interface NativeModule {
  readonly isAot: boolean;
  readonly imports: ExternalDescription[];
  readonly exports: ExternalDescription[];
  /** Links the module and starts its first thread. Once, before any run. */
  start(options: NativeStartOptions): void;
  /**
   * From here on invocations and new instances run as this one does, the same module in another form.
   * What runs goes on as it began, and so do instances. After `start`.
   */
  changeTo(other: NativeModule): void;
  /** Copies the input before it returns, or takes one that was filled. */
  run(request: NativeRequest): NativeRun;
  /** Makes an instance that is kept: the promise settles when its constructors have run. */
  instantiate(request: NativeInstanceRequest): NativeInstantiation;
  /** Ends a run early; does nothing when it has ended. */
  stop(ticket: number, reason: 'timeout' | 'aborted'): void;
  /** Ends what waits for a host function, or comes to from now on. */
  endWaits(): void;
  /**
   * Takes no more runs; settles when those that were accepted have settled. What waits for a host
   * function ends. Once.
   */
  close(): Promise<void>;
  /**
   * Called when a guest calls a host function: with its run's key, the number of the call within that
   * run, the function's place among the imports, and the arguments. To be set before any run.
   */
  onHostCall?: (key: number, call: number, index: number, args: (number | bigint)[]) => void;
  /** Answers a call; without effect when it has ended. */
  answer(key: number, call: number, results: readonly (number | bigint)[]): void;
  /** Ends a call's run with ERR_HOST_FUNCTION; without effect when it has ended. */
  fail(key: number, call: number, message: string): void;
  /** Calls a function of the guest, which waits in this call. */
  enter(
    key: number,
    call: number,
    name: string,
    args: readonly (number | bigint)[],
  ): Promise<NativeReentry>;
  /**
   * Called when a run's stream needs JavaScript: 0 wants input, 1 (standard output) and 2 (standard
   * error) have been written to. Once, until `feed` has found no room, or `takeOutput` nothing.
   */
  onStream?: (key: number, stream: number) => void;
  /** Gives a run's guest as much of this input as there is room for; returns how much. */
  feed(key: number, bytes: Uint8Array): number;
  /** A run's input ends after what it was given. */
  endInput(key: number): void;
  /** Takes what a run has written to a stream since; undefined where that is nothing. */
  takeOutput(key: number, stream: number): Buffer | undefined;
  /**
   * Has streams of runs go through two sockets, without JavaScript: input and standard output through
   * the first one, standard error through the other (native/host/lane_streams.h). Once.
   */
  openLane(data: number, error: number): void;
  /** Bytes that the last run with the lane has written to standard output and standard error. Once. */
  takeLaneWritten(): [stdout: number, stderr: number];
  // Of the memory of a guest that waits: at once, or as soon as it waits again.
  readMemory(key: number, address: number, length: number): Buffer | Promise<Buffer>;
  writeMemory(key: number, address: number, bytes: Uint8Array): Promise<void> | undefined;
  memorySize(key: number): number | Promise<number>;
  growMemory(key: number, pages: number): number | Promise<number>;
}

export type NativeInstanceRequest = Pick<NativeRequest, 'args' | 'env' | 'timeoutMs' | 'isNested'>;

export interface NativeInstantiation {
  instance: NativeInstance;
  promise: Promise<Pick<NativeResult, 'stdout' | 'stderr' | 'timings' | 'exitCode' | 'exited'>>;
  /** By which making it can be stopped. */
  ticket: number;
  /** By which its host calls are told, where the module has host functions. */
  hostKey?: number;
}

/** How calls are made. */
export interface NativeCallOptions {
  /** Whether they have fuel and output for all together. */
  isOne: boolean;
  /** Whether what they write is wanted. */
  keepsOutput: boolean;
  stdin: Uint8Array | NativeInput | undefined;
  /** Longest time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** As of a run. */
  isNested: boolean;
}

/** How the last of some calls ended. */
export interface NativeCallEnding {
  /** Why it did not return, or was not made. */
  error?: Error;
  /** What it gave to `proc_exit` in place of returning. */
  exitCode?: number;
  /** Whether the instance has ended with it. */
  hasEnded: boolean;
  timings: Timings;
  /** Of calls that are one. Their texts are escaped by whoever takes them over. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * Told of so many further calls that have returned: the raw bits of their results, 8 bytes each, and
 * what they wrote. With `ending`, the last time.
 */
export type NativeCallProgress = (
  calls: number,
  results: ArrayBuffer,
  stdout: Buffer | undefined,
  stderr: Buffer | undefined,
  ending: NativeCallEnding | undefined,
) => void;

/** A kept instance. What it has is released when it is collected. */
export interface NativeInstance extends InstanceOperations {
  /**
   * Calls functions, one after the other, until one does not return.
   *
   * @param functions Their numbers among the module's exports.
   * @param values Raw bits of the arguments of all calls, 8 bytes each.
   * @returns By which what has not ended can be stopped, and its host calls are told.
   */
  call(
    functions: Uint32Array,
    values: Float64Array,
    options: NativeCallOptions,
    progress: NativeCallProgress,
  ): Pick<NativeInstantiation, 'ticket' | 'hostKey'>;
  stop(ticket: number, reason: 'timeout' | 'aborted'): void;
}

export interface NativeCompileOptions {
  input: Uint8Array;
  output: string;
  optimize: number;
  generic: boolean;
  interruptible: boolean;
  meter: boolean;
  universal: boolean;
  /** A descriptor that is told what of the work is done: bytes, each a percentage above the one before. */
  progressDescriptor?: number;
}

/** A place in the process's queue of untrusted modules that are to be compiled. */
export interface NativeCompileTurn {
  readonly isFirst: boolean;
  /** Gives the place up. */
  leave(): void;
}

/** The addon: native/addon.cc. What it throws has a `code` of the public error family. */
export interface Addon {
  readonly ModuleSource: {
    /**
     * Reads a file by its path, or takes bytes, which must stay as they are until the promise settles;
     * messages call it `name`. With `onlyWasm` a shared object is refused and compiled code inside a
     * .wasm is dropped, so that it is a plain one: of bytes the code of a shared object cannot be opened.
     */
    read(
      module: string | Uint8Array,
      name: string,
      options?: { onlyWasm?: boolean },
    ): Promise<NativeModuleSource>;
  };
  readonly Module: {
    /**
     * Parses what was read. Its tables are limited. With `describe` it is only to be looked at: no
     * compiled code is opened. With `exportsState` snapshots can be taken of its instances; with
     * `snapshotOf` they begin with the one that was taken of that module.
     */
    load(
      source: NativeModuleSource,
      options?: {
        describe?: boolean;
        tableElements?: number;
        exportsState?: boolean;
        snapshotOf?: NativeModule;
      },
    ): Promise<NativeModule>;
  };
  /** Room for so many bytes. */
  readonly Input: new (byteLength: number) => NativeInput;
  /** Takes a file's path, or its bytes. */
  readonly Model: {
    /** `settings`: JSON as native/inference/run/model_settings.h has it; empty for none. */
    load(source: string | Uint8Array, settings: string): Promise<NativeModel>;
  };
  /** Joins at the end; throws ERR_QUEUE_FULL. */
  readonly CompileTurn: new () => NativeCompileTurn;
  compile(options: NativeCompileOptions): Promise<void>;
  /** Has this process killed when its parent, the process of this identifier, ends in any way. */
  dieWithParent(parent: number): void;
  /**
   * Ends this process as soon as more than `bytes` of its memory are resident, after `report` was
   * written to standard output. For one that only compiles.
   */
  endAboveMemory(bytes: number, report: string): void;
  /** The trap for which WasmEdge has this number; undefined where it is for something else. */
  /** What the schema of .tflite files calls a built-in operator; its number where it has no name. */
  operatorName(code: number): string;
  trapName(code: number): Trap | undefined;
  /** Opens the LiteRT library. */
  inference(): Promise<void>;
  /**
   * Opens the WasmEdge library. `hasQuickPasses`: whether level 1 is a choice of few passes of ours when it compiles.
   */
  runtime(): Promise<{ version: string; path: string; hasQuickPasses: boolean }>;
}

let loaded: Addon | undefined;

/**
 * Loads the addon on first use, so that requiring the package never fails. Throws ERR_NATIVE_LOAD
 * when it is not there for this system, or cannot be loaded, and says what to do.
 */
export function addon(): Addon {
  if (loaded) return loaded;
  const file = findAddon();
  try {
    loaded = loadAddon() as Addon;
  } catch (error) {
    throw new WasmEdgeError(
      'ERR_NATIVE_LOAD',
      `The native addon ${file} cannot be loaded: ${reasonOf(error)}\n${addonRemedy(error)}`,
      { cause: error },
    );
  }
  return loaded;
}

function findAddon(): string {
  try {
    return addonFile();
  } catch (error) {
    if (error instanceof WasmEdgeError) throw error;
    throw new WasmEdgeError(
      'ERR_NATIVE_LOAD',
      `There is no native addon for ${process.platform}-${process.arch}: none has been built here, and ` +
        `the package has these prebuilds: ${presentPrebuilds()}.\n${addonRemedy()}`,
      { cause: error },
    );
  }
}
