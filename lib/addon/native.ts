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
  /** The run takes a NativeInput over. */
  stdin: Uint8Array | NativeInput | undefined;
  /** Standard streams that are neither given as bytes nor buffered. */
  streams?: NativeStreams;
  /** Whether streams connected to JavaScript use the lane instead. One run at a time. */
  hasLane?: boolean;
  /**
   * An exported function to call instead of `_start`, with the number of arguments that it takes.
   */
  function?: string;
  arguments?: readonly (number | bigint)[];
  /**
   * Whether to keep a snapshot of the state after the function, from which other forms of the
   * module start. The module must have been loaded with `exportsState`.
   */
  takesSnapshot?: boolean;
  /** Maximum time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** Whether a guest, which occupies a thread, waits for it. */
  isNested?: boolean;
  /** Read-only files of this run, in addition to the module's. */
  files?: Readonly<Record<string, Uint8Array>>;
  /** Patterns of the files of scratch folders to return. */
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
  /** Appends a copy of these bytes, up to the announced size. */
  append(bytes: Uint8Array): void;
}

/** An accepted run: its result, and the number with which it can be stopped. */
export interface NativeRun {
  promise: Promise<NativeResult>;
  ticket: number;
  /** The key of its host function calls, if it may make any. */
  hostKey?: number;
  /** The key of its streams, if it has any. */
  streamKey?: number;
}

/** How a guest function ended that a host function has called. */
export interface NativeReentry {
  results?: (number | bigint)[];
  /** The argument of `proc_exit`, if the guest called that instead. */
  exitCode?: number;
}

export interface NativeResult {
  /** For a stream, what was not taken before the guest ended. */
  stdout: Buffer;
  stderr: Buffer;
  /** The argument of `proc_exit`, otherwise 0. */
  exitCode: number;
  /** Whether it called `proc_exit`. */
  exited: boolean;
  /** The called function's result, if any; several in an array. */
  value?: number | bigint | (number | bigint)[];
  timings: Timings;
  /** Their texts are not escaped yet. */
  inferenceFailures?: InferenceFailure[];
  /** The files requested by `collect`. */
  files: Record<string, Buffer>;
  /** How far it got, if it takes a snapshot. */
  stage?: InvocationStage;
}

export interface NativeModel {
  readonly inputs: TensorDescription[];
  readonly outputs: TensorDescription[];
  readonly rewrite: RewriteDescription;
  /** The costs of a run, with the shapes in the file. */
  readonly takes: ModelCosts;
  /** The size of its file, in bytes. */
  readonly size: number;
  /** A copy of some bytes of its file, without any that lie outside. */
  slice(begin: number, end: number): Buffer;
  /** Compiles the model and runs it once, so that faults show now and the first run is fast. */
  prepare(inference: NativeInferenceOptions): Promise<void>;
}

export interface NativeInferenceOptions {
  threads: number;
  kernels: string;
  rewrite: boolean;
}

/** The limits that the addon enforces. */
export interface NativeLimits {
  memoryPages: number;
  tableElements: number;
  outputBytes: number;
  /** Whether output to streams counts towards this limit. */
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

/** A folder of the host or, without a path, one in memory that is empty at every run. */
export interface NativeFolder {
  /** The preopened name that the guest sees. */
  name: string;
  path?: string;
  write?: boolean;
  /** Whether the guest has a copy in memory. */
  copy?: boolean;
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
  /** Names of the available host functions, by module. */
  imports?: Record<string, string[]>;
  /** Threads in addition to `concurrency`, for guests that wait for host functions. */
  maxWaiting: number;
}

/** A module's file, read once and checked. */
export interface NativeModuleSource {
  /**
   * The form of the module: compiled code in an ELF file, in a section of a .wasm file, or none.
   */
  readonly form: 'shared-library' | 'universal' | 'plain';
  /**
   * Whether it makes tail calls, and therefore cannot be interpreted; false for a shared object.
   */
  readonly makesTailCalls: boolean;
  /** A copy of what was read, without what was removed. */
  readonly bytes: Buffer;
}

export interface NativeModule {
  readonly isAot: boolean;
  readonly imports: ExternalDescription[];
  readonly exports: ExternalDescription[];
  /** Links the module and starts its first thread. Once, before any run. */
  start(options: NativeStartOptions): void;
  /**
   * From now on, invocations and new instances use this module, which is the same in another form.
   * Running invocations and existing instances continue unchanged. After `start`.
   */
  changeTo(other: NativeModule): void;
  /** Copies the input before it returns, or takes over one that was filled. */
  run(request: NativeRequest): NativeRun;
  /** Creates a kept instance: the promise settles when its constructors have run. */
  instantiate(request: NativeInstanceRequest): NativeInstantiation;
  /** Ends a run early; does nothing if it has ended. */
  stop(ticket: number, reason: 'timeout' | 'aborted'): void;
  /** Ends everything that waits for a host function, now or later. */
  endWaits(): void;
  /**
   * Accepts no more runs; settles when those that were accepted have settled. Ends everything that
   * waits for a host function. Once.
   */
  close(): Promise<void>;
  /**
   * Called when a guest calls a host function: with its run's key, the number of the call within
   * that run, the index of the function among the imports, and the arguments. Must be set before
   * any run.
   */
  onHostCall?: (key: number, call: number, index: number, args: (number | bigint)[]) => void;
  /** Answers a call; no effect if it has ended. */
  answer(key: number, call: number, results: readonly (number | bigint)[]): void;
  /** Ends a call's run with ERR_HOST_FUNCTION; no effect if it has ended. */
  fail(key: number, call: number, message: string): void;
  /** Calls a function of the guest that waits in this call. */
  enter(
    key: number,
    call: number,
    name: string,
    args: readonly (number | bigint)[],
  ): Promise<NativeReentry>;
  /**
   * Called when a run's stream needs JavaScript: 0 wants input, 1 (standard output) and 2 (standard
   * error) have output. Once, until `feed` finds no more room, or `takeOutput` nothing more.
   */
  onStream?: (key: number, stream: number) => void;
  /**
   * Gives a run's guest as much of this input as there is room for; returns the number of bytes.
   */
  feed(key: number, bytes: Uint8Array): number;
  /** Ends a run's input after what it was given. */
  endInput(key: number): void;
  /** Takes what a run has written to a stream since the last call; undefined if that is nothing. */
  takeOutput(key: number, stream: number): Buffer | undefined;
  /**
   * Makes streams of runs use two sockets, without JavaScript: the first for input and standard
   * output, the second for standard error (native/host/lane_streams.h). Once.
   */
  openLane(data: number, error: number): void;
  /**
   * Bytes that the last run with the lane has written to standard output and standard error. Once.
   */
  takeLaneWritten(): [stdout: number, stderr: number];
  // Accesses the memory of a waiting guest: immediately, or as soon as it waits again.
  readMemory(key: number, address: number, length: number): Buffer | Promise<Buffer>;
  writeMemory(key: number, address: number, bytes: Uint8Array): Promise<void> | undefined;
  memorySize(key: number): number | Promise<number>;
  growMemory(key: number, pages: number): number | Promise<number>;
}

export type NativeInstanceRequest = Pick<NativeRequest, 'args' | 'env' | 'timeoutMs' | 'isNested'>;

export interface NativeInstantiation {
  instance: NativeInstance;
  promise: Promise<Pick<NativeResult, 'stdout' | 'stderr' | 'timings' | 'exitCode' | 'exited'>>;
  /** Its creation can be stopped with this. */
  ticket: number;
  /** The key of its host function calls, if the module has host functions. */
  hostKey?: number;
}

/** Options for calls. */
export interface NativeCallOptions {
  /** Whether the limits on fuel and output apply to all calls together. */
  isOne: boolean;
  /** Whether their output is wanted. */
  keepsOutput: boolean;
  stdin: Uint8Array | NativeInput | undefined;
  /** Maximum time from now on, in milliseconds. */
  timeoutMs: number | undefined;
  /** As for a run. */
  isNested: boolean;
}

/** How the last of several calls ended. */
export interface NativeCallEnding {
  /** Why it did not return, or was not made. */
  error?: Error;
  /** The argument of `proc_exit`, if it called that instead of returning. */
  exitCode?: number;
  /** Whether the instance has ended as well. */
  hasEnded: boolean;
  timings: Timings;
  /** For calls that count as one. Their texts are not escaped yet. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * Called with the number of further calls that have returned, the raw bits of their results, 8
 * bytes each, and their output. With `ending`, it is the last time.
 */
export type NativeCallProgress = (
  calls: number,
  results: ArrayBuffer,
  stdout: Buffer | undefined,
  stderr: Buffer | undefined,
  ending: NativeCallEnding | undefined,
) => void;

/** A kept instance. It is released when this object is collected. */
export interface NativeInstance extends InstanceOperations {
  /**
   * Calls functions one after another, until one does not return.
   *
   * @param functions Their indices among the module's exports.
   * @param values Raw bits of the arguments of all calls, 8 bytes each.
   * @returns The ticket that stops what has not ended, and the key of its host function calls.
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
  /** A descriptor that receives the progress: bytes with increasing percentages. */
  progressDescriptor?: number;
}

/** A place in the process's queue of untrusted modules to be compiled. */
export interface NativeCompileTurn {
  readonly isFirst: boolean;
  /** Gives up the place. */
  leave(): void;
}

/**
 * A library in memory that takes LLVM's place in a process that preloads it; nobody can change it.
 * Closed when this object is collected, too.
 */
export interface NativeAbsentLlvmFile {
  /**
   * Undefined if there is none, and if the library for which it was made is no longer the same file
   * or this was closed.
   */
  readonly descriptor: number | undefined;
  close(): void;
}

/** The addon: native/addon.cc. Its errors have a `code` of the public error family. */
export interface Addon {
  readonly ModuleSource: {
    /**
     * Reads a file by its path, or takes bytes, which must not change until the promise settles;
     * messages call it `name`. With `onlyWasm`, a shared object is rejected and compiled code in a
     * .wasm file is removed, which makes it a plain module. Use it for bytes, because the code of a
     * shared object given as bytes cannot be opened.
     */
    read(
      module: string | Uint8Array,
      name: string,
      options?: { onlyWasm?: boolean },
    ): Promise<NativeModuleSource>;
  };
  readonly Module: {
    /**
     * Parses what was read, with a limit for its tables. With `describe` it is only for inspection:
     * no compiled code is opened. With `exportsState`, snapshots of its instances can be taken;
     * with `snapshotOf`, instances start from the one taken of that module.
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
  /** Reserves room for this many bytes. */
  readonly Input: new (byteLength: number) => NativeInput;
  /** Takes a file's path, or its bytes. */
  readonly Model: {
    /** `settings`: JSON in the form of native/inference/run/model_settings.h; empty for none. */
    load(source: string | Uint8Array, settings: string): Promise<NativeModel>;
  };
  /** Made for the libwasmedge at this absolute path. */
  readonly AbsentLlvmFile: new (library: string) => NativeAbsentLlvmFile;
  /** Joins the queue at the end; throws ERR_QUEUE_FULL. */
  readonly CompileTurn: new () => NativeCompileTurn;
  compile(options: NativeCompileOptions): Promise<void>;
  /**
   * Makes the kernel kill this process when its parent, the process with this ID, ends in any way.
   */
  dieWithParent(parent: number): void;
  /**
   * Ends this process, after writing `report` to standard output, as soon as more than `bytes` of
   * its memory are resident. For a process that only compiles.
   */
  endAboveMemory(bytes: number, report: string): void;
  /** The trap that has this number in WasmEdge; undefined if the number is not that of a trap. */
  /**
   * The name of a built-in operator in the schema of .tflite files; its number if it has no name.
   */
  operatorName(code: number): string;
  trapName(code: number): Trap | undefined;
  /** Opens the LiteRT library. */
  inference(): Promise<void>;
  /**
   * Opens the WasmEdge library. `hasQuickPasses`: whether optimization level 1 uses a few passes of
   * our choice.
   */
  runtime(): Promise<{ version: string; path: string; hasQuickPasses: boolean }>;
}

let loaded: Addon | undefined;

/**
 * Loads the addon on first use, so that requiring the package never fails. Throws ERR_NATIVE_LOAD
 * with what to do if there is none for this system, or if it cannot be loaded.
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
