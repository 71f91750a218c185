import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';

import type { NativeRequest, NativeResult } from '../../addon/native.js';
import type { HostCallReceiver } from '../../host/host-functions.js';
import { abortError, onAbort } from '../../support/abort.js';
import type { RunStreams } from '../../streams/run-streams.js';
import { WasmEdgeError } from '../../support/errors.js';
import { requireRoom } from '../admission.js';
import type { Room } from '../admission.js';
import { earlyEndError, onEarlyEnd } from '../early-end.js';
import type { EndReason } from '../early-end.js';
import type { Executor } from '../executor.js';
import type { InstanceRequest, MadeInstance } from '../instance-port.js';
import type { ModuleDetails } from '../module-details.js';

import { Heartbeat } from './heartbeat.js';
import { HeldUpRuns } from './held-up-runs.js';
import { WaitingInstance } from './instance.js';
import type { AskingPool } from './instance.js';
import { Invocation } from './invocation.js';
import { LOAD_ID } from './protocol.js';
import type { WorkerProcessSettings } from './settings.js';
import type { Worker, WorkerStart } from './worker.js';
import { Workforce } from './workforce.js';
import type { Employer } from './workforce.js';

/** Settings of a pool of worker processes; the capacity is that of all workers together. */
export type PoolSettings = WorkerProcessSettings & Room & { maxWaiting: number };

/** More runs than a worker can hold. */
const MOST_HELD = 10_000;
/**
 * The minimum time for a replacement worker to load the module; the limit is a multiple of the time
 * that the first one needed, which may have had to compile it.
 */
const LEAST_LOAD_PATIENCE_MS = 60_000;
const LOAD_PATIENCE = 10;

/** Somebody who waits for the first worker. */
interface Opening {
  /** By `performance.now`. */
  begin: number;
  resolve: (details: ModuleDetails) => void;
  reject: (error: Error) => void;
}

/** Runs guests in long-lived child processes, each of which has loaded the module. */
export class WorkerPool implements Executor, Employer, AskingPool {
  readonly isolation = 'worker-process';
  readonly #settings: PoolSettings;
  readonly #runsPerWorker: number;
  readonly #force: Workforce;
  readonly #workers: ReadonlySet<Worker>;
  /** Beats while work is in progress. */
  readonly #heartbeat: Heartbeat;
  readonly #heldUp: HeldUpRuns;
  /** Accepted but not given to a worker yet, in order. */
  readonly #waiting = new Map<number, Invocation>();
  /** The same for those that guests wait for. */
  readonly #waitedFor = new Map<number, Invocation>();
  /** Instances to be created. */
  readonly #waitingInstances = new Set<WaitingInstance>();
  #running = 0;
  #lastId = LOAD_ID;
  #opening: Opening | undefined;
  /** The module's file as the first worker found it. */
  #identity: string | undefined;
  /** The codes of warnings that have been passed on: each pool passes each on once. */
  readonly #warned = new Set<string>();
  #closing = false;
  #endsWaits = false;
  #onIdle: (() => void) | undefined;

  constructor(start: WorkerStart, settings: PoolSettings) {
    this.#settings = settings;
    this.#runsPerWorker = Math.ceil(settings.concurrency / settings.workers);
    this.#force = new Workforce(start, settings, this);
    this.#workers = this.#force.workers;
    this.#heartbeat = new Heartbeat(this.#workers, settings.unresponsiveMs);
    this.#heldUp = new HeldUpRuns(this.#workers, () => {
      this.#distribute();
    });
  }

  /**
   * Starts the first worker, then the others, so that only one compiles a module that is not in the
   * cache yet. Rejects with the first one's own error, and if one of the signals is aborted.
   */
  async open(signals: readonly AbortSignal[] = []): Promise<ModuleDetails> {
    this.#heartbeat.begin();
    let forget: (() => void) | undefined;
    try {
      return await new Promise<ModuleDetails>((resolve, reject) => {
        this.#opening = { begin: performance.now(), resolve, reject };
        this.#force.startFirst();
        forget = onAbort(signals, (signal) => {
          this.#opening?.reject(abortError(signal));
          for (const worker of this.#workers) worker.giveUp('was no longer needed');
        });
      });
    } finally {
      forget?.();
      this.#heartbeat.end();
    }
  }

  get mode(): ModuleDetails['mode'] {
    return this.#force.mode;
  }

  /**
   * Replaces the workers one by one as new ones become ready: each ends when its work has.
   *
   * @param start How workers start from now on.
   * @param renewed Called when further invocations only go to new workers, with the form that these
   *   run.
   */
  renew(start: WorkerStart, renewed: (mode: ModuleDetails['mode']) => void): void {
    this.#force.renew(start, renewed);
  }

  async execute(
    given: NativeRequest,
    signal: AbortSignal | undefined,
    receiver?: HostCallReceiver,
    streams?: RunStreams,
  ): Promise<NativeResult> {
    this.#requireRoom(given.isNested ?? false);
    // A guest that has broken out of its process could do more with a descriptor than write to it.
    streams?.leadInherited();
    const request = streams ? { ...given, streams: streams.native } : given;
    const invocation = new Invocation(++this.#lastId, request, receiver, streams);
    const forget = onEarlyEnd(given.timeoutMs, signal, (reason) => {
      this.#stop(invocation, reason);
    });
    const waiting = given.isNested ? this.#waitedFor : this.#waiting;
    waiting.set(invocation.id, invocation);
    this.#heartbeat.begin();
    this.#distribute();
    try {
      return await invocation.promise;
    } finally {
      forget();
      clearTimeout(invocation.grace);
      this.#heartbeat.end();
    }
  }

  async instantiate(
    request: InstanceRequest,
    signal: AbortSignal | undefined,
    calls?: HostCallReceiver,
  ): Promise<MadeInstance> {
    if (this.#closing) throw new WasmEdgeError('ERR_CLOSED', 'closed');
    const waiting = new WaitingInstance(this, request, signal, calls);
    this.#waitingInstances.add(waiting);
    this.#heartbeat.begin();
    this.#distribute();
    try {
      return await waiting.promise;
    } finally {
      this.#waitingInstances.delete(waiting);
      this.#heartbeat.end();
    }
  }

  get graceMs(): number {
    return this.#settings.graceMs;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  begin(): void {
    this.#heartbeat.begin();
  }

  /** An operation on an instance has been answered. */
  end(worker: Worker, isAnswered: boolean): void {
    if (isAnswered) this.#force.forgetFailures();
    this.#force.endRetired(worker);
    this.#heartbeat.end();
  }

  endWaits(): void {
    this.#endsWaits = true;
    // They know themselves which of their guests wait for a stream.
    for (const worker of this.#workers) {
      worker.endWaits();
      for (const invocation of worker.held.values()) {
        this.#stopWaiting(invocation);
        if (invocation.lane?.isAnswered) this.onLeft(invocation);
      }
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#heartbeat.begin();
    this.endWaits();
    if (this.#accepted > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#force.endAll();
    this.#heartbeat.end();
  }

  get needsWorkers(): boolean {
    return !this.#closing || this.#waiting.size + this.#waitedFor.size > 0;
  }

  onReady(worker: Worker, details: ModuleDetails, identity: string): void {
    this.#identity ??= identity;
    if (identity !== this.#identity) {
      worker.giveUp(`found that ${details.file} has changed since it was loaded (load it again)`);
      return;
    }
    if (this.#opening) {
      const { begin, resolve } = this.#opening;
      const tookMs = performance.now() - begin;
      this.#heartbeat.loadPatienceMs = Math.max(LEAST_LOAD_PATIENCE_MS, LOAD_PATIENCE * tookMs);
      this.#opening = undefined;
      resolve(details);
    }
    this.#force.takeOver(worker, details.mode);
    if (this.#endsWaits) worker.endWaits();
    this.#force.fill();
    this.#distribute();
  }

  onSettled(worker: Worker, hasWaited: boolean): void {
    this.#force.forgetFailures();
    if (!hasWaited) this.#running--;
    if (worker.memory > this.#settings.recycleAboveBytes) this.#force.retire(worker);
    this.#force.endRetired(worker);
    this.#distribute();
  }

  onWaiting(invocation: Invocation): void {
    this.#running += invocation.isWaiting ? -1 : 1;
    this.#stopWaiting(invocation);
    this.#distribute();
  }

  /** Somebody who waits for a target of a closed module would wait indefinitely. */
  onLeft({ given }: Invocation): void {
    if (!this.#endsWaits) return;
    given?.endWhenWaiting(() => {
      given.close();
    }, false);
  }

  onRefused(invocation: Invocation): void {
    this.#stop(invocation, 'aborted');
  }

  onWarning(code: string, message: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    process.emitWarning(message, { code });
  }

  onGone(worker: Worker, reason: Error, lost: number): void {
    this.#running -= lost;
    const wasOfNoUse = this.#force.lose(worker);
    if (this.#opening) {
      this.#opening.reject(reason);
      return;
    }
    // Nobody waits for longer than one attempt.
    if (wasOfNoUse && this.#workers.size === 0) this.#loseWaiting(reason);
    this.#force.fill();
    this.#tellIdle();
  }

  /** Gives waiting work to the workers that hold least. */
  #distribute(): void {
    // Immediately, whatever is running: a worker has threads for work that guests wait for, or
    // rejects it.
    for (const invocation of this.#waitedFor.values()) {
      if (!this.#give(invocation, this.#leastLoaded(Infinity))) break;
    }
    for (const invocation of this.#waiting.values()) {
      if (this.#places <= 0 || this.#threadsLeft === 0) break;
      if (!this.#give(invocation, this.#leastLoaded(this.#runsPerWorker))) break;
    }
    this.#giveInstances();
    this.#heldUp.watch(this.#waiting.size > 0);
    this.#tellIdle();
  }

  /** Returns whether there is a worker. */
  #give(invocation: Invocation, worker: Worker | undefined): boolean {
    if (!worker) return false;
    this.#forgetWaiting(invocation);
    this.#running++;
    invocation.taken();
    if (worker.busy >= this.#runsPerWorker) this.#heldUp.addStandIn(invocation);
    worker.take(invocation);
    if (worker.runs >= this.#settings.recycleAfterRuns) this.#force.retire(worker);
    return true;
  }

  /** Returns whether it was waiting for a worker. */
  #forgetWaiting({ id }: Invocation): boolean {
    return this.#waiting.delete(id) || this.#waitedFor.delete(id);
  }

  /** Has instances created by the workers that hold fewest. */
  #giveInstances(): void {
    for (const waiting of this.#waitingInstances) {
      const [worker] = this.#force.ready.sort((one, other) => loadOf(one) - loadOf(other));
      if (!worker) break;
      this.#waitingInstances.delete(waiting);
      worker.runs++;
      waiting.takeTo(worker);
      if (worker.runs >= this.#settings.recycleAfterRuns) this.#force.retire(worker);
    }
  }

  /**
   * The worker with the fewest running runs, below the given number, and among those the one that
   * holds least.
   */
  #leastLoaded(runs: number): Worker | undefined {
    let least: Worker | undefined;
    let leastLoad = Infinity;
    for (const worker of this.#workers) {
      if (!worker.isReady || worker.isRetiring) continue;
      const busy = worker.busy - this.#heldUp.countOf(worker);
      if (busy >= runs || worker.held.size >= runs + this.#settings.maxWaiting) continue;
      const load = busy * MOST_HELD + worker.held.size;
      if (load >= leastLoad) continue;
      least = worker;
      leastLoad = load;
    }
    return least;
  }

  /** Held runs, including those whose guests wait for host functions. */
  get #held(): number {
    let held = 0;
    for (const worker of this.#workers) held += worker.held.size;
    return held;
  }

  /** Runs that have not settled. */
  get #accepted(): number {
    return this.#waiting.size + this.#waitedFor.size + this.#held;
  }

  /** The number of further runs that may begin. */
  get #places(): number {
    return this.#settings.concurrency + this.#heldUp.count - this.#running;
  }

  get #threadsLeft(): number {
    return this.#settings.concurrency + this.#settings.maxWaiting - this.#held;
  }

  #requireRoom(isNested: boolean): void {
    const { maxQueue } = this.#settings;
    const left = this.#threadsLeft;
    // For each run that a guest waits for, there must be a thread that waits for nothing.
    const room = isNested
      ? { concurrency: left, maxQueue: 0 }
      : { concurrency: Math.max(0, Math.min(this.#places, left)), maxQueue };
    requireRoom(this.#closing, (isNested ? this.#waitedFor : this.#waiting).size, room);
  }

  /** Somebody who waits for a host function of a closed module would wait indefinitely. */
  #stopWaiting(invocation: Invocation): void {
    if (this.#endsWaits && invocation.isWaiting) this.#stop(invocation, 'closed');
  }

  #stop(invocation: Invocation, reason: EndReason): void {
    if (this.#forgetWaiting(invocation)) {
      this.#heldUp.watch(this.#waiting.size > 0);
      invocation.reject(earlyEndError(reason));
      this.#tellIdle();
      return;
    }
    const { holder } = invocation;
    if (!holder || invocation.stopped) return;
    invocation.stopped = reason;
    invocation.lane?.stop();
    // The worker itself measures the time limit of running invocations, and returns what the guest
    // had written.
    if (reason !== 'timeout' || !invocation.isFed) holder.abort(invocation.id);
    invocation.grace = setTimeout(() => {
      holder.giveUp(`did not end a run within ${this.#settings.graceMs} ms`);
    }, this.#settings.graceMs);
  }

  #loseWaiting(reason: Error): void {
    const invocations = [...this.#waiting.values(), ...this.#waitedFor.values()];
    const lost = [...invocations, ...this.#waitingInstances];
    this.#waiting.clear();
    this.#waitedFor.clear();
    this.#waitingInstances.clear();
    this.#heldUp.watch(false);
    for (const each of lost) each.lose(reason);
  }

  #tellIdle(): void {
    if (this.#closing && this.#accepted === 0) this.#onIdle?.();
  }
}

function loadOf(worker: Worker): number {
  return worker.instances.size + worker.held.size;
}
