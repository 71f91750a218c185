import { abortError, onAbort } from './abort.js';
import { WasmEdgeError } from './errors.js';

/** Lets one piece of work run at a time, in the order in which they came. */
export class Turns {
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #isTaken = false;

  /** @param maxWaiting How many may wait. */
  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Runs `work` when it is its turn.
   *
   * @throws {WasmEdgeError} ERR_QUEUE_FULL, ERR_ABORTED while it waits.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#isTaken) await this.#turn(signal);
    this.#isTaken = true;
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      // Handed on: nobody who comes in between may take it.
      if (next) next();
      else this.#isTaken = false;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new WasmEdgeError(
        'ERR_QUEUE_FULL',
        `An untrusted module is being compiled and ${this.#maxWaiting} are waiting for it, as many as ` +
          'may. Try again later.',
      );
    }
    return new Promise((resolve, reject) => {
      const take = (): void => {
        this.#waiting.delete(take);
        forget();
        resolve();
      };
      this.#waiting.add(take);
      const forget = onAbort([signal], () => {
        this.#waiting.delete(take);
        reject(abortError(signal));
      });
    });
  }
}
