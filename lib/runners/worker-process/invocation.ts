import { performance } from 'node:perf_hooks';

import { WasmEdgeError } from '../../errors.js';
import type { NativeRequest, NativeResult } from '../../native.js';

import type { Worker } from './worker.js';

/** An invocation that the pool has accepted. It settles once; what comes later has no effect. */
export class Invocation {
  readonly id: number;
  /** Its standard input is this invocation's own. */
  readonly request: NativeRequest;
  readonly promise: Promise<NativeResult>;
  /** The worker that holds it; undefined while it waits. */
  worker: Worker | undefined;
  /** Why it is to end early. */
  stopped: 'timeout' | 'aborted' | undefined;
  /** Ends the patience with its worker, once it is to end early. */
  grace: NodeJS.Timeout | undefined;
  readonly #begin = performance.now();
  #queueMs = 0;
  #resolve!: (result: NativeResult) => void;
  #reject!: (error: unknown) => void;

  constructor(id: number, request: NativeRequest) {
    this.id = id;
    this.request = request;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What is left of the time limit now, in whole milliseconds, at least 1. */
  get remainingMs(): number | undefined {
    const { timeoutMs } = this.request;
    if (timeoutMs === undefined) return undefined;
    return Math.max(1, Math.ceil(timeoutMs - (performance.now() - this.#begin)));
  }

  /** Its waiting has ended. */
  taken(): void {
    this.#queueMs = performance.now() - this.#begin;
  }

  resolve(result: NativeResult): void {
    const { timings } = result;
    this.#resolve({ ...result, timings: { ...timings, queueMs: timings.queueMs + this.#queueMs } });
  }

  reject(error: unknown): void {
    if (error instanceof WasmEdgeError && error.timings) error.timings.queueMs += this.#queueMs;
    this.#reject(error);
  }

  /** Its worker is gone, or none can be had. */
  lose(reason: Error): void {
    if (this.stopped) {
      this.#reject(stopError(this.stopped, reason));
    } else if (reason instanceof WasmEdgeError && reason.code === 'ERR_WORKER_DIED') {
      this.#reject(reason);
    } else {
      const message = `No worker process can be started: ${reason.message}`;
      this.#reject(new WasmEdgeError('ERR_WORKER_DIED', message, { cause: reason }));
    }
  }
}

/** How an invocation ends that was stopped from this side. */
export function stopError(reason: 'timeout' | 'aborted', cause?: Error): WasmEdgeError {
  const details = cause && { cause };
  return reason === 'timeout'
    ? new WasmEdgeError('ERR_TIMEOUT', 'The invocation took longer than its time limit.', details)
    : new WasmEdgeError('ERR_ABORTED', 'The invocation was aborted.', details);
}
