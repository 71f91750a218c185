import { clearInterval, setInterval } from 'node:timers';

import { MOMENT_MS } from '../../streams/run-streams.js';

import type { Invocation } from './invocation.js';
import type { Worker } from './worker.js';

/**
 * The runs that a source or target keeps waiting, considered only while others wait for a place, so
 * that what a stream itself waits for can run. Only its process knows whether a guest waits for its
 * stream or is computing, and it starts no more than it may. A run sent too early waits there and
 * is not taken back: so none is sent while another worker may soon have a place.
 */
export class HeldUpRuns {
  readonly #workers: ReadonlySet<Worker>;
  readonly #onMore: () => void;
  /** For each, a function that returns whether it has been waiting since the last check. */
  #looks = new Map<Invocation, () => boolean>();
  #found = new Set<Invocation>();
  /** Runs started in the place of one that was held up. */
  readonly #standIns = new WeakSet<Invocation>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onMore Called when there may be more of them. */
  constructor(workers: ReadonlySet<Worker>, onMore: () => void) {
    this.#workers = workers;
    this.#onMore = onMore;
  }

  /** Starts or stops checking for them. */
  watch(isNeeded: boolean): void {
    if (isNeeded) {
      this.#timer ??= setInterval(() => {
        this.#look();
      }, MOMENT_MS);
    } else if (this.#timer) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#looks = new Map();
      this.#found = new Set();
    }
  }

  /**
   * Called when a run is given to a worker whose only places were those of runs that are held up.
   */
  addStandIn(invocation: Invocation): void {
    this.#standIns.add(invocation);
  }

  /** The number of runs that make room for others, for all workers. */
  get count(): number {
    let count = 0;
    if (this.#found.size === 0) return count;
    for (const worker of this.#workers) count += this.countOf(worker);
    return count;
  }

  /** The number of them in this worker. */
  countOf(worker: Worker): number {
    if (this.#found.size === 0) return 0;
    for (const other of this.#workers) {
      if (other !== worker && this.#freesPlace(other)) return 0;
    }
    return this.#heldUpIn(worker);
  }

  /** Those that wait for a host function do not count here. */
  #heldUpIn(worker: Worker): number {
    let heldUp = 0;
    for (const each of worker.held.values()) {
      if (!each.isWaiting && this.#found.has(each)) heldUp++;
    }
    return heldUp;
  }

  /**
   * Whether it will soon be ready, or a computing run will free a place when it ends: that of a
   * stand-in does not while another run is held up.
   */
  #freesPlace(worker: Worker): boolean {
    if (worker.isRetiring) return false;
    if (!worker.isReady) return true;
    let standIns = 0;
    for (const each of worker.held.values()) {
      if (each.isWaiting || this.#found.has(each)) continue;
      if (!this.#standIns.has(each)) return true;
      standIns++;
    }
    return standIns > this.#heldUpIn(worker);
  }

  #look(): void {
    const looks = new Map<Invocation, () => boolean>();
    const found = new Set<Invocation>();
    for (const worker of this.#workers) {
      for (const each of worker.held.values()) {
        const look = this.#looks.get(each) ?? each.given?.watchWaiting(true);
        if (!look) continue;
        looks.set(each, look);
        if (look()) found.add(each);
      }
    }
    this.#looks = looks;
    this.#found = found;
    if (found.size > 0) this.#onMore();
  }
}
