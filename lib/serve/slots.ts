import { Problem } from '../lambda/problem.js';

/** The invocations in progress: as many as there are threads and places in the queue. */
export class Slots {
  readonly max: number;
  #taken = 0;
  #isClosed = false;

  constructor(max: number) {
    this.max = max;
  }

  get taken(): number {
    return this.#taken;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Rejects everybody from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Checks that one is free.
   *
   * @throws {Problem} 503.
   */
  check(): void {
    if (this.#isClosed) throw later('The service is shutting down.');
    if (this.#taken >= this.max) throw later('All workers are busy: try again.');
  }

  /**
   * Takes one, and returns the function that frees it.
   *
   * @throws {Problem} 503 if none is free.
   */
  take(): () => void {
    this.check();
    this.#taken++;
    return () => {
      this.#taken--;
    };
  }
}

function later(detail: string): Problem {
  return new Problem(503, detail, { headers: { 'retry-after': '1' } });
}
