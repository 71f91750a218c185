import { clearInterval, setInterval } from 'node:timers';

import type { Worker } from './worker.js';

const HEARTBEAT_MS = 1000;

/** Keeps the event loop alive while work is in progress, and checks that workers respond. */
export class Heartbeat {
  readonly #workers: ReadonlySet<Worker>;
  readonly #unresponsiveMs: number;
  /** The maximum time for loading, in milliseconds. */
  loadPatienceMs = Infinity;
  /** The number of reasons for which it beats. */
  #reasons = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(workers: ReadonlySet<Worker>, unresponsiveMs: number) {
    this.#workers = workers;
    this.#unresponsiveMs = unresponsiveMs;
  }

  /** Adds a reason. */
  begin(): void {
    if (this.#reasons++ > 0) return;
    this.#timer = setInterval(() => {
      this.#beat();
    }, HEARTBEAT_MS);
  }

  /** Removes a reason. */
  end(): void {
    if (--this.#reasons > 0) return;
    clearInterval(this.#timer);
  }

  /**
   * Counts beats rather than time: if all processes were frozen together, or this one was busy, no
   * worker is to blame.
   */
  #beat(): void {
    for (const worker of this.#workers) {
      if (worker.isReady && worker.held.size + worker.asked.size === 0) continue;
      const silentMs = worker.ping() * HEARTBEAT_MS;
      if (silentMs >= this.#unresponsiveMs) {
        worker.giveUp(`did not answer for ${silentMs / 1000} seconds`);
      } else if (!worker.isReady && ++worker.loadBeats * HEARTBEAT_MS > this.loadPatienceMs) {
        worker.giveUp(`took longer than ${Math.round(this.loadPatienceMs / 1000)} seconds`);
      }
    }
  }
}
