import { clearTimeout, setTimeout } from 'node:timers';

import { MAX_TIMEOUT_MS } from '../options/limits.js';

import { timedOut } from './failure.js';

/** How long an invocation may take; without an end where nobody sets one. */
export class Deadline {
  readonly #end: number;
  readonly #guardMs: number;

  /**
   * @param remainingMs Until the environment is stopped; undefined for no end.
   * @param marginMs Of these, what must be left when the answer is given. Half of it belongs to the
   *   guest's way out: an inference cannot be interrupted.
   */
  constructor(remainingMs: number | undefined, marginMs: number) {
    this.#end = remainingMs === undefined ? Infinity : performance.now() + remainingMs - marginMs;
    this.#guardMs = marginMs / 2;
  }

  /** Whole milliseconds that the guest may take from now on, or undefined. */
  guestMs(): number | undefined {
    const left = this.leftMs();
    if (left !== undefined && left < 1) throw timedOut();
    return left;
  }

  /** Whole milliseconds from now on, or undefined where there is no end. */
  leftMs(): number | undefined {
    if (this.#end === Infinity) return undefined;
    const left = Math.floor(this.#end - performance.now());
    return Math.min(Math.max(left, 0), MAX_TIMEOUT_MS);
  }

  /** Gives what `work` comes to, or rejects (504) when it is over time, whatever it does. */
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
