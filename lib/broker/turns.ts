/**
 * Runs work concurrently with other work, or exclusively: nothing else runs during exclusive work.
 */
export class Turns {
  readonly #beside = new Set<Promise<void>>();
  /** The end of the last exclusive work that runs or waits. */
  #alone: Promise<void> = Promise.resolve();

  /** Runs work concurrently with other work of this kind, once no exclusive work runs or waits. */
  async beside(work: () => Promise<void>): Promise<void> {
    let last: Promise<void>;
    do {
      last = this.#alone;
      await last;
    } while (last !== this.#alone);
    const running = work();
    this.#beside.add(running);
    try {
      await running;
    } finally {
      this.#beside.delete(running);
    }
  }

  /**
   * Runs work exclusively: after everything requested before it, and before everything after it.
   */
  async alone(work: () => Promise<void>): Promise<void> {
    const before = this.#alone;
    const running = (async () => {
      await before;
      await Promise.allSettled(this.#beside);
      await work();
    })();
    this.#alone = running.catch(() => undefined);
    await running;
  }
}
