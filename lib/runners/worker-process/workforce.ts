import { clearTimeout, setTimeout } from 'node:timers';

import type { ModuleDetails } from '../module-details.js';

import { Worker } from './worker.js';
import type { WorkerEvents, WorkerStart } from './worker.js';

const FIRST_BACK_OFF_MS = 100;
const LAST_BACK_OFF_MS = 10_000;

/** Whom the workers tell of themselves. */
export interface Employer extends WorkerEvents {
  /** Whether further workers would be of use. */
  readonly needsWorkers: boolean;
}

/** The worker processes of a pool: they are started, replaced and ended. */
export class Workforce {
  /** Those of whom something is expected. */
  readonly workers = new Set<Worker>();
  #start: WorkerStart;
  readonly #size: number;
  readonly #graceMs: number;
  readonly #employer: Employer;
  /** Those of whom nothing more is expected, and whose processes are not gone yet. */
  readonly #leaving = new Set<Worker>();
  /** Those that have the module in the form that it had before: they serve until others are ready. */
  readonly #outdated = new Set<Worker>();
  /** Workers in a row that ended without having been of any use. */
  #failures = 0;
  #backOff: NodeJS.Timeout | undefined;
  #mode: ModuleDetails['mode'] = 'interpreter';
  /** Told once when no worker is outdated any more. */
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

  /** Those that take what comes. */
  get ready(): Worker[] {
    return [...this.workers].filter((each) => each.isReady && !each.isRetiring);
  }

  /** The first one, and others when it is ready. */
  startFirst(): void {
    this.#startOne();
  }

  /**
   * Replaces the workers, one by one as the new ones are ready: each ends when what it holds has.
   *
   * @param start How workers begin from here on.
   * @param renewed Called when further invocations go to new workers alone, with the form that these have.
   */
  renew(start: WorkerStart, renewed: (mode: ModuleDetails['mode']) => void): void {
    this.#start = start;
    this.#onRenewed = renewed;
    for (const worker of this.workers) if (!worker.isRetiring) this.#outdated.add(worker);
    this.fill();
  }

  /** Starts the workers that are missing; after failures one by one, later and later. */
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

  /** A worker was of use. */
  forgetFailures(): void {
    this.#failures = 0;
  }

  /** A worker is ready: one that is outdated need not serve any longer. */
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

  /** It takes nothing more, and another one takes its place. */
  retire(worker: Worker): void {
    if (worker.isRetiring) return;
    worker.isRetiring = true;
    this.#outdated.delete(worker);
    this.fill();
  }

  /** Ends one that takes nothing more, where it holds nothing either. */
  endRetired(worker: Worker): void {
    const isFree = worker.held.size + worker.asked.size + worker.instances.size === 0;
    if (worker.isRetiring && isFree && this.workers.has(worker)) this.#end(worker);
  }

  /** It is gone. Gives whether it had been of no use. */
  lose(worker: Worker): boolean {
    this.#leave(worker);
    if (worker.runs > 0) return false;
    this.#failures++;
    return true;
  }

  /** Settles when no process is there any more. */
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
