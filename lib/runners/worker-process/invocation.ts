import { performance } from 'node:perf_hooks';

import type { NativeRequest, NativeResult } from '../../addon/native.js';
import type { HostCallReceiver } from '../../host/host-functions.js';
import type { RunStreams } from '../../streams/run-streams.js';
import { WasmEdgeError } from '../../support/errors.js';
import { AcceptedInvocation } from '../accepted-invocation.js';
import { earlyEndError } from '../early-end.js';
import type { EndReason } from '../early-end.js';

import type { HeldCalls } from './held-calls.js';
import type { HeldStreams } from './held-streams.js';
import type { HeldLane } from './lane.js';

/** The holder of an invocation, which can end it. */
export interface Holder {
  abort(id: number): void;
  /** Ends everything that it holds. */
  giveUp(reason: string): void;
}

/** An invocation that the pool has accepted. */
export class Invocation extends AcceptedInvocation {
  readonly id: number;
  /** The worker that holds it; undefined while it waits. */
  holder: Holder | undefined;
  /** Why it must end early. */
  stopped: EndReason | undefined;
  /** The grace period for its worker, once it must end early. */
  grace: NodeJS.Timeout | undefined;
  /** Whether its worker has all of its input. */
  isFed = true;
  /** Handles its host function calls. */
  readonly receiver: HostCallReceiver | undefined;
  /** Those calls, once a worker holds it. */
  calls: HeldCalls | undefined;
  /** Its standard streams that are not buffered. */
  readonly given: RunStreams | undefined;
  /** Those streams, once a worker holds it. */
  streams: HeldStreams | undefined;
  /** Set instead, if they use its lane. */
  lane: HeldLane | undefined;
  #queueMs = 0;
  /** Why it fails, whatever its worker answers. */
  #refusal: unknown;

  constructor(id: number, given: NativeRequest, receiver?: HostCallReceiver, streams?: RunStreams) {
    super(given);
    this.given = streams;
    this.id = id;
    this.receiver = receiver;
  }

  /** Whether its guest waits for a host function. */
  get isWaiting(): boolean {
    return this.calls?.isWaiting ?? false;
  }

  /** It no longer waits for a worker. */
  taken(): void {
    this.#queueMs = performance.now() - this.acceptedAt;
  }

  /**
   * Its guest has ended by itself, but it was stopped while its targets were accepting the rest of
   * the output.
   */
  cut(known: Pick<WasmEdgeError, 'timings'> & Partial<NativeResult>): void {
    const { stdout, stderr, timings } = known;
    const reason = this.given?.isClosed ? 'closed' : (this.stopped ?? 'aborted');
    this.reject(
      earlyEndError(reason, {
        ...(stdout && { stdout }),
        ...(stderr && { stderr }),
        ...(timings && { timings }),
      }),
    );
  }

  /** It must be ended, and fails for a reason in this process. */
  refuse(reason: unknown): void {
    this.#refusal = reason;
  }

  override resolve(result: NativeResult): void {
    this.calls?.end();
    this.streams?.end();
    this.lane?.end();
    const { timings } = result;
    timings.queueMs += this.#queueMs;
    super.resolve(result);
  }

  override reject(error: unknown): void {
    this.calls?.end();
    this.streams?.end();
    this.lane?.end();
    if (error instanceof WasmEdgeError && error.timings) error.timings.queueMs += this.#queueMs;
    if (this.#refusal !== undefined) {
      super.reject(this.#refusal);
    } else if (!this.isFed && this.stopped === 'timeout') {
      // Its worker knows no time limit before the run has begun.
      super.reject(earlyEndError('timeout'));
    } else if (this.stopped === 'closed' && error instanceof WasmEdgeError) {
      // For its worker, it was aborted.
      const { stdout, stderr, timings } = error;
      const known = {
        ...(stdout && { stdout }),
        ...(stderr && { stderr }),
        ...(timings && { timings }),
      };
      super.reject(error.code === 'ERR_ABORTED' ? earlyEndError('closed', known) : error);
    } else {
      super.reject(error);
    }
  }

  /** Its worker is gone, or none can be started. */
  lose(reason: Error): void {
    this.calls?.end();
    this.streams?.end();
    this.lane?.end();
    if (this.#refusal !== undefined) {
      super.reject(this.#refusal);
    } else if (this.stopped) {
      super.reject(earlyEndError(this.stopped, { cause: reason }));
    } else if (reason instanceof WasmEdgeError && reason.code === 'ERR_WORKER_DIED') {
      super.reject(reason);
    } else {
      const message = `No worker process can be started: ${reason.message}`;
      super.reject(new WasmEdgeError('ERR_WORKER_DIED', message, { cause: reason }));
    }
  }
}
