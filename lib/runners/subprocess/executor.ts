import { WasmEdgeError } from '../../errors.js';
import type { NativeRequest, NativeResult } from '../../native.js';
import { onAbort } from '../abort.js';
import type { Executor } from '../executor.js';

import { Invocation } from './invocation.js';
import type { Command } from './invocation.js';

/** How processes are started, and how many. */
export interface SubprocessOptions {
  /** Most processes at a time. */
  concurrency: number;
  maxQueue: number;
  outputBytes: number;
  /** The command for a request, of whose time this much is left. */
  command: (request: NativeRequest, remainingMs: number | undefined) => Command;
  /** Removes what the processes needed. */
  cleanUp: () => Promise<void>;
}

/** Runs each invocation in a process of WasmEdge's own program. */
export class SubprocessExecutor implements Executor {
  readonly isolation = 'subprocess';
  readonly #options: SubprocessOptions;
  readonly #waiting = new Set<Invocation>();
  readonly #running = new Set<Invocation>();
  #closing = false;
  #onIdle: (() => void) | undefined;

  constructor(options: SubprocessOptions) {
    this.#options = options;
  }

  async execute(given: NativeRequest, signal: AbortSignal | undefined): Promise<NativeResult> {
    this.#requireReady(given);
    const stdin = given.stdin && Buffer.from(given.stdin);
    const invocation = new Invocation({ ...given, stdin }, this.#options.outputBytes);
    const { timeoutMs } = given;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            invocation.stop('timeout');
          }, timeoutMs);
    const forget = onAbort(signal, () => {
      invocation.stop('aborted');
    });
    this.#waiting.add(invocation);
    this.#startNext();
    try {
      return await invocation.promise;
    } finally {
      clearTimeout(timer);
      forget();
      this.#waiting.delete(invocation);
      this.#running.delete(invocation);
      this.#startNext();
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#waiting.size + this.#running.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#options.cleanUp();
  }

  #requireReady(request: NativeRequest): void {
    if (this.#closing) {
      throw new WasmEdgeError('ERR_CLOSED', 'The module is closed. Load it again to run it.');
    }
    if (request.function !== undefined) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        "call() is not there with the isolation 'subprocess': WasmEdge's program cannot tell a " +
          "result from what the guest prints. Take 'worker-process'.",
      );
    }
    const { concurrency, maxQueue } = this.#options;
    if (this.#running.size + this.#waiting.size < concurrency + maxQueue) return;
    throw new WasmEdgeError(
      'ERR_QUEUE_FULL',
      `${concurrency} invocations are under way, as many as 'concurrency' allows, and the queue is ` +
        `full (maxQueue is ${maxQueue}). Try again later.`,
    );
  }

  #startNext(): void {
    for (const invocation of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) break;
      this.#waiting.delete(invocation);
      this.#running.add(invocation);
      const { request, remainingMs } = invocation;
      invocation.start(this.#options.command(request, remainingMs));
    }
    if (this.#waiting.size + this.#running.size === 0) this.#onIdle?.();
  }
}
