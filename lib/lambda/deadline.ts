import { clearTimeout, setTimeout } from 'node:timers';

import { MAX_TIMEOUT_MS } from '../options/limits.js';

import { timedOut } from './failure.js';

/** The time limit of an invocation; unlimited if nobody sets one. */
export class Deadline {
  readonly #end: number;
  readonly #guardMs: number;

  /**
   * @param remainingMs Time until the environment is stopped; undefined for no limit.
   * @param marginMs Part of it that must remain when the response is returned. Half of it is
   *   reserved for stopping the guest, because an inference cannot be interrupted.
   */
  constructor(remainingMs: number | undefined, marginMs: number) {
    this.#end = remainingMs === undefined ? Infinity : performance.now() + remainingMs - marginMs;
    this.#guardMs = marginMs / 2;
  }

  /** Whole milliseconds left for the guest, or undefined. */
  guestMs(): number | undefined {
    const left = this.leftMs();
    if (left !== undefined && left < 1) throw timedOut();
    return left;
  }

  /** Whole milliseconds from now on, or undefined for no limit. */
  leftMs(): number | undefined {
    if (this.#end === Infinity) return undefined;
    const left = Math.floor(this.#end - performance.now());
    return Math.min(Math.max(left, 0), MAX_TIMEOUT_MS);
  }

  /** Returns the result of `work`, or rejects (504) when the time is over, whatever `work` does. */
  async guard<T>(work: Promise<T>): Promise<T> {
    if (this.#end === Infinity) return work;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const left = this.#end + this.#guardMs - performance.now();
      timer = setTimeout(
        () => {
          reject(
            timedOut(new Error('The guest was not stopped in time, or has not been loaded yet.')),
          );
        },
        Math.min(left, MAX_TIMEOUT_MS),
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
