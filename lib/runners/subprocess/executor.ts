import type { NativeRequest, NativeResult } from '../../addon/native.js';
import type { HostCallReceiver } from '../../host/host-functions.js';
import type { RunStreams } from '../../streams/run-streams.js';
import { WasmEdgeError } from '../../support/errors.js';
import { requireRoom } from '../admission.js';
import type { Room } from '../admission.js';
import { onEarlyEnd } from '../early-end.js';
import type { Executor } from '../executor.js';

import { Invocation } from './invocation.js';
import type { Command } from './invocation.js';

/** How processes are started, and how many. */
export interface SubprocessOptions extends Room {
  outputBytes: number;
  /** Whether output to streams counts towards this limit. */
  limitsStreams: boolean;
  /** The command for a request with this much time left. */
  command: (request: NativeRequest, remainingMs: number | undefined) => Command;
  mode: 'aot' | 'interpreter';
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

  get mode(): 'aot' | 'interpreter' {
    return this.#options.mode;
  }

  async execute(
    given: NativeRequest,
    signal: AbortSignal | undefined,
    _calls?: HostCallReceiver,
    streams?: RunStreams,
  ): Promise<NativeResult> {
    refuseCall(given);
    requireRoom(this.#closing, this.#running.size + this.#waiting.size, this.#options);
    const { outputBytes, limitsStreams } = this.#options;
    // Nobody counts what the program writes to this process's descriptors.
    if (limitsStreams) streams?.leadInherited();
    const invocation = new Invocation(given, { outputBytes, limitsStreams }, streams);
    const forget = onEarlyEnd(given.timeoutMs, signal, (reason) => {
      invocation.stop(reason);
    });
    this.#waiting.add(invocation);
    this.#startNext();
    try {
      return await invocation.promise;
    } finally {
      forget();
      this.#waiting.delete(invocation);
      this.#running.delete(invocation);
      this.#startNext();
    }
  }

  instantiate(): Promise<never> {
    const message =
      "The isolation 'subprocess' does not support instances: each run has its own process. Use the " +
      "isolation 'in-process' or 'worker-process' for instances.";
    return Promise.reject(new WasmEdgeError('ERR_INVALID_ARGUMENT', message));
  }

  endWaits(): void {
    // Its guests have no host functions to wait for.
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const invocation of [...this.#waiting, ...this.#running]) invocation.endWhenWaiting();
    if (this.#waiting.size + this.#running.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#options.cleanUp();
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

function refuseCall(request: NativeRequest): void {
  if (request.files !== undefined || request.collect !== undefined) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "The isolation 'subprocess' does not support 'files' of a single run and 'collect': what its guests see " +
        "is prepared once, at load. Use 'in-process' or 'worker-process'.",
    );
  }
  if (request.function === undefined) return;
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    "The isolation 'subprocess' does not support call() and invoke(): WasmEdge's program does not separate a result " +
      "from the guest's output. Use 'worker-process'.",
  );
}
