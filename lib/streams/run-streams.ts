import { clearInterval, setInterval } from 'node:timers';

import type { NativeStreams } from '../addon/native.js';
import { requireWithin } from '../options/limits.js';
import { WasmEdgeError } from '../support/errors.js';

import { streamFailure } from './failure.js';
import type { StreamName } from './failure.js';
import type { InputSource } from './input-source.js';
import { Outlet } from './outlet.js';
import { processSink } from './output-sink.js';
import type { Destination } from './output-sink.js';

/** What is there within this time was no wait, in milliseconds. */
export const MOMENT_MS = 5;

/** The outputs of a guest. */
export const OUTPUTS = ['stdout', 'stderr'] as const;
/** One of them. */
export type OutputName = (typeof OUTPUTS)[number];

/** The streams that one invocation was given. */
export interface GivenStreams {
  stdin: InputSource | undefined;
  stdout: Destination | undefined;
  stderr: Destination | undefined;
}

/**
 * The streams of one invocation, from when it is asked for until it has ended: an executor pulls its
 * input here and passes its output on. Where one of them fails, the invocation is to end.
 */
export class RunStreams {
  readonly #source: InputSource | undefined;
  readonly #inherited = new Set<OutputName>();
  readonly #outlets = new Map<OutputName, Outlet>();
  readonly #stdinBytes: number;
  readonly #controller = new AbortController();
  #inputBytes = 0;
  #isPulling = false;
  /** How often the source was asked. */
  #pulls = 0;
  #closing: NodeJS.Timeout | undefined;
  #isClosed = false;
  #failure: WasmEdgeError | undefined;

  /** @param stdinBytes The limit of the input. */
  constructor(given: GivenStreams, stdinBytes: number) {
    this.#source = given.stdin;
    this.#stdinBytes = stdinBytes;
    for (const name of OUTPUTS) {
      const where = given[name];
      if (where === 'inherit') this.#inherited.add(name);
      else if (where) this.#outlets.set(name, this.#outletTo(name, where));
    }
  }

  /** Aborted when the invocation is to end for a stream that has failed, or through {@link abort}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The failure of the first stream that failed. */
  get failure(): WasmEdgeError | undefined {
    return this.#failure;
  }

  /** Whether there is an input to be pulled. */
  get hasInput(): boolean {
    return this.#source !== undefined;
  }

  /** How each is led there, for an executor that may hand descriptors to its guest. */
  get native(): NativeStreams {
    const lead = (name: OutputName): Partial<Record<OutputName, 'stream' | 'inherit'>> => {
      if (this.#outlets.has(name)) return { [name]: 'stream' };
      return this.#inherited.has(name) ? { [name]: 'inherit' } : {};
    };
    return { ...(this.hasInput && { stdin: 'stream' }), ...lead('stdout'), ...lead('stderr') };
  }

  /** For an executor whose guest cannot have this process's descriptors: JavaScript's streams do. */
  leadInherited(): void {
    for (const name of this.#inherited) {
      this.#outlets.set(name, this.#outletTo(name, processSink(name)));
    }
    this.#inherited.clear();
  }

  /** Where an output is to be passed on; undefined where it is buffered or inherited. */
  outlet(name: OutputName): Outlet | undefined {
    return this.#outlets.get(name);
  }

  /** Bytes that have come in, or were passed on. What a guest inherits is not seen here. */
  bytesOf(name: StreamName): number {
    return name === 'stdin' ? this.#inputBytes : (this.#outlets.get(name)?.byteLength ?? 0);
  }

  /** Those that there are. */
  get outlets(): IterableIterator<[OutputName, Outlet]> {
    return this.#outlets.entries();
  }

  /**
   * The next piece of the input; undefined at its end. Rejects where it fails: the invocation is to
   * end then, and its guest must not see an end.
   */
  async next(): Promise<Uint8Array | undefined> {
    try {
      this.#pulls++;
      this.#isPulling = true;
      const piece = await this.#source?.next();
      this.#isPulling = false;
      this.#inputBytes += piece?.length ?? 0;
      requireWithin('stdinBytes', this.#inputBytes, this.#stdinBytes);
      return piece;
    } catch (error) {
      const isOwn = error instanceof WasmEdgeError && error.code === 'ERR_LIMIT';
      throw this.#fail(isOwn ? error : streamFailure('stdin', error));
    }
  }

  /**
   * Gives a function that tells whether a target, or the source where that is said to count, has kept it
   * waiting ever since the function was last called.
   */
  watchWaiting(countsSource: boolean): () => boolean {
    let seen: unknown[] = [];
    return () => {
      const waits = [
        countsSource && this.#isPulling && this.#pulls,
        ...[...this.#outlets.values()].map((each) => each.isBusy && each.byteLength),
      ];
      const hasWaited = waits.some((wait, index) => wait !== false && wait === seen[index]);
      seen = waits;
      return hasWaited;
    };
  }

  /**
   * Has `end` called when a target, or the source where that is said to count, has kept it waiting
   * for longer than a moment, from now on. For a module that is closed: who waits may wait for that.
   */
  endWhenWaiting(end: () => void, countsSource: boolean): void {
    const hasWaited = this.watchWaiting(countsSource);
    this.#closing ??= setInterval(() => {
      if (hasWaited()) end();
    }, MOMENT_MS);
  }

  /** The invocation is to end for the caller's reason. */
  abort(): void {
    this.#controller.abort();
  }

  /** The invocation is to end because its module is closed. */
  close(): void {
    this.#isClosed = !this.signal.aborted;
    this.#controller.abort();
  }

  /** Whether that is why it is to end. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** It has ended: nothing is pulled and nothing passed on any more. */
  end(): void {
    clearInterval(this.#closing);
    this.#source?.cancel();
    for (const outlet of this.#outlets.values()) outlet.end();
  }

  #outletTo(name: OutputName, sink: Exclude<Destination, 'inherit'>): Outlet {
    return new Outlet(sink, (error) => {
      this.fail(name, error);
    });
  }

  /** What is done with a stream has failed, if the invocation is not to end already. */
  fail(name: StreamName, error: unknown): void {
    this.#fail(streamFailure(name, error));
  }

  #fail(failure: WasmEdgeError): WasmEdgeError {
    if (!this.signal.aborted) {
      this.#failure = failure;
      this.#controller.abort();
    }
    return failure;
  }
}
