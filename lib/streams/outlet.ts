import { setImmediate } from 'node:timers';

import type { OutputSink } from './output-sink.js';

/** Number of bytes that are accepted without a turn of the event loop if the sink never waits. */
const TURN_BYTES = 1024 * 1024;

/**
 * One output of an invocation on its way to a sink: one chunk after the other, until it is stopped.
 */
export class Outlet {
  readonly #sink: OutputSink;
  readonly #onFailure: (error: unknown) => void;
  /** Bytes accepted so far. */
  byteLength = 0;
  #sinceTurn = 0;
  #isStopped = false;
  /** Settles when the last chunk has been accepted. */
  #pending: Promise<void> | undefined;
  #isPending = false;
  /** While a chunk is pending: ends the wait for it. */
  #release: (() => void) | undefined;

  constructor(sink: OutputSink, onFailure: (error: unknown) => void) {
    this.#sink = sink;
    this.#onFailure = onFailure;
    sink.onFailure((error) => {
      this.#fail(error);
    });
  }

  /** Settles when everything written so far has been accepted. */
  async idle(): Promise<void> {
    await this.#pending;
  }

  /** Whether a chunk is pending. */
  get isBusy(): boolean {
    return this.#isPending;
  }

  /** Whether it accepts nothing more because it was stopped or has failed. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Passes a chunk on, after those before it. Returns a promise if the next one must wait for that;
   * it never rejects, and also resolves when the outlet is stopped.
   */
  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#pending && this.#isPending) {
      return this.#await(this.#pending.then(() => this.#pass(chunk)));
    }
    const passed = this.#pass(chunk);
    return passed && this.#await(passed);
  }

  /** Passes nothing more on, and does not wait for a pending chunk. */
  stop(): void {
    this.#isStopped = true;
    this.#release?.();
  }

  /** Called at the end of the invocation. */
  end(): void {
    this.stop();
    this.#sink.release();
  }

  #pass(chunk: Buffer): Promise<void> | undefined {
    if (this.#isStopped || chunk.length === 0) return undefined;
    this.byteLength += chunk.length;
    let taken: Promise<void> | undefined;
    try {
      taken = this.#sink.write(chunk);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
    if (taken) return this.#untilTaken(taken);
    this.#sinceTurn += chunk.length;
    if (this.#sinceTurn < TURN_BYTES) return undefined;
    this.#sinceTurn = 0;
    return new Promise((resolve) => setImmediate(resolve));
  }

  #untilTaken(taken: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
      taken.then(resolve, (error: unknown) => {
        this.#fail(error);
        resolve();
      });
    });
  }

  /** Busy until everything written has been accepted. */
  #await(passed: Promise<void>): Promise<void> {
    const pending = passed.then(() => {
      if (this.#pending === pending) this.#isPending = false;
    });
    this.#pending = pending;
    this.#isPending = true;
    return pending;
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return;
    this.stop();
    this.#onFailure(error);
  }
}
