import { clearInterval, setInterval } from 'node:timers';

import { MOMENT_MS } from '../../streams/run-streams.js';

import type { Invocation } from './invocation.js';
import type { Worker } from './worker.js';

/**
 * The runs whose source or target keeps them waiting, as long as others wait for a place: so that what a
 * stream waits for itself can run. Whether a guest waits for its stream or computes only its process knows,
 * which begins no more than it may: a run that is given too early waits there.
 */
export class HeldUpRuns {
  readonly #workers: ReadonlySet<Worker>;
  readonly #onMore: () => void;
  /** Tell whether each has been waiting since the last look. */
  #looks = new Map<Invocation, () => boolean>();
  #found = new Set<Invocation>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onMore Called when there may be more of them. */
  constructor(workers: ReadonlySet<Worker>, onMore: () => void) {
    this.#workers = workers;
    this.#onMore = onMore;
  }

  /** Looks for them from now on, or no longer. */
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

  /** How many there are, of all workers. */
  get count(): number {
    let count = 0;
    for (const worker of this.#workers) count += this.countOf(worker);
    return count;
  }

  /** How many this worker holds. Those that wait for a host function do not count here. */
  countOf(worker: Worker): number {
    let count = 0;
    for (const each of this.#found) {
      if (worker.held.get(each.id) === each && !each.isWaiting) count++;
    }
    return count;
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
