import { performance } from 'node:perf_hooks';

import type { InvokeResult, RunOptions, RunResult } from '../options/types.js';
import { closedError } from '../runners/end-message.js';
import type { ModuleFacts, Runner } from '../runners/runner.js';
import { runChannel } from '../support/diagnostics.js';
import type { RunEvent } from '../support/diagnostics.js';
import { WasmEdgeError } from '../support/errors.js';
import type { ExternalDescription, Isolation } from '../support/shared-types.js';

/** A module that is loaded and can be run any number of times, concurrently. */
export class LoadedModule implements AsyncDisposable {
  /** The module's file, as it was given. */
  readonly file: string;
  /** Whether the guest runs as compiled code or is interpreted. */
  readonly mode: 'aot' | 'interpreter';
  /** What it asks of its host, in the order of the module. */
  readonly imports: readonly ExternalDescription[];
  /** What it offers, in the order of the module. */
  readonly exports: readonly ExternalDescription[];
  readonly #runner: Runner;
  #closing: Promise<void> | undefined;

  /** @internal Use {@link loadModule}. */
  constructor(runner: Runner, facts: ModuleFacts) {
    this.#runner = runner;
    this.file = facts.file;
    this.mode = facts.mode;
    this.imports = facts.imports;
    this.exports = facts.exports;
  }

  /** Where the guest runs. */
  get isolation(): Isolation {
    return this.#runner.isolation;
  }

  /**
   * Runs the program (`_start`) in a fresh instance, with nothing left of any run before.
   *
   * @param options Its input, and what differs from the module's options.
   * @returns What it wrote and its exit code, whatever that code is.
   * @throws {WasmEdgeError} ERR_TRAP (with `trap`, `stdout`, `stderr`), ERR_TIMEOUT, ERR_ABORTED,
   *   ERR_OUTPUT_LIMIT, ERR_LIMIT, ERR_QUEUE_FULL, ERR_CLOSED, ERR_INVALID_ARGUMENT; ERR_WORKER_DIED
   *   in a worker process.
   */
  run(options: RunOptions = {}): Promise<RunResult> {
    return this.#publish(undefined, byteLength(options), () => this.#runner.run(options));
  }

  /**
   * Calls an exported function in a fresh instance, after `_initialize` where the module exports it,
   * and gives its result alone: what it wrote to its standard output and error is dropped. Take
   * {@link invoke} to have it.
   *
   * @param name The function's, among `exports`.
   * @param args Numbers for i32, f32 and f64, bigints for i64; of i32 and i64 either the signed or
   *   the unsigned reading.
   * @returns The result: a number, a bigint (signed) for i64, or undefined.
   * @throws {WasmEdgeError} As {@link run}; ERR_GUEST_EXIT when it exits instead of returning.
   */
  async call(name: string, ...args: (number | bigint)[]): Promise<number | bigint | undefined> {
    const { value } = await this.invoke(name, args);
    return value;
  }

  /**
   * Calls an exported function as {@link call} does, with input of its own, and gives what it wrote
   * as well.
   *
   * @param name The function's, among `exports`.
   * @param args As of {@link call}, in an array. Default none.
   * @param options Its input, and what differs from the module's options.
   * @returns Its result, and what it wrote.
   * @throws {WasmEdgeError} As {@link run}; ERR_GUEST_EXIT when it exits instead of returning.
   */
  invoke(
    name: string,
    args: readonly (number | bigint)[] = [],
    options: RunOptions = {},
  ): Promise<InvokeResult> {
    return this.#publish(name, byteLength(options), () => this.#runner.invoke(name, args, options));
  }

  /**
   * Takes no more runs, lets those that were accepted finish, and frees threads and memory.
   * Idempotent: each call gets the same promise.
   */
  close(): Promise<void> {
    this.#closing ??= this.#runner.close();
    return this.#closing;
  }

  /** Closes the module at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Carries out an invocation and tells the diagnostics channel how it went. */
  async #publish<T extends InvokeResult | RunResult>(
    name: string | undefined,
    stdinBytes: number,
    invoke: () => Promise<T>,
  ): Promise<T> {
    if (this.#closing) throw closedError(this.file);
    if (!runChannel.hasSubscribers) return invoke();
    const begin = performance.now();
    const event: RunEvent = {
      module: this.file,
      isolation: this.isolation,
      ...(name !== undefined && { function: name }),
      totalMs: 0,
      stdinBytes,
    };
    try {
      const result = await invoke();
      event.timings = result.timings;
      event.stdoutBytes = result.stdout.length;
      if ('exitCode' in result) event.exitCode = result.exitCode;
      return result;
    } catch (error) {
      if (error instanceof WasmEdgeError) {
        event.error = error;
        if (error.timings) event.timings = error.timings;
      }
      throw error;
    } finally {
      event.totalMs = performance.now() - begin;
      runChannel.publish(event);
    }
  }
}

/** For diagnostics, before the options are validated: anything may have been passed. */
function byteLength(options: unknown): number {
  try {
    const stdin = (options as RunOptions | null)?.stdin;
    if (typeof stdin === 'string') return Buffer.byteLength(stdin);
    return (stdin as ArrayBufferView | null | undefined)?.byteLength ?? 0;
  } catch {
    return 0; // a DataView on a transferred buffer, a proxy that was revoked, a getter that throws
  }
}
