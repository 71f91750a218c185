import type { InferenceFailure, Isolation, Timings } from '../support/shared-types.js';

import type { Imports } from './host-types.js';

export type { Caller, GuestMemory, HostFunction, Imports } from './host-types.js';
export type {
  ExternalDescription,
  InferenceFailure,
  Isolation,
  ModelCosts,
  RewriteDescription,
  TensorDescription,
  Timings,
  ValueType,
} from '../support/shared-types.js';

/** Bytes in any form that Node's own functions take. */
export type BytesLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/**
 * A source of bytes that is pulled as the guest reads: a Readable of Node.js, an asynchronous
 * iterable, a ReadableStream of the web, or a Blob. It yields bytes, or strings, which are encoded
 * as UTF-8. See docs/streams.md.
 */
export type InputStream =
  NodeJS.ReadableStream | AsyncIterable<BytesLike | string> | ReadableStream<BytesLike> | Blob;

/**
 * Where a guest's output goes: into the result (`'buffer'`), to this process's own stream
 * (`'inherit'`), to a Writable of Node.js or a WritableStream of the web, neither of which is
 * ended, or to a function, which may return a promise to wait for. See docs/streams.md.
 */
export type OutputTarget =
  'buffer' | 'inherit' | NodeJS.WritableStream | WritableStream<Uint8Array> | OutputFunction;

/**
 * A function that takes a guest's output, piece by piece.
 *
 * @param chunk The next bytes; the function may keep them.
 * @returns Nothing, or a promise that settles when the function is ready for more.
 */
export type OutputFunction = (chunk: Buffer) => void | PromiseLike<void>;

/**
 * How a float model's input is made from a picture's bytes: `(byte - mean) * scale`, for each
 * channel. A single number applies to all three.
 */
export interface Normalization {
  /** Subtracted from each byte (0 to 255). Default 127.5. */
  mean: number | readonly [number, number, number];
  /** Multiplied by the difference. Default 1 / 127.5. */
  scale: number | readonly [number, number, number];
}

/** How a picture is fitted to a model's input. */
export type Fit = 'stretch' | 'cover';

/** A model with its labels and settings. */
export interface ModelOptions {
  /** The .tflite file's path, or its bytes. */
  file: string | BytesLike;
  /**
   * The labels, one for each class: the path of a text file with one label per line, or an array.
   * By default `NAME.labels.txt`, the only `*.labels.txt`, or `labels.txt` beside the model's
   * file, otherwise the labels in the file's own metadata. A classifier (a model with one output
   * that has one dimension larger than 1) must have as many labels as classes (ERR_MODEL); an
   * empty array means no labels.
   */
  labels?: string | readonly string[];
  /** For float inputs. Default: as the file's metadata says, otherwise to [-1, 1]. */
  normalize?: Normalization;
  /**
   * How the package's classification guest fits a picture to the model's input: `stretch`
   * (default) uses the whole picture and ignores its proportions, as TensorFlow Lite's task
   * library does; `cover` uses the largest rectangle with the input's proportions in the middle,
   * after applying Exif orientation. Detectors always get the whole picture.
   */
  fit?: Fit;
  /**
   * With `cover`: the share of that rectangle to use in both directions, above 0 and at most 1
   * (default). Use 0.875 for networks trained on ImageNet.
   */
  crop?: number;
  /** Key of the signature whose graph is run. Default: the file's first graph. */
  signature?: string;
  /**
   * Shapes of inputs, by tensor name: at most 8 dimensions of at least 1. Default: the shapes in
   * the file, with 1 for a first dimension that it leaves open. If a guest sets an input with
   * another shape, the input is resized.
   */
  shapes?: Readonly<Record<string, readonly number[]>>;
  /**
   * A description, as returned by {@link findModel}, whose result can be passed here as it is.
   * Ignored.
   */
  description?: string;
}

/** The kernels that inference runs on. */
export type Kernels = 'xnnpack' | 'builtin';

/** How models are run. */
export interface InferenceOptions {
  /** Threads for one inference, 1 to 64. Default 1: parallel runs scale better. */
  threads?: number;
  /** `xnnpack` (default, fastest), or TensorFlow Lite's `builtin` kernels. */
  kernels?: Kernels;
  /**
   * Whether `xnnpack` may convert a model that is quantized to uint8 to int8 in memory, which
   * makes it more than twice as fast; guests see no difference. Default true. The other kernels
   * run every model unchanged.
   */
  rewrite?: boolean;
}

/**
 * Limits of one invocation. For a kept instance, time, fuel and output are limited for each call,
 * everything else for the instance. A guest that reaches a limit is ended with the error named
 * here, and everything it held is released. All values are integers; numbers of bytes may be 0 to
 * 2^53 - 1.
 */
export interface Limits {
  /**
   * Time from `run` or `call` to the end, including waiting, 1 to 2^31 - 1 milliseconds
   * (ERR_TIMEOUT). Default none.
   */
  timeoutMs?: number;
  /**
   * Pages of 64 KiB that the guest's memory may have, 1 to 65,536. A module that declares more is
   * refused at load (ERR_MEMORY_LIMIT); growing beyond the limit fails in the guest, as
   * WebAssembly specifies. Default 65,536 (4 GiB).
   */
  memoryPages?: number;
  /**
   * Elements of all tables of the guest together, 0 to 10,000,000 (the limit of browsers for one
   * table); each takes 16 bytes. A module that declares more is refused at load (ERR_LIMIT);
   * growing beyond the limit fails in the guest, as WebAssembly specifies. Default 1,000,000.
   */
  tableElements?: number;
  /**
   * Bytes of stdout and stderr together, 0 or more (ERR_OUTPUT_LIMIT). Default 256 MiB for
   * buffered output; output to streams counts only if this is set.
   */
  outputBytes?: number;
  /**
   * Instructions that the guest may execute, 1 or more (ERR_LIMIT, `limit: 'fuel'`). The module
   * must be compiled with `meter: true`, which makes it slower. Default none.
   */
  fuel?: number;
  /** Models that the guest may hold at the same time, 1 to 65,536 (ERR_LIMIT). Default 64. */
  models?: number;
  /** Bytes of all models that the guest itself loads (ERR_LIMIT). Default 256 MiB. */
  modelBytes?: number;
  /**
   * Inference sessions that the guest may hold at the same time, 1 to 65,536 (ERR_LIMIT). Default
   * 64.
   */
  sessions?: number;
  /** Bytes of the inputs and outputs of all sessions (ERR_LIMIT). Default 256 MiB. */
  sessionBytes?: number;
  /** Subgraphs of a model that the guest itself loads, 1 to 64 (ERR_LIMIT). Default 1. */
  modelSubgraphs?: number;
  /**
   * Multiply-accumulates of one inference with a model that the guest itself loads, 1 or more
   * (ERR_LIMIT); an element computed in any other way counts as 8. 1,000,000 take a fraction of a
   * millisecond. Default 5,000,000,000.
   */
  modelArithmetic?: number;
  /**
   * Bytes of the results of one inference with a model that the guest itself loads, 1 or more
   * (ERR_LIMIT). Results that do not exist at the same time share memory and are counted
   * accordingly. For the host's models it bounds results whose size is known only at run time;
   * what the file itself requires is allowed. Default 256 MiB.
   */
  modelActivationBytes?: number;
  /**
   * Pixels of a picture that `wasmedge_image` decodes, 1 or more; a larger picture fails to
   * decode. A guest that requests a larger result is ended (ERR_LIMIT). Default 50,000,000.
   */
  imagePixels?: number;
  /**
   * Bytes of all scratch folders of an invocation, and of its copies of `directories`: contents,
   * names, and about 0.5 KiB for each file and folder. Writing more fails in the guest, as on a full disk. The same limit applies to
   * collected files (ERR_LIMIT). Default 64 MiB.
   */
  scratchBytes?: number;
  /**
   * Bytes of the guest's memory that a snapshot may hold, at load (ERR_LIMIT). Long runs of zeros do not
   * count, short ones do, and longer ones where there are many.
   * Default 1 GiB.
   */
  snapshotBytes?: number;
  /** Bytes of arguments and environment variables (ERR_LIMIT). Default 1 MiB. */
  argumentBytes?: number;
  /** Bytes of standard input (ERR_LIMIT). Default none. */
  stdinBytes?: number;
  /** Bytes of all `files` together, at load (ERR_LIMIT). Default none. */
  fileBytes?: number;
  /**
   * Kept instances of the module at the same time, 1 to 8,000 (ERR_LIMIT). Default 1,000. All
   * modules of a process together can have 8,000 memories.
   */
  instances?: number;
}

/**
 * A host module that is only available on request. `wasmedge_image` decodes JPEG and PNG pictures
 * with libjpeg-turbo and libpng, outside the sandbox: a fault in these libraries affects the whole
 * process. Both libraries must be installed.
 */
export type OptionalHostModule = 'wasmedge_image';

/** Options of the pool of worker processes. */
export interface WorkerProcessOptions {
  /**
   * Number of processes, 1 to 256, at most `concurrency`, which they share evenly. A process that
   * dies loses the invocations that it is running: one, unless there are fewer processes than
   * `concurrency`. Default: `concurrency`, at most the number of processors.
   */
  workers?: number;
  /**
   * Invocations after which a process is replaced, 1 or more; with 1, every invocation has its own
   * process. Default none.
   */
  recycleAfterRuns?: number;
  /**
   * Resident bytes, 1 or more, above which a process is replaced after an invocation. Default
   * none.
   */
  recycleAboveBytes?: number;
  /**
   * Milliseconds, 0 to a day, for a process to end an invocation that was aborted or exceeded its
   * time limit, and to exit at close. Then it is killed. Default 1,000.
   */
  graceMs?: number;
  /**
   * Milliseconds, 1,000 to a day, without a sign of life after which a process that is running
   * invocations is killed (ERR_WORKER_DIED). Default 10,000.
   */
  unresponsiveMs?: number;
}

/** Options of WasmEdge's own program, `wasmedge`. */
export interface SubprocessOptions {
  /**
   * The program's path. Default: `bin/wasmedge` below `$WASMEDGE_DIR`, then below `~/.wasmedge`,
   * then `wasmedge` in `$PATH`.
   */
  program?: string;
  /** The folder with this package's plug-ins for it. Default: the one in the package. */
  plugins?: string;
}

/** Limits for compiling a module. */
export interface CompileLimits {
  /**
   * Time limit, 1 to 2^31 - 1 milliseconds (ERR_LIMIT, `limit: 'compile'`). Waiting for other
   * compilations does not count. Default none; 60,000 for an untrusted module.
   */
  timeoutMs?: number;
  /**
   * Resident bytes of the compiler's process, 1 or more (ERR_LIMIT, `limit: 'compile'`), checked
   * every 10 ms; the process itself takes about 120 MiB. Default none; 2 GiB for an untrusted
   * module.
   */
  memoryBytes?: number;
  /** Ends compiling immediately (ERR_ABORTED, with the signal's reason as its cause). */
  signal?: AbortSignal;
}

/** A host folder for guests. */
export interface HostDirectoryOptions {
  /** The folder's path on the host. */
  path: string;
  /**
   * Whether guests may change its contents. With `'copy'` each run, or kept instance, has a copy of
   * its own in memory, which it may change and which is gone at its end: `limits.scratchBytes` and
   * `collect` apply, and changes on the host are seen by the next copy. Default false.
   */
  write?: boolean | 'copy';
}

/** Options of {@link loadModule}. */
export interface LoadOptions {
  /**
   * The name of a module that is given as bytes, 1 to 200 bytes, used in messages and events and
   * as its `file`. The guest's program name is derived from it as from a path. Default
   * `module.wasm`. A module loaded from a file is named by its path; setting both is
   * ERR_INVALID_ARGUMENT.
   */
  name?: string;
  /**
   * What separates the guest from this process: only WebAssembly's own sandbox (`in-process`,
   * default, fastest), or a process as well: one of a pool of long-lived processes
   * (`worker-process`), or a new process of WasmEdge's own program for each invocation
   * (`subprocess`).
   */
  isolation?: Isolation;
  /**
   * The guest's program name, its first argument; any string without NUL. Default: the module's
   * name with the extension `.wasm`. The isolation `subprocess` supports only the default.
   */
  argv0?: string;
  /** The guest's arguments after the program name. Default none. */
  args?: readonly string[];
  /** The guest's environment variables; nothing is inherited. Default none. */
  env?: Readonly<Record<string, string>>;
  /**
   * Read-only files by their absolute path in the guest: a host path (read once, now) or bytes.
   * Other than these, the guest sees only `directories` and `scratch`. `/models` is reserved for
   * models.
   */
  files?: Readonly<Record<string, string | BytesLike>>;
  /**
   * Host folders by the name under which they are preopened for the guest, such as `'/data'`: a
   * host path, opened once, now. Guests can read the contents, and change them only with `write:
   * true`, or in a copy of their own with `write: 'copy'`; no path in a folder leads out of it. Not
   * with the isolation `subprocess`. See docs/files.md.
   */
  directories?: Readonly<Record<string, string | HostDirectoryOptions>>;
  /**
   * Temporary folders in memory, by the name under which they are preopened for the guest, such as
   * `'/tmp'`: writable, empty at the start of every run, and removed at its end.
   * `limits.scratchBytes` limits their size. Not with the isolation `subprocess`.
   */
  scratch?: readonly string[];
  /** Models by the name under which the guest loads them; each is loaded once per process. */
  models?: Readonly<Record<string, string | BytesLike | ModelOptions>>;
  /** How models are run. */
  inference?: InferenceOptions;
  /** Host modules in addition to those that are always available. Default none. */
  hostModules?: readonly OptionalHostModule[];
  /**
   * Functions of this process that the guest can import, by module and name. The guest waits for
   * their results, the event loop does not. Their types are those of the module's imports. Imports
   * that neither these functions nor the host's own modules provide are ERR_LINK, as are memories,
   * tables and globals; functions that the module does not import are ignored. Not with the
   * isolation `subprocess`. Default none.
   */
  imports?: Imports;
  /**
   * The name of an export without parameters and results. It is called once, now, after
   * `_initialize`; every instance then starts with the memory, globals and tables that it left, and
   * runs no constructors. It has the host functions, `args`, `env`, `files` and the limits of an
   * invocation; in worker processes it is called in each process. State that cannot be part of a
   * snapshot is ERR_SNAPSHOT: open descriptors, files in `scratch`, changes in a copied folder,
   * models, sessions. Not with the isolation `subprocess`. Default none. See docs/snapshots.md.
   */
  snapshot?: string;
  /** Limits of each invocation. */
  limits?: Limits;
  /**
   * `auto` (default): a plain .wasm is compiled ahead of time, once, into the cache folder, or
   * interpreted if that is not possible, with a warning that says why. `off`: every .wasm is
   * interpreted, about 50 times slower, even one that contains compiled code, and a shared object
   * is rejected whatever its name (ERR_MODULE_INVALID): no native code from the file is run.
   * `background`: as `auto`, but a module that is not in the cache yet is interpreted until the
   * compiled code is ready: see docs/background.md. Not with `trusted: false` nor with the
   * isolation `subprocess`.
   */
  aot?: 'auto' | 'off' | 'background';
  /**
   * Whether the module's author is trusted. Default true. Use `false` for uploads from strangers:
   * only WebAssembly is accepted, a shared object is rejected whatever its name
   * (ERR_MODULE_INVALID), and compiled code inside a .wasm or a side file is ignored. The module
   * is compiled here, within the limits of `compile`. A process compiles one such module at a
   * time, and up to 16 wait (beyond: ERR_QUEUE_FULL). A module that cannot be compiled is an
   * error; it is never interpreted instead. If the module itself caused the failure, loading the
   * same content in this thread fails immediately for ten minutes.
   */
  trusted?: boolean;
  /**
   * Limits for compiling a plain .wasm. A trusted module that reaches a limit is interpreted, with
   * a warning. `compile.signal` aborts loading, as `signal` does; with `aot: 'background'`, after
   * the module has been loaded, it ends compiling and the module stays interpreted.
   */
  compile?: CompileLimits;
  /**
   * Aborts loading (ERR_ABORTED, with the signal's reason as its cause): compiling immediately,
   * other steps when they end, or after a second. No effect after the module has been loaded.
   */
  signal?: AbortSignal;
  /** With the isolation `worker-process`. */
  workerProcess?: WorkerProcessOptions;
  /** With the isolation `subprocess`. */
  subprocess?: SubprocessOptions;
  /**
   * Environment variables for the processes that this package starts (worker processes, the
   * compiler, WasmEdge's program), in addition to the few that they inherit: see
   * docs/isolation.md. Guests do not see them. Default none.
   */
  childEnv?: Readonly<Record<string, string>>;
  /**
   * Invocations that run at the same time, 1 to 256. Each has its own thread. Default: the number
   * of processors.
   */
  concurrency?: number;
  /** Invocations that may wait for a thread, 0 to 1,000,000 (ERR_QUEUE_FULL). Default 1,024. */
  maxQueue?: number;
  /**
   * Threads in addition to `concurrency`, 0 to 1,000. A guest that waits for a host function or a
   * stream does not count toward `concurrency`: another one may start in its place on one of these
   * threads, with isolation `worker-process` in the same process, which then holds the data of
   * both; with 0 none does. If no thread is left, new invocations wait in the queue, except those
   * that a host function requests from a module with host functions: these are ERR_QUEUE_FULL,
   * because waiting could be a deadlock. Default 64.
   */
  maxWaiting?: number;
}

/** Options of {@link LoadedModule.run} and {@link LoadedModule.invoke}. */
export interface RunOptions {
  /**
   * Standard input. Default empty. Up to 16 MiB are copied before `run` returns. Larger input is
   * copied in slices while the event loop continues: it must not change until the promise settles,
   * and the run fails if its buffer is transferred or resized meanwhile (ERR_INVALID_ARGUMENT). A
   * string is encoded before `run` returns, whatever its length. A stream is read as the guest
   * reads, and destroyed, cancelled or returned if the guest does not read it to its end; a stream
   * that fails ends the run (ERR_STREAM).
   */
  stdin?: string | BytesLike | InputStream;
  /**
   * Where standard output goes. The guest waits while its target is busy; the run settles when the
   * target has accepted everything. A target that fails ends the run (ERR_STREAM). Default
   * `'buffer'`: into the result.
   */
  stdout?: OutputTarget;
  /** The same for standard error. */
  stderr?: OutputTarget;
  /** The program name for this run instead of the module's. */
  argv0?: string;
  /** Arguments for this run instead of the module's. */
  args?: readonly string[];
  /** Environment variables for this run, over the module's. */
  env?: Readonly<Record<string, string>>;
  /**
   * Read-only files for this run beside the module's, by their absolute path in the guest. The
   * bytes are copied before `run` returns. Not with the isolation `subprocess`.
   */
  files?: Readonly<Record<string, BytesLike>>;
  /**
   * Patterns for the files in scratch folders and copies to return in the result, as absolute paths: `*`
   * matches any part of a name, `?` one byte, `**` any number of names, as in `'/tmp/out/**'`.
   * Default none.
   */
  collect?: readonly string[];
  /** Ends the run early (ERR_ABORTED, with the signal's reason as its cause). */
  signal?: AbortSignal;
  /**
   * Time limit for this run instead of `limits.timeoutMs`, 1 to 2^31 - 1 milliseconds
   * (ERR_TIMEOUT).
   */
  timeoutMs?: number;
}

/** How a guest's run ended. */
export interface RunResult {
  /**
   * The guest's standard output, at most `limits.outputBytes` together with `stderr`; empty if it
   * went elsewhere.
   */
  stdout: Buffer;
  /** The guest's standard error. */
  stderr: Buffer;
  /**
   * The low 8 bits of the argument of `proc_exit`, as a shell would show it; 0 if the guest
   * returned.
   */
  exitCode: number;
  /**
   * The files that match `collect`, as the guest left them, by absolute path. Bytes of names that
   * are not UTF-8 are replaced by U+FFFD.
   */
  files: Record<string, Buffer>;
  /** How long each part took. */
  timings: Timings;
  /** The first of the guest's inference calls that failed, at most 16; absent if none did. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * The result of calling an exported function.
 *
 * @typeParam Value The function's result.
 */
export interface InvokeResult<Value = GuestResult> {
  /**
   * The function's result: a number, a (signed) bigint for i64, undefined if there is none, or an
   * array of several.
   */
  value: Value;
  /** The guest's standard output, at most `limits.outputBytes` together with `stderr`. */
  stdout: Buffer;
  /** The guest's standard error. */
  stderr: Buffer;
  /** The files that match `collect`, as in {@link RunResult}. */
  files: Record<string, Buffer>;
  /** How long each part took. */
  timings: Timings;
  /** The first of the guest's inference calls that failed, at most 16; absent if none did. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * The result of a guest's function: undefined, a number (a bigint for i64), or an array of
 * several.
 */
export type GuestResult = number | bigint | (number | bigint)[] | undefined;

/**
 * A function that a module exports.
 *
 * @typeParam Args Its arguments.
 * @typeParam Result Its result.
 * @param args Numbers for i32, f32 and f64, bigints for i64.
 */
export type GuestFunction<Args extends unknown[] = (number | bigint)[], Result = GuestResult> = (
  ...args: Args
) => Result;

/** The functions that a module exports, if their types are not known. */
export type GuestExports = Record<string, GuestFunction>;

/**
 * The name of an exported function.
 *
 * @typeParam Exports The functions that a module exports.
 */
export type ExportName<Exports extends object> = keyof Exports & string;

/**
 * The arguments of an exported function.
 *
 * @typeParam Exports The functions that a module exports.
 * @typeParam Name The name of one of them.
 */
export type ArgumentsOf<Exports extends object, Name extends keyof Exports> =
  Exports[Name] extends GuestFunction<infer Args, unknown> ? Args : never;

/**
 * The result of an exported function.
 *
 * @typeParam Exports The functions that a module exports.
 * @typeParam Name The name of one of them.
 */
export type ResultOf<Exports extends object, Name extends keyof Exports> =
  Exports[Name] extends GuestFunction<never[], infer Result> ? Result : never;

/** Options of {@link LoadedModule.instantiate}. */
export interface InstantiateOptions {
  /** The program name for this instance instead of the module's. */
  argv0?: string;
  /** Arguments for this instance instead of the module's. */
  args?: readonly string[];
  /** Environment variables for this instance, over the module's. */
  env?: Readonly<Record<string, string>>;
  /**
   * Receives the guest's standard output, except that of {@link Instance.invoke}, which is in its
   * result, before the promise of the call that wrote it settles. Default: output is discarded.
   *
   * @param chunk The next bytes.
   */
  stdout?: (chunk: Buffer) => void;
  /**
   * The same for standard error.
   *
   * @param chunk The next bytes.
   */
  stderr?: (chunk: Buffer) => void;
  /**
   * Aborts the creation (ERR_ABORTED, with the signal's reason as its cause). No effect after the
   * instance has been created.
   */
  signal?: AbortSignal;
  /**
   * Time limit for the creation instead of `limits.timeoutMs`, 1 to 2^31 - 1 milliseconds
   * (ERR_TIMEOUT).
   */
  timeoutMs?: number;
  /** Calls and other operations that may be pending, 0 to 10,000,000. Default 1,000,000. */
  maxQueue?: number;
}

/** Options of {@link Instance.invoke}. */
export interface CallOptions {
  /** Standard input of this call, at most 16 MiB, copied before `invoke` returns; default empty. */
  stdin?: string | BytesLike;
  /** Ends the call early (ERR_ABORTED, with the signal's reason as its cause). */
  signal?: AbortSignal;
  /**
   * Time limit for this call instead of `limits.timeoutMs`, including waiting, 1 to 2^31 - 1
   * milliseconds (ERR_TIMEOUT).
   */
  timeoutMs?: number;
}

/** Options of {@link compileModule}. */
export interface CompileOptions extends CompileLimits {
  /**
   * The optimization level, 0 to 3: LLVM's levels, except that 1 runs only a few passes and takes about a third of the
   * time of 3. By default 3, and 1 for modules with more than 1 MiB of code.
   */
  optimize?: 0 | 1 | 2 | 3;
  /**
   * Compile for any processor of this architecture (x86-64-v2, supported since 2009; ARMv8-A)
   * instead of this machine's, so that the module is portable. A module compiled for a more
   * capable processor ends the process with SIGILL on a less capable one. Default false.
   *
   * Builds of WasmEdge that contain LLVM, such as the official release, reject this with
   * ERR_NATIVE_LOAD: their generic code uses this processor's instructions nevertheless.
   */
  generic?: boolean;
  /** Count instructions, as `limits.fuel` requires. Default false. */
  meter?: boolean;
  /** Add the checks that allow WasmEdge's own asynchronous calls to be cancelled. Default false. */
  interruptible?: boolean;
  /**
   * Keep the module's name section, which contains the names of functions in `error.guestStack`.
   * Without it, the module is smaller, and functions are identified by their indices. Default true.
   */
  names?: boolean;
  /** Environment variables of the process that compiles, as for {@link LoadOptions}. */
  childEnv?: Readonly<Record<string, string>>;
}
