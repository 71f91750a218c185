import { performance } from 'node:perf_hooks';

import { WasmEdgeError } from '../support/errors.js';

const KEPT_MS = 10 * 60 * 1000;
/** Whoever uploads a new one each time pays for it with a compilation. */
const MOST = 1000;

/**
 * Which modules could not be compiled, by content and limits: so that the same one does not cost
 * its time again for ten minutes.
 */
export class CompileFailures {
  readonly #byKey = new Map<string, { error: WasmEdgeError; until: number }>();
  readonly #now: () => number;

  /** @param now The time in milliseconds, of a clock that never goes back. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Throws the failure again, if there was one. */
  check(key: string): void {
    const found = this.#byKey.get(key);
    if (!found) return;
    const { error, until } = found;
    if (this.#now() >= until) {
      this.#byKey.delete(key);
      return;
    }
    throw new WasmEdgeError(
      error.code,
      `${error.message} (This module failed less than ten minutes ago and is not retried until then.)`,
      { cause: error, ...(error.limit !== undefined && { limit: error.limit }) },
    );
  }

  add(key: string, error: WasmEdgeError): void {
    this.#byKey.delete(key);
    // The oldest is the first.
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size >= MOST && oldest !== undefined) this.#byKey.delete(oldest);
    this.#byKey.set(key, { error, until: this.#now() + KEPT_MS });
  }
}
