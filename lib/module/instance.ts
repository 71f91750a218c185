import type { CallValue, NumberValue } from '../host/arguments.js';
import type { GuestMemory } from '../options/host-types.js';
import type {
  ArgumentsOf,
  CallOptions,
  ExportName,
  GuestExports,
  InvokeResult,
  ResultOf,
} from '../options/types.js';
import { elementsOf, looking, refuse } from '../options/validation.js';
import type { SingleCall } from '../runners/instance-port.js';

import type { InstanceCalls } from './instance-calls.js';
import type { InstanceGlobals } from './instance-globals.js';

/** Closes instances that are no longer referenced. */
const forgotten = new FinalizationRegistry<InstanceCalls>((calls) => {
  calls.release().catch(() => undefined);
});

/** Keeps an instance alive as long as its memory or globals are referenced. */
const owners = new WeakMap<object, object>();

/**
 * An instance of a module that keeps its state: memory, globals and tables, open files and loaded
 * models persist from call to call.
 *
 * Its operations are performed one at a time, in the order in which they were requested. A call
 * that traps, exits, reaches a limit or is aborted ends the instance, since its memory may be
 * inconsistent: later operations fail with ERR_CLOSED, with the reason as `cause`.
 *
 * An instance that is no longer referenced is closed when it is garbage-collected; `close` closes
 * it at once.
 *
 * @typeParam Exports The functions that the module exports.
 */
export class Instance<Exports extends object = GuestExports> implements AsyncDisposable {
  /** The guest's memory, if the module exports it. */
  readonly memory: GuestMemory;
  /** The globals that the module exports. */
  readonly globals: InstanceGlobals;
  readonly #calls: InstanceCalls;
  readonly #single: (options: CallOptions) => SingleCall;

  /** @internal Use {@link LoadedModule.instantiate}. */
  constructor(
    calls: InstanceCalls,
    memory: GuestMemory,
    globals: InstanceGlobals,
    single: (options: CallOptions) => SingleCall,
  ) {
    this.#calls = calls;
    this.#single = single;
    this.memory = memory;
    this.globals = globals;
    owners.set(memory, this);
    owners.set(globals, this);
    forgotten.register(this, calls);
  }

  /**
   * Calls an exported function. Calls that do not wait for each other are sent to the guest
   * together, so that many small ones cost little. The guest's output goes to the instance's
   * `stdout` and `stderr`; its standard input is empty.
   *
   * @typeParam Name The function's name.
   * @param name The function's name, among the module's `exports`.
   * @param args Numbers for i32, f32 and f64, bigints for i64; i32 and i64 can be signed or
   *   unsigned.
   * @returns The result: a number, a bigint (signed) for i64, or undefined; an array for several.
   * @throws {WasmEdgeError} ERR_TRAP, ERR_GUEST_EXIT, ERR_TIMEOUT, ERR_OUTPUT_LIMIT, ERR_LIMIT: the
   *   instance has ended, unless the time limit passed while the call was waiting. ERR_WORKER_DIED
   *   if its process died. ERR_QUEUE_FULL, ERR_CLOSED, ERR_INVALID_ARGUMENT.
   */
  call<Name extends ExportName<Exports>>(
    name: Name,
    ...args: ArgumentsOf<Exports, Name>
  ): Promise<ResultOf<Exports, Name>> {
    return this.#calls.call(name, args) as Promise<ResultOf<Exports, Name>>;
  }

  /**
   * Calls an exported function once for each list of arguments, in order, with a single crossing
   * for all. All arguments are checked before the first call. Time limit, fuel and output limit
   * apply to all calls together.
   *
   * @typeParam Name The function's name.
   * @param name The function's name, among the module's `exports`.
   * @param calls The arguments of each call; at most 1,000,000 calls.
   * @returns The result of each call.
   * @throws {WasmEdgeError} As {@link call}, for the first call that does not return: no further
   *   calls are made, and the error's `results` are those of the calls before it.
   */
  callMany<Name extends ExportName<Exports>>(
    name: Name,
    calls: readonly Readonly<ArgumentsOf<Exports, Name>>[],
  ): Promise<ResultOf<Exports, Name>[]> {
    return this.#callMany(name, calls) as Promise<ResultOf<Exports, Name>[]>;
  }

  /**
   * Calls an exported function like {@link call}, with its own input, time limit and signal, and
   * returns its output as well.
   *
   * @typeParam Name The function's name.
   * @param name The function's name, among the module's `exports`.
   * @param args As for {@link call}, in an array. Default none.
   * @param options Options that differ from the module's.
   * @returns Its result and its output.
   * @throws {WasmEdgeError} As {@link call}; ERR_ABORTED, after which the instance has ended unless
   *   the call had not begun.
   */
  async invoke<Name extends ExportName<Exports>>(
    name: Name,
    args?: Readonly<ArgumentsOf<Exports, Name>>,
    options: CallOptions = {},
  ): Promise<InvokeResult<ResultOf<Exports, Name>>> {
    const values = args === undefined ? [] : elementsOf('args', args, NUMBERS);
    const result = await this.#calls.invoke(name, values, this.#single(options));
    return result as InvokeResult<ResultOf<Exports, Name>>;
  }

  /**
   * Accepts no more operations, finishes those requested before, and releases the instance's
   * resources. A call that is waiting, or starts to wait, for a host function ends with ERR_CLOSED,
   * because the host function might be waiting for this. Idempotent: every call returns the same
   * promise.
   */
  close(): Promise<void> {
    return this.#calls.close();
  }

  /** Closes the instance at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #callMany(name: string, calls: unknown): Promise<CallValue[]> {
    const lists = elementsOf('calls', calls, LISTS);
    return looking('calls', LISTS, calls, () => {
      for (const list of lists) if (!Array.isArray(list)) refuse('calls', LISTS, calls);
      return this.#calls.callMany(name, lists as NumberValue[][]);
    });
  }
}

const NUMBERS = 'an array of numbers and bigints';
const LISTS = 'an array of arrays of numbers and bigints';
