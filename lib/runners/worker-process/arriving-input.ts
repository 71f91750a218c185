import { performance } from 'node:perf_hooks';

import type { NativeInput } from '../../addon/native.js';
import { earlyEndError } from '../early-end.js';

/** A run's input in a worker process while it arrives in slices. */
export class ArrivingInput {
  /** Settles when everything has arrived, with how long that took; rejects if no more will come. */
  readonly complete: Promise<number>;
  readonly #begin = performance.now();
  readonly #input: NativeInput;
  #missing: number;
  #resolve!: (milliseconds: number) => void;
  #reject!: (error: unknown) => void;

  constructor(input: NativeInput, byteLength: number) {
    this.#input = input;
    this.#missing = byteLength;
    this.complete = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  append(slice: Uint8Array | undefined): void {
    if (!slice) return;
    this.#input.append(slice);
    this.#missing -= slice.length;
    if (this.#missing === 0) this.#resolve(performance.now() - this.#begin);
  }

  abandon(): void {
    this.#reject(earlyEndError('aborted'));
  }
}
