/** Work that is done one after the other, so that no measurement disturbs another. */
export class Line {
  #last: Promise<void> = Promise.resolve();

  /** Does it after all that came before; its failure holds up nobody. */
  add(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      console.error(error);
    });
  }
}
