/** Lets work run beside other work or alone: nothing runs while what must be alone does. */
export class Turns {
  readonly #beside = new Set<Promise<void>>();
  /** The end of the last piece of work that runs alone, or waits to. */
  #alone: Promise<void> = Promise.resolve();

  /** Runs work beside other work of this kind, once nothing that must be alone runs or waits. */
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

  /** Runs work alone: after all that was asked for before, and before all that comes after. */
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
