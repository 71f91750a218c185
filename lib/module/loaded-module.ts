import type { NativeResult } from '../addon/native.js';
import { checkCall, functionsOf } from '../host/arguments.js';
import type { ExportedFunctions } from '../host/arguments.js';
import { isWithinHostCall } from '../host/host-call-context.js';
import type { HostFunctions } from '../host/host-functions.js';
import type {
  ArgumentsOf,
  ExportName,
  GuestExports,
  InstantiateOptions,
  InvokeResult,
  ResultOf,
  RunOptions,
  RunResult,
} from '../options/types.js';
import { elementsOf } from '../options/validation.js';
import { earlyEndError } from '../runners/early-end.js';
import { closedError, inWords } from '../runners/end-message.js';
import type { Executor } from '../runners/executor.js';
import type { ModuleDetails } from '../runners/module-details.js';
import { checkedInstance, checkedInvocation } from '../runners/request.js';
import type { FunctionCall, InvocationDefaults } from '../runners/request.js';
import { streamedRun } from '../runners/streamed-run.js';
import type { RunStreams } from '../streams/run-streams.js';
import { WasmEdgeError } from '../support/errors.js';
import type { ExternalDescription, Isolation } from '../support/shared-types.js';

import type { BackgroundCompilation } from './background-compilation.js';
import type { Instance } from './instance.js';
import type * as Kept from './instances.js';
import { published } from './run-event.js';
import type { SeenStreams } from './run-event.js';

/**
 * A loaded module, which can be run any number of times, concurrently. `Exports`, an interface of
 * the functions that the module exports, gives their calls types.
 *
 * @typeParam Exports The functions that the module exports.
 */
export class LoadedModule<Exports extends object = GuestExports> implements AsyncDisposable {
  /** The module's file, as given to `loadModule`. */
  readonly file: string;
  /** Its imports, in the order of the module. */
  readonly imports: readonly ExternalDescription[];
  /** Its exports, in the order of the module. */
  readonly exports: readonly ExternalDescription[];
  readonly #executor: Executor;
  readonly #defaults: InvocationDefaults;
  readonly #hostFunctions: HostFunctions | undefined;
  readonly #background: BackgroundCompilation | undefined;
  #functions: ExportedFunctions | undefined;
  #instances: Kept.Instances | undefined;
  /** Runs with streams that have not settled. */
  readonly #streamed = new Map<RunStreams, Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /**
   * @internal Use {@link loadModule}.
   * @param hostFunctions Those that the module imports; undefined if there are none.
   * @param background Compiles it while it is interpreted.
   */
  constructor(
    executor: Executor,
    details: ModuleDetails,
    defaults: InvocationDefaults,
    hostFunctions: HostFunctions | undefined,
    background?: BackgroundCompilation,
  ) {
    this.#hostFunctions = hostFunctions;
    this.#background = background;
    this.#executor = executor;
    this.#defaults = defaults;
    this.file = details.file;
    this.imports = details.imports;
    this.exports = details.exports;
  }

  /**
   * Whether further invocations run compiled code or are interpreted. For a module loaded with
   * `aot: 'background'`, it changes once, to `aot`.
   */
  get mode(): 'aot' | 'interpreter' {
    return this.#executor.mode;
  }

  /** Where the guest runs. */
  get isolation(): Isolation {
    return this.#executor.isolation;
  }

  /**
   * Runs the program (`_start`) in a fresh instance, without any state of earlier runs.
   *
   * @param options Its input, and options that differ from the module's.
   * @returns Its output and its exit code, whatever that code is.
   * @throws {WasmEdgeError} ERR_TRAP (with `trap`, `stdout`, `stderr`), ERR_HOST_FUNCTION and
   *   ERR_STREAM (with `cause`), ERR_TIMEOUT, ERR_ABORTED, ERR_OUTPUT_LIMIT, ERR_LIMIT,
   *   ERR_QUEUE_FULL, ERR_CLOSED, ERR_INVALID_ARGUMENT; ERR_WORKER_DIED if its process died.
   */
  run(options: RunOptions = {}): Promise<RunResult> {
    return this.#publish(undefined, options, (seen) => this.#run(options, seen));
  }

  /**
   * Calls an exported function in a fresh instance, after `_initialize` if the module exports it,
   * and returns only its result: standard output and error are discarded. {@link invoke} returns
   * them.
   *
   * @typeParam Name The function's name.
   * @param name The function's name, among `exports`.
   * @param args Numbers for i32, f32 and f64, bigints for i64; i32 and i64 can be signed or
   *   unsigned.
   * @returns The result: a number, a bigint (signed) for i64, or undefined; an array for several.
   * @throws {WasmEdgeError} As {@link run}; ERR_GUEST_EXIT if the guest exits instead of returning.
   */
  async call<Name extends ExportName<Exports>>(
    name: Name,
    ...args: ArgumentsOf<Exports, Name>
  ): Promise<ResultOf<Exports, Name>> {
    const { value } = await this.invoke(name, args);
    return value;
  }

  /**
   * Calls an exported function like {@link call}, with its own input, and returns its output as
   * well.
   *
   * @typeParam Name The function's name.
   * @param name The function's name, among `exports`.
   * @param args As for {@link call}, in an array. Default none.
   * @param options Its input, and options that differ from the module's.
   * @returns Its result and its output.
   * @throws {WasmEdgeError} As {@link run}; ERR_GUEST_EXIT if the guest exits instead of returning.
   */
  invoke<Name extends ExportName<Exports>>(
    name: Name,
    args?: Readonly<ArgumentsOf<Exports, Name>>,
    options: RunOptions = {},
  ): Promise<InvokeResult<ResultOf<Exports, Name>>> {
    return this.#publish(name, options, (seen) =>
      this.#invoke(name, args ?? [], options, seen),
    ) as Promise<InvokeResult<ResultOf<Exports, Name>>>;
  }

  /**
   * Creates an instance that keeps its state: its constructors (`_initialize`) run once, and its
   * state persists from call to call. A module can have up to `limits.instances` of them; they
   * share its threads or its processes.
   *
   * @param options Its input, and functions that receive its output.
   * @returns The instance. Close it when it is no longer needed.
   * @throws {WasmEdgeError} As {@link run}; ERR_GUEST_EXIT if the guest exits in its constructors;
   *   ERR_LIMIT with `limit: 'instances'` if the module has as many as allowed, and with
   *   'address-space' if the process has; ERR_INVALID_ARGUMENT with the isolation `subprocess`.
   */
  async instantiate(options: InstantiateOptions = {}): Promise<Instance<Exports>> {
    if (this.#closing) throw closedError(this.file);
    const checked = checkedInstance(options, this.file, this.#defaults);
    // Code for kept instances is loaded with the first one.
    this.#instances ??= new (require('./instances.js') as typeof Kept).Instances(
      this.#executor,
      this.#defaults,
      {
        file: this.file,
        exports: this.exports,
        functions: this.#exportedFunctions(),
        timeoutMs: this.#defaults.limits.timeoutMs,
        concurrency: this.#defaults.concurrency,
        maxWaiting: this.#defaults.maxWaiting,
        hostFunctions: this.#hostFunctions,
      },
    );
    return this.#instances.make<Exports>(checked);
  }

  /**
   * Accepts no more runs, ends background compilation, lets accepted runs finish, closes its
   * instances, and frees threads and memory. A run whose guest is waiting, or starts to wait, for a
   * host function ends with ERR_CLOSED, because the host function might be waiting for this.
   * Idempotent: every call returns the same promise.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the module at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.all([this.#closeExecutor(), this.#background?.stop()]);
  }

  async #closeExecutor(): Promise<void> {
    if (this.#instances) {
      this.#executor.endWaits();
      await this.#instances.close();
    }
    await this.#executor.close();
    // Their guests have ended; their targets still accept the remaining output.
    for (const streams of this.#streamed.keys()) {
      streams.endWhenWaiting(() => {
        streams.close();
      }, false);
    }
    await Promise.allSettled(this.#streamed.values());
  }

  async #publish<T extends InvokeResult | RunResult>(
    name: string | undefined,
    options: RunOptions,
    invoke: (seen: SeenStreams) => Promise<T>,
  ): Promise<T> {
    if (this.#closing) throw closedError(this.file);
    const { file, isolation } = this;
    const about = { module: file, isolation, ...(name !== undefined && { function: name }) };
    return published(about, options, invoke);
  }

  async #run(options: RunOptions, seen: SeenStreams): Promise<RunResult> {
    if (!this.#exportedFunctions().has('_start')) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `${this.file} is not a program: it exports no function '_start'. Call its functions with call() or invoke().`,
      );
    }
    const result = await this.#execute(options, seen);
    const { stdout, stderr, exitCode, files, timings } = result;
    return { stdout, stderr, exitCode: exitCode & 0xff, files, timings, ...failuresOf(result) };
  }

  async #invoke(
    name: string,
    args: readonly unknown[],
    options: RunOptions,
    seen: SeenStreams,
  ): Promise<InvokeResult> {
    const values = elementsOf('args', args, 'an array of numbers and bigints');
    const checked = checkCall(this.#exportedFunctions(), name, values);
    const result = await this.#execute(options, seen, { function: name, arguments: checked });
    const { stdout, stderr, files, timings } = result;
    if (result.exited) {
      const exitCode = result.exitCode & 0xff;
      throw new WasmEdgeError(
        'ERR_GUEST_EXIT',
        `The guest called proc_exit(${exitCode}) instead of returning from '${name}'.`,
        { exitCode, stdout, stderr, timings, ...failuresOf(result) },
      );
    }
    return { value: result.value, stdout, stderr, files, timings, ...failuresOf(result) };
  }

  /** Executes a checked invocation; if it ends early, the message is written here. */
  async #execute(
    options: RunOptions,
    seen: SeenStreams,
    call?: FunctionCall,
  ): Promise<NativeResult> {
    const { file } = this;
    const { concurrency, maxQueue, maxWaiting } = this.#defaults;
    const { request, signal, timeoutOption, streams } = checkedInvocation(
      options,
      file,
      this.#defaults,
      call,
    );
    seen.streams = streams;
    // Checked here, where the caller is known.
    const calls = this.#hostFunctions?.begin();
    const isNested = this.#hostFunctions !== undefined && isWithinHostCall();
    try {
      const execute = (ends: AbortSignal | undefined): Promise<NativeResult> => {
        if (signal?.aborted) throw earlyEndError('aborted');
        return this.#executor.execute({ isNested, ...request }, ends, calls, streams);
      };
      const result = await (streams
        ? this.#keep(streams, streamedRun(streams, request.timeoutMs, signal, execute))
        : execute(signal));
      calls?.end();
      return result;
    } catch (error) {
      if (!(error instanceof WasmEdgeError)) {
        calls?.end(error);
        throw error;
      }
      calls?.addCause(error);
      const { timeoutMs } = request;
      const room = { concurrency, maxQueue, maxWaiting };
      const facts = { file, timeoutMs, timeoutOption, isNested, ...room };
      const cause: unknown = error.code === 'ERR_ABORTED' ? signal?.reason : error.cause;
      const told = inWords(error, facts, cause);
      calls?.end(told);
      throw told;
    }
  }

  /** Until it has settled. */
  async #keep<T>(streams: RunStreams, running: Promise<T>): Promise<T> {
    this.#streamed.set(streams, running);
    try {
      return await running;
    } finally {
      this.#streamed.delete(streams);
    }
  }

  /** Built for the first call only: a module may have a million exports. */
  #exportedFunctions(): ExportedFunctions {
    return (this.#functions ??= functionsOf(this.exports));
  }
}

function failuresOf({ inferenceFailures }: NativeResult): Pick<RunResult, 'inferenceFailures'> {
  return inferenceFailures ? { inferenceFailures } : {};
}
