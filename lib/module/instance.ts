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

/** Closes what nobody has any more. */
const forgotten = new FinalizationRegistry<InstanceCalls>((calls) => {
  calls.release().catch(() => undefined);
});

/** An instance whose memory or globals somebody has is not forgotten. */
const owners = new WeakMap<object, object>();

/**
 * An instance of a module that is kept: what its guest has in memory, in globals and tables, which
 * files it has opened and which models it has loaded stays from call to call.
 *
 * What is asked of it is done in the order in which it was asked, and never two things at a time.
 * A call that traps, exits, reaches a limit or is aborted ends the instance, since what it held may be
 * half written: whatever is asked afterwards is ERR_CLOSED, with the reason as its `cause`.
 *
 * One that is no longer referred to is closed when it is collected; `close` does so at once.
 *
 * @typeParam Exports The functions that the module exports.
 */
export class Instance<Exports extends object = GuestExports> implements AsyncDisposable {
  /** The guest's memory, where the module exports it. */
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
   * Calls an exported function. Calls that are made without waiting for each other go to the guest
   * together, so that many small ones cost little. What the guest writes goes to the instance's
   * `stdout` and `stderr`; its standard input is empty.
   *
   * @typeParam Name The function's name.
   * @param name The function's, among the module's `exports`.
   * @param args Numbers for i32, f32 and f64, bigints for i64; of i32 and i64 either the signed or
   *   the unsigned reading.
   * @returns The result: a number, a bigint (signed) for i64, or undefined; several in an array.
   * @throws {WasmEdgeError} ERR_TRAP, ERR_GUEST_EXIT, ERR_TIMEOUT, ERR_OUTPUT_LIMIT, ERR_LIMIT: the
   *   instance has ended, unless the call had to wait until its time was over. ERR_WORKER_DIED with
   *   the process that it lived in. ERR_QUEUE_FULL, ERR_CLOSED, ERR_INVALID_ARGUMENT.
   */
  call<Name extends ExportName<Exports>>(
    name: Name,
    ...args: ArgumentsOf<Exports, Name>
  ): Promise<ResultOf<Exports, Name>> {
    return this.#calls.call(name, args) as Promise<ResultOf<Exports, Name>>;
  }

  /**
   * Calls an exported function once for each list of arguments, in order, with one crossing for all.
   * All arguments are checked before the first call. The time limit, fuel and output are for all calls
   * together.
   *
   * @typeParam Name The function's name.
   * @param name The function's, among the module's `exports`.
   * @param calls The arguments of each call; at most 1,000,000.
   * @returns What each call gave.
   * @throws {WasmEdgeError} As {@link call}, for the first call that does not return: no further ones
   *   are made, and the error's `results` are what those before it gave.
   */
  callMany<Name extends ExportName<Exports>>(
    name: Name,
    calls: readonly Readonly<ArgumentsOf<Exports, Name>>[],
  ): Promise<ResultOf<Exports, Name>[]> {
    return this.#callMany(name, calls) as Promise<ResultOf<Exports, Name>[]>;
  }

  /**
   * Calls an exported function as {@link call} does, with input, time limit and signal of its own,
   * and gives what it wrote as well.
   *
   * @typeParam Name The function's name.
   * @param name The function's, among the module's `exports`.
   * @param args As of {@link call}, in an array. Default none.
   * @param options What differs from the module's options.
   * @returns Its result, and what it wrote.
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
   * Takes nothing more, lets what was asked before finish, and releases all that the instance has. A
   * call that waits for a host function, or comes to, ends with ERR_CLOSED: that might wait for this.
   * Idempotent: each call gets the same promise.
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
