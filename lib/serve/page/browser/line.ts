/** Work that is done sequentially, so that no measurement disturbs another. */
export class Line {
  #last: Promise<void> = Promise.resolve();

  /** Runs it after everything before it; its failure does not stop what follows. */
  add(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      console.error(error);
    });
  }
}
