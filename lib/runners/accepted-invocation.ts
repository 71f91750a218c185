import { performance } from 'node:perf_hooks';

import type { NativeRequest, NativeResult } from '../addon/native.js';

import { packFiles } from './worker-process/packed-files.js';
import { ownInput } from './large-input.js';
import type { LargeInput } from './large-input.js';

/** An invocation that an executor has accepted. It settles once; later results have no effect. */
export class AcceptedInvocation {
  readonly request: NativeRequest;
  /** Its files, packed: a separate copy. */
  readonly files: Buffer | undefined;
  /** Its standard input: a separate copy, or one that is copied in slices. */
  readonly input: Uint8Array | LargeInput | undefined;
  readonly promise: Promise<NativeResult>;
  /** By `performance.now`. */
  protected readonly acceptedAt = performance.now();
  #resolve!: (result: NativeResult) => void;
  #reject!: (error: unknown) => void;

  constructor(given: NativeRequest) {
    const { files, stdin, ...request } = given;
    this.request = { stdin: undefined, ...request };
    this.files = files && packFiles(files);
    this.input = ownInput(stdin);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The remaining time, in whole milliseconds, at least 1. */
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
