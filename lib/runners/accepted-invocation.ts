import { performance } from 'node:perf_hooks';

import type { NativeRequest, NativeResult } from '../native.js';

/** An invocation that an executor has accepted. It settles once; what comes later has no effect. */
export class AcceptedInvocation {
  /** Its standard input is this invocation's own. */
  readonly request: NativeRequest;
  readonly promise: Promise<NativeResult>;
  /** By `performance.now`. */
  protected readonly acceptedAt = performance.now();
  #resolve!: (result: NativeResult) => void;
  #reject!: (error: unknown) => void;

  constructor(given: NativeRequest) {
    this.request = { ...given, stdin: given.stdin && Buffer.from(given.stdin) };
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** What is left of the time limit now, in whole milliseconds, at least 1. */
  get remainingMs(): number | undefined {
    const { timeoutMs } = this.request;
    if (timeoutMs === undefined) return undefined;
    return Math.max(1, Math.ceil(timeoutMs - (performance.now() - this.acceptedAt)));
  }

  resolve(result: NativeResult): void {
    this.#resolve(result);
  }

  reject(error: unknown): void {
    this.#reject(error);
  }
}
