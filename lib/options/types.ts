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
 * iterable, a ReadableStream of the web, or a Blob. Its pieces are bytes, or strings, which are
 * encoded as UTF-8. See docs/streams.md.
 */
export type InputStream =
  NodeJS.ReadableStream | AsyncIterable<BytesLike | string> | ReadableStream<BytesLike> | Blob;

/**
 * Where a guest's output goes: into the result (`'buffer'`), to this process's own stream
 * (`'inherit'`), to a Writable of Node.js or a WritableStream of the web, neither of which is ended,
 * or to a function, whose promise is waited for where it gives one. See docs/streams.md.
 */
export type OutputTarget =
  'buffer' | 'inherit' | NodeJS.WritableStream | WritableStream<Uint8Array> | OutputFunction;

/**
 * A function that takes a guest's output, piece by piece.
 *
 * @param chunk the next bytes, which are the function's from then on
 * @returns nothing, or a promise that settles when the next piece may come
 */
export type OutputFunction = (chunk: Buffer) => void | PromiseLike<void>;

/**
 * How a float model's input is made from a picture's bytes: `(byte - mean) * scale`, for each
 * channel. One number stands for all three.
 */
export interface Normalization {
  /** What is subtracted, on the scale of the bytes (0 to 255). Default 127.5. */
  mean: number | readonly [number, number, number];
  /** What the difference is multiplied by. Default 1 / 127.5. */
  scale: number | readonly [number, number, number];
}

/** Which part of a picture a model is shown. */
export type Fit = 'stretch' | 'cover';

/** A model with what belongs to it. */
export interface ModelOptions {
  /** The .tflite file's path, or its bytes. */
  file: string | BytesLike;
  /**
   * The labels, one for each class: a text file's path, one label a line, or the labels. By default
   * `NAME.labels.txt`, the only `*.labels.txt`, or `labels.txt` beside the model's file, else those in
   * it that TensorFlow's metadata library has put there. Of a model that tells classes apart (one output, of one dimension but for those of 1) they must be as many
   * (ERR_MODEL); an empty list is none.
   */
  labels?: string | readonly string[];
  /** For float inputs; by default as the metadata in the file says, else to [-1, 1]. */
  normalize?: Normalization;
  /**
   * Which part of a picture the package's guest for classification shows the model: `stretch` (default)
   * the whole picture without regard to its proportions, as TensorFlow Lite's task library does;
   * `cover` the largest rectangle of the input's proportions in its middle, after turning by Exif. A
   * detector is shown all of it.
   */
  fit?: Fit;
  /**
   * With `cover`: how much of that rectangle is shown in both directions, above 0 and at most 1
   * (default). 0.875 for networks that were trained on ImageNet.
   */
  crop?: number;
  /** The signature, by its key, whose graph runs. Default: the file's first graph. */
  signature?: string;
  /**
   * Shapes of inputs, by the names of their tensors: at most 8 sizes of at least 1. By default those
   * that the file states, with 1 for a first size that it leaves free. A guest that sets an input of
   * another shape has it resized.
   */
  shapes?: Readonly<Record<string, readonly number[]>>;
  /** Words of {@link findModel} that say which it is: what it gives can be passed on. Without effect. */
  description?: string;
}

/** The kernels that inference runs on. */
export type Kernels = 'xnnpack' | 'builtin';

/** How models are run. */
export interface InferenceOptions {
  /** Threads of one inference, 1 to 64. Default 1: parallel runs scale better. */
  threads?: number;
  /** `xnnpack` (default, fastest), or TensorFlow Lite's `builtin` kernels. */
  kernels?: Kernels;
  /**
   * Whether `xnnpack` may run a model that is quantized to uint8 as the int8 model that it makes of
   * it in memory, which is more than twice as fast; guests see no difference. Default true. The
   * other kernels run every model as it is.
   */
  rewrite?: boolean;
}

/**
 * What one invocation may use; of a kept instance, time, fuel and output are of each call, the others
 * of the instance. A limit that the guest reaches ends its invocation with the error
 * named here, and everything it held is released. All are integers; bytes may be 0 to 2^53 - 1.
 */
export interface Limits {
  /**
   * Longest time from `run` or `call` to the end, waiting included, 1 to 2^31 - 1 milliseconds
   * (ERR_TIMEOUT). Default none.
   */
  timeoutMs?: number;
  /**
   * Pages of 64 KiB that the guest's memory may have, 1 to 65,536. A module that declares more is
   * refused at load (ERR_MEMORY_LIMIT); growing beyond fails in the guest, as WebAssembly has it.
   * Default 65,536 (4 GiB).
   */
  memoryPages?: number;
  /**
   * Elements that the guest's tables may have together, 0 to 10,000,000 (what browsers allow a
   * table); one takes 16 bytes. A module that declares more is refused at load (ERR_LIMIT); growing
   * beyond fails in the guest, as WebAssembly has it. Default 1,000,000.
   */
  tableElements?: number;
  /**
   * Bytes of stdout and stderr together, 0 or more (ERR_OUTPUT_LIMIT). Default 256 MiB of what is
   * buffered; what goes to streams counts only where this is given.
   */
  outputBytes?: number;
  /**
   * Instructions that the guest may execute, 1 or more (ERR_LIMIT, `limit: 'fuel'`). The module must
   * have been compiled with `meter: true`, which makes it slower. Default none.
   */
  fuel?: number;
  /** Models that the guest may hold at a time, 1 to 65,536 (ERR_LIMIT). Default 64. */
  models?: number;
  /** Bytes of the models that the guest itself brings (ERR_LIMIT). Default 256 MiB. */
  modelBytes?: number;
  /** Inference sessions that the guest may hold at a time, 1 to 65,536 (ERR_LIMIT). Default 64. */
  sessions?: number;
  /** Bytes of the inputs and outputs of all sessions (ERR_LIMIT). Default 256 MiB. */
  sessionBytes?: number;
  /** Subgraphs of a model that the guest itself brings, 1 to 64 (ERR_LIMIT). Default 1. */
  modelSubgraphs?: number;
  /**
   * Multiply-accumulates of one inference with a model that the guest itself brings, 1 or more
   * (ERR_LIMIT); an element that an operator computes in another way counts as 8 of them. 1,000,000
   * take a fraction of a millisecond. Default 5,000,000,000.
   */
  modelArithmetic?: number;
  /**
   * Bytes of what one inference computes with a model that the guest itself brings, 1 or more
   * (ERR_LIMIT). Results that are not there at the same time share memory and are counted so. Of the
   * host's models it bounds the results whose size is known only while the model runs; what the file
   * itself asks for is allowed. Default 256 MiB.
   */
  modelActivationBytes?: number;
  /**
   * Pixels of a picture that `wasmedge_image` decodes, 1 or more; one with more is answered as one
   * that cannot be decoded. A guest that asks for a result with more is ended (ERR_LIMIT). Default
   * 50,000,000.
   */
  imagePixels?: number;
  /**
   * Bytes that an invocation's scratch folders may take together: content, names, and some 0.5 KiB
   * for each file and folder. Writing more fails in the guest, as on a full disk. Files that are
   * collected may hold as much (ERR_LIMIT). Default 64 MiB.
   */
  scratchBytes?: number;
  /**
   * Bytes of the guest's memory that a snapshot may hold, zeros that lie together left out, at load
   * (ERR_LIMIT). Default 1 GiB.
   */
  snapshotBytes?: number;
  /** Bytes of arguments and environment variables (ERR_LIMIT). Default 1 MiB. */
  argumentBytes?: number;
  /** Bytes of standard input (ERR_LIMIT). Default none. */
  stdinBytes?: number;
  /** Bytes of all `files` together, at load (ERR_LIMIT). Default none. */
  fileBytes?: number;
  /**
   * Kept instances of the module at a time, 1 to 8,000 (ERR_LIMIT). Default 1,000. A process has room
   * for 8,000 memories of all modules.
   */
  instances?: number;
}

/**
 * A host module that is there only for who asks for it. `wasmedge_image` decodes JPEG and PNG
 * pictures in libjpeg-turbo and libpng, outside of the sandbox: a fault in these is one of the whole
 * process. Both libraries have to be installed.
 */
export type OptionalHostModule = 'wasmedge_image';

/** The pool of worker processes. */
export interface WorkerProcessOptions {
  /**
   * Processes, 1 to 256, and never more than `concurrency`, which they share evenly. A process that
   * dies takes along what it holds: one invocation at a time each, unless there are fewer of them.
   * Default: as many as `concurrency`, at most the processors.
   */
  workers?: number;
  /**
   * Invocations, 1 or more, after which a process is replaced by a new one; 1 gives each its own.
   * Default none.
   */
  recycleAfterRuns?: number;
  /** Resident bytes, 1 or more, above which a process is replaced after an invocation. Default none. */
  recycleAboveBytes?: number;
  /**
   * Milliseconds, 0 to a day, that a process has to end an invocation that was aborted or took too
   * long, and to end itself at close. Then it is killed. Default 1,000.
   */
  graceMs?: number;
  /**
   * Milliseconds, 1,000 to a day, for which a process that holds invocations may be silent before it
   * is killed (ERR_WORKER_DIED). Default 10,000.
   */
  unresponsiveMs?: number;
}

/** WasmEdge's own program, `wasmedge`. */
export interface SubprocessOptions {
  /**
   * Its file. Default: `bin/wasmedge` below `$WASMEDGE_DIR`, else below `~/.wasmedge`, else
   * `wasmedge` in `$PATH`.
   */
  program?: string;
  /** The folder of this package's plug-ins for it. Default: the one in the package. */
  plugins?: string;
}

/** What ends the compiling of a module early. */
export interface CompileLimits {
  /**
   * Longest time of a compilation, 1 to 2^31 - 1 milliseconds (ERR_LIMIT, `limit: 'compile'`).
   * Waiting for others does not count. Default none, for an untrusted module 60,000.
   */
  timeoutMs?: number;
  /**
   * Resident bytes of the compiler's process, 1 or more (ERR_LIMIT, `limit: 'compile'`), looked at
   * every 10 ms; some 120 MiB are its own. Default none, for an untrusted module 2 GiB.
   */
  memoryBytes?: number;
  /** Ends it at once (ERR_ABORTED, with the signal's reason as its cause). */
  signal?: AbortSignal;
}

/** A folder of the host that guests are given. */
export interface HostDirectoryOptions {
  /** The folder's path on the host. */
  path: string;
  /** Whether guests may change what is in it. Default false. */
  write?: boolean;
}

/** Options of {@link loadModule}. */
export interface LoadOptions {
  /**
   * Of a module that is given as bytes: what it is called in messages and events, and its `file`. The guest's
   * program name is made of it as of a path. 1 to 200 bytes; default `module.wasm`. A module that is loaded
   * from a file has its path instead: ERR_INVALID_ARGUMENT.
   */
  name?: string;
  /**
   * What stands between the guest and this process: nothing but WebAssembly's own sandbox
   * (`in-process`, default, fastest), or a process as well: one of a pool of long-lived ones
   * (`worker-process`), or for each invocation a new one of WasmEdge's own program (`subprocess`).
   */
  isolation?: Isolation;
  /**
   * The guest's program name, the first of its arguments; any string without NUL. Default the module's name with
   * the ending `.wasm`, which it always is with the isolation `subprocess`.
   */
  argv0?: string;
  /** The guest's arguments after the program name. Default none. */
  args?: readonly string[];
  /** The guest's environment variables; nothing is inherited. Default none. */
  env?: Readonly<Record<string, string>>;
  /**
   * Read-only files by their absolute path in the guest: a host path (read once, now) or bytes. The
   * guest sees nothing else but `directories` and `scratch`. `/models` is taken by the models.
   */
  files?: Readonly<Record<string, string | BytesLike>>;
  /**
   * Host folders by the name under which the guest finds them preopened, such as `'/data'`: a host
   * path, opened once, now. Guests read what is in it, and change it only with `write: true`;
   * nothing in it leads them out of it. Not with the isolation `subprocess`. See docs/files.md.
   */
  directories?: Readonly<Record<string, string | HostDirectoryOptions>>;
  /**
   * Folders in memory, by the name under which the guest finds them preopened, such as `'/tmp'`: empty
   * at every run, writable, gone when it ends. `limits.scratchBytes` bounds them. Not with the
   * isolation `subprocess`.
   */
  scratch?: readonly string[];
  /** Models by the name under which the guest asks for them; loaded once in a process. */
  models?: Readonly<Record<string, string | BytesLike | ModelOptions>>;
  /** How models are run. */
  inference?: InferenceOptions;
  /** Host modules beside those that are always there. Default none. */
  hostModules?: readonly OptionalHostModule[];
  /**
   * Functions of this process that the guest may import, by the module's name and their own: the
   * guest waits for what they give, the event loop does not. The types are those that the module
   * imports. What it imports of neither these nor the host's own modules is ERR_LINK, as are
   * memories, tables and globals; functions that it does not import are left out. Not with the
   * isolation `subprocess`. Default none.
   */
  imports?: Imports;
  /**
   * The name of an export that takes nothing and gives nothing. It is called once, now, after
   * `_initialize`; every instance then begins with the memory, globals and tables that it left, and
   * runs no constructors of its own. It has the host functions, `args`, `env`, `files` and the limits
   * of an invocation; in a worker process it is called in each process. What an instance cannot be
   * given is ERR_SNAPSHOT: open descriptors, files in `scratch`, models, sessions. Not with the
   * isolation `subprocess`. Default none. See docs/snapshots.md.
   */
  snapshot?: string;
  /** What each invocation may use. */
  limits?: Limits;
  /**
   * `auto` (default): a plain .wasm is compiled ahead of time, once, into the cache folder, and
   * interpreted where that is not possible, with a warning that says why. `off`: every .wasm is
   * interpreted, some 50 times slower, also one that carries compiled code, and a shared object is
   * refused whatever its name (ERR_MODULE_INVALID): nothing that came with the file runs as native
   * code. `background`: as `auto`, but what is not in the cache yet is interpreted until the compiled
   * code is there: see docs/background.md. Not with `trusted: false` nor with the isolation
   * `subprocess`.
   */
  aot?: 'auto' | 'off' | 'background';
  /**
   * Whether the module's maker is trusted. Default true. `false` is for what strangers upload: only
   * WebAssembly is taken, a shared object is refused whatever its name (ERR_MODULE_INVALID), compiled
   * code inside a .wasm and a side file are ignored. The module is compiled here, within `compile`'s
   * limits, one such module at a time in a process while up to 16 wait (beyond: ERR_QUEUE_FULL). One
   * that cannot be compiled is an error, never interpreted instead; after a failure that is the
   * module's the same content fails again at once in this thread for ten minutes.
   */
  trusted?: boolean;
  /**
   * What compiling a plain .wasm may take. A trusted module that reaches a limit is interpreted, with
   * a warning. `compile.signal` aborts all of the loading, as `signal` does; once the module is loaded, with
   * `aot: 'background'`, it ends the compiling and the module stays interpreted.
   */
  compile?: CompileLimits;
  /**
   * Aborts the loading (ERR_ABORTED, with the signal's reason as its cause): compiling at once,
   * anything else when it has ended, or after a second. Without effect once the module is loaded.
   */
  signal?: AbortSignal;
  /** With the isolation `worker-process`. */
  workerProcess?: WorkerProcessOptions;
  /** With the isolation `subprocess`. */
  subprocess?: SubprocessOptions;
  /**
   * Environment variables of the processes that this package starts (worker processes, the compiler,
   * WasmEdge's program), beside the few that they inherit: see docs/isolation.md. Guests see none of
   * them. Default none.
   */
  childEnv?: Readonly<Record<string, string>>;
  /** Most invocations at a time, 1 to 256. Each has its own thread. Default: the processors. */
  concurrency?: number;
  /** Most invocations waiting for a thread, 0 to 1,000,000. Default 1,024. */
  maxQueue?: number;
  /**
   * Most threads beside `concurrency`, 0 to 1,000. A guest that waits for a host function does not
   * count in `concurrency`: another may begin in its place, on one of these. Where none is left, new
   * invocations wait in the queue, but for what a host function asks of a module that has some itself:
   * that is ERR_QUEUE_FULL, since it might wait for itself. Default 64.
   */
  maxWaiting?: number;
}

/** Options of {@link LoadedModule.run} and {@link LoadedModule.invoke}. */
export interface RunOptions {
  /**
   * Standard input; default empty. Up to 16 MiB are copied before `run` returns. More is copied in
   * slices while the event loop turns: it must not change until the promise settles, and a buffer
   * that is transferred or resized meanwhile fails the run (ERR_INVALID_ARGUMENT). A string is
   * encoded before `run` returns, whatever its length. A stream is pulled as the guest reads, and
   * destroyed, cancelled or returned where the guest does not read to its end; one that fails ends
   * the run (ERR_STREAM).
   */
  stdin?: string | BytesLike | InputStream;
  /**
   * Where standard output goes. A guest waits while its target is busy; the run settles when all was
   * taken. A target that fails ends it (ERR_STREAM). Default `'buffer'`: into the result.
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
   * Read-only files for this run beside the module's, by their absolute path in the guest. The bytes
   * are copied before `run` returns. Not with the isolation `subprocess`.
   */
  files?: Readonly<Record<string, BytesLike>>;
  /**
   * Which files of the scratch folders the result has, by patterns of absolute paths: `*` is any part
   * of a name, `?` one byte of it, `**` any number of names, as in `'/tmp/out/**'`. Default none.
   */
  collect?: readonly string[];
  /** Ends the run early (ERR_ABORTED, with the signal's reason as its cause). */
  signal?: AbortSignal;
  /**
   * Longest time for this run instead of `limits.timeoutMs`, 1 to 2^31 - 1 milliseconds
   * (ERR_TIMEOUT).
   */
  timeoutMs?: number;
}

/** How a guest's run ended. */
export interface RunResult {
  /**
   * What the guest wrote to its standard output, at most `limits.outputBytes` with `stderr`; empty
   * where it went elsewhere.
   */
  stdout: Buffer;
  /** What the guest wrote to its standard error. */
  stderr: Buffer;
  /** What the guest gave to `proc_exit`, as the system would show it (its low 8 bits); else 0. */
  exitCode: number;
  /**
   * The files that `collect` asked for, as the guest left them, by their absolute path. Names that are
   * not UTF-8 have U+FFFD in the place of what is not.
   */
  files: Record<string, Buffer>;
  /** How long its parts took. */
  timings: Timings;
  /** The first of the guest's calls for inference that were refused, at most 16; absent where none was. */
  inferenceFailures?: InferenceFailure[];
}

/**
 * How the call of an exported function ended.
 *
 * @typeParam Value What the function gives.
 */
export interface InvokeResult<Value = GuestResult> {
  /**
   * Its result: a number, a bigint (signed) for i64, or undefined where it has none; several in an
   * array.
   */
  value: Value;
  /** What it wrote to its standard output, at most `limits.outputBytes` with `stderr`. */
  stdout: Buffer;
  /** What it wrote to its standard error. */
  stderr: Buffer;
  /** The files that `collect` asked for, as of {@link RunResult}. */
  files: Record<string, Buffer>;
  /** How long its parts took. */
  timings: Timings;
  /** The first of the guest's calls for inference that were refused, at most 16; absent where none was. */
  inferenceFailures?: InferenceFailure[];
}

/** What a guest's function gives: nothing, a number (a bigint for i64), or several in an array. */
export type GuestResult = number | bigint | (number | bigint)[] | undefined;

/**
 * A function that a module exports.
 *
 * @typeParam Args What it takes.
 * @typeParam Result What it gives.
 * @param args Numbers for i32, f32 and f64, bigints for i64.
 */
export type GuestFunction<Args extends unknown[] = (number | bigint)[], Result = GuestResult> = (
  ...args: Args
) => Result;

/** The functions that a module exports, where nothing more is known of them. */
export type GuestExports = Record<string, GuestFunction>;

/**
 * The name of a function of these.
 *
 * @typeParam Exports The functions that a module exports.
 */
export type ExportName<Exports extends object> = keyof Exports & string;

/**
 * The arguments of a function of these.
 *
 * @typeParam Exports The functions that a module exports.
 * @typeParam Name The name of one of them.
 */
export type ArgumentsOf<Exports extends object, Name extends keyof Exports> =
  Exports[Name] extends GuestFunction<infer Args, unknown> ? Args : never;

/**
 * What a function of these gives.
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
   * Is given what the guest writes to its standard output, but for {@link Instance.invoke}'s, which is
   * in its result: before the promise of the call that wrote it settles. Default: it is dropped.
   *
   * @param chunk Some of it.
   */
  stdout?: (chunk: Buffer) => void;
  /**
   * The same for its standard error.
   *
   * @param chunk Some of it.
   */
  stderr?: (chunk: Buffer) => void;
  /**
   * Ends the making early (ERR_ABORTED, with the signal's reason as its cause). Without effect once
   * the instance is there.
   */
  signal?: AbortSignal;
  /**
   * Longest time for making it instead of `limits.timeoutMs`, 1 to 2^31 - 1 milliseconds
   * (ERR_TIMEOUT).
   */
  timeoutMs?: number;
  /** Most calls and other operations that wait for each other, 0 to 10,000,000. Default 1,000,000. */
  maxQueue?: number;
}

/** Options of {@link Instance.invoke}. */
export interface CallOptions {
  /** Standard input of this call, at most 16 MiB, copied before `invoke` returns; default empty. */
  stdin?: string | BytesLike;
  /** Ends the call early (ERR_ABORTED, with the signal's reason as its cause). */
  signal?: AbortSignal;
  /**
   * Longest time for this call instead of `limits.timeoutMs`, waiting included, 1 to 2^31 - 1
   * milliseconds (ERR_TIMEOUT).
   */
  timeoutMs?: number;
}

/** Options of {@link compileModule}. */
export interface CompileOptions extends CompileLimits {
  /** LLVM's optimization level, 0 to 3. Default 3. */
  optimize?: 0 | 1 | 2 | 3;
  /**
   * Compile for any processor of this architecture (x86-64-v2, which processors have since 2009;
   * ARMv8-A) instead of this machine's: for what travels. A module for a richer processor ends its
   * process with SIGILL on a poorer one. Default false.
   *
   * Refused with ERR_NATIVE_LOAD by builds of WasmEdge that have LLVM inside them, such as the
   * official release: what they call generic has this processor's instructions all the same.
   */
  generic?: boolean;
  /** Add the measuring of instructions that `limits.fuel` needs. Default false. */
  meter?: boolean;
  /** Add the checks that let WasmEdge's own asynchronous calls be cancelled. Default false. */
  interruptible?: boolean;
  /**
   * Keep the module's name section, from which `error.guestStack` has the functions' names. Without
   * it the module is smaller, and its functions are told by their numbers. Default true.
   */
  names?: boolean;
  /** Environment variables of the process that compiles, as {@link LoadOptions} has them. */
  childEnv?: Readonly<Record<string, string>>;
}
