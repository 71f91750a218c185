import { performance } from 'node:perf_hooks';

import { WasmEdgeError } from '../support/errors.js';

const KEPT_MS = 10 * 60 * 1000;
/** Anybody who uploads a new module each time pays for it with a compilation. */
const MOST = 1000;

/**
 * Remembers which modules could not be compiled, by content and limits, so that the same one is not
 * tried again for ten minutes.
 */
export class CompileFailures {
  readonly #byKey = new Map<string, { error: WasmEdgeError; until: number }>();
  readonly #now: () => number;

  /** @param now The time in milliseconds, from a monotonic clock. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Throws the earlier failure again, if there was one. */
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
    // The first one is the oldest.
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size >= MOST && oldest !== undefined) this.#byKey.delete(oldest);
    this.#byKey.set(key, { error, until: this.#now() + KEPT_MS });
  }
}
