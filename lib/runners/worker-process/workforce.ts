import { clearTimeout, setTimeout } from 'node:timers';

import type { ModuleDetails } from '../module-details.js';

import { Worker } from './worker.js';
import type { WorkerEvents, WorkerStart } from './worker.js';

const FIRST_BACK_OFF_MS = 100;
const LAST_BACK_OFF_MS = 10_000;

/** Receives the events of the workers. */
export interface Employer extends WorkerEvents {
  /** Whether further workers would be useful. */
  readonly needsWorkers: boolean;
}

/** The worker processes of a pool: starts, replaces and ends them. */
export class Workforce {
  /** Those that are in use. */
  readonly workers = new Set<Worker>();
  #start: WorkerStart;
  readonly #size: number;
  readonly #graceMs: number;
  readonly #employer: Employer;
  /** Those that are no longer in use, but whose processes still exist. */
  readonly #leaving = new Set<Worker>();
  /** Those with the previous form of the module: they serve until others are ready. */
  readonly #outdated = new Set<Worker>();
  /** The number of consecutive workers that ended without having been useful. */
  #failures = 0;
  #backOff: NodeJS.Timeout | undefined;
  #mode: ModuleDetails['mode'] = 'interpreter';
  /** Called once when no worker is outdated any more. */
  #onRenewed: ((mode: ModuleDetails['mode']) => void) | undefined;

  constructor(
    start: WorkerStart,
    { workers, graceMs }: { workers: number; graceMs: number },
    employer: Employer,
  ) {
    this.#start = start;
    this.#size = workers;
    this.#graceMs = graceMs;
    this.#employer = employer;
  }

  get mode(): ModuleDetails['mode'] {
    return this.#mode;
  }

  /** Those that accept work. */
  get ready(): Worker[] {
    return [...this.workers].filter((each) => each.isReady && !each.isRetiring);
  }

  /** The first one; others follow when it is ready. */
  startFirst(): void {
    this.#startOne();
  }

  /**
   * Replaces the workers one by one as new ones become ready: each ends when its work has.
   *
   * @param start How workers start from now on.
   * @param renewed Called when further invocations only go to new workers, with the form that these
   *   run.
   */
  renew(start: WorkerStart, renewed: (mode: ModuleDetails['mode']) => void): void {
    this.#start = start;
    this.#onRenewed = renewed;
    for (const worker of this.workers) if (!worker.isRetiring) this.#outdated.add(worker);
    this.fill();
  }

  /** Starts missing workers; after failures, one by one with increasing delays. */
  fill(): void {
    if (!this.#employer.needsWorkers) return;
    const active = [...this.workers].filter(
      (worker) => !worker.isRetiring && !this.#outdated.has(worker),
    ).length;
    const missing = this.#size - active;
    if (missing <= 0 || this.#backOff) return;
    if (this.#failures === 0) {
      for (let count = 0; count < missing; count++) this.#startOne();
      return;
    }
    const delay = Math.min(FIRST_BACK_OFF_MS * 2 ** (this.#failures - 1), LAST_BACK_OFF_MS);
    this.#backOff = setTimeout(() => {
      this.#backOff = undefined;
      this.#startOne();
    }, delay);
    this.#backOff.unref();
  }

  /** A worker was useful. */
  forgetFailures(): void {
    this.#failures = 0;
  }

  /** A worker is ready: an outdated one is no longer needed. */
  takeOver(worker: Worker, mode: ModuleDetails['mode']): void {
    if (!this.#outdated.has(worker)) {
      const [outdated] = this.#outdated;
      if (outdated) {
        this.retire(outdated);
        this.endRetired(outdated);
      }
    }
    if (this.#outdated.size > 0) return;
    this.#mode = mode;
    const renewed = this.#onRenewed;
    this.#onRenewed = undefined;
    renewed?.(mode);
  }

  /** It accepts nothing more, and another one takes its place. */
  retire(worker: Worker): void {
    if (worker.isRetiring) return;
    worker.isRetiring = true;
    this.#outdated.delete(worker);
    this.fill();
  }

  /** Ends a worker that accepts nothing more, if it holds nothing either. */
  endRetired(worker: Worker): void {
    const isFree = worker.held.size + worker.asked.size + worker.instances.size === 0;
    if (worker.isRetiring && isFree && this.workers.has(worker)) this.#end(worker);
  }

  /** It is gone. Returns whether it was never useful. */
  lose(worker: Worker): boolean {
    this.#leave(worker);
    if (worker.runs > 0) return false;
    this.#failures++;
    return true;
  }

  /** Settles when no process exists any more. */
  async endAll(): Promise<void> {
    clearTimeout(this.#backOff);
    for (const worker of this.workers) this.#end(worker);
    await Promise.all([...this.#leaving].map((worker) => worker.exited));
  }

  #startOne(): void {
    this.workers.add(new Worker(this.#start, this.#employer));
  }

  #end(worker: Worker): void {
    this.#leave(worker);
    void worker.end(this.#graceMs);
  }

  #leave(worker: Worker): void {
    this.workers.delete(worker);
    this.#outdated.delete(worker);
    this.#leaving.add(worker);
    void worker.exited.then(() => this.#leaving.delete(worker));
  }
}
