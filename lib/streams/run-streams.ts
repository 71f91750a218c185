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

/** A delay up to this many milliseconds does not count as a wait. */
export const MOMENT_MS = 5;

/** The outputs of a guest. */
export const OUTPUTS = ['stdout', 'stderr'] as const;
/** The name of an output. */
export type OutputName = (typeof OUTPUTS)[number];

/** The streams given to an invocation. */
export interface GivenStreams {
  stdin: InputSource | undefined;
  stdout: Destination | undefined;
  stderr: Destination | undefined;
}

/**
 * The streams of one invocation, from its request to its end: an executor pulls its input here and
 * passes its output on. If a stream fails, the invocation must end.
 */
export class RunStreams {
  readonly #source: InputSource | undefined;
  readonly #inherited = new Set<OutputName>();
  readonly #outlets = new Map<OutputName, Outlet>();
  readonly #stdinBytes: number;
  readonly #controller = new AbortController();
  #inputBytes = 0;
  #isPulling = false;
  /** Number of requests to the source. */
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

  /** Aborted when the invocation must end because a stream has failed, or through {@link abort}. */
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

  /** The kind of each target, for an executor that can pass descriptors to its guest. */
  get native(): NativeStreams {
    const lead = (name: OutputName): Partial<Record<OutputName, 'stream' | 'inherit'>> => {
      if (this.#outlets.has(name)) return { [name]: 'stream' };
      return this.#inherited.has(name) ? { [name]: 'inherit' } : {};
    };
    return { ...(this.hasInput && { stdin: 'stream' }), ...lead('stdout'), ...lead('stderr') };
  }

  /**
   * For an executor whose guest cannot have this process's descriptors: uses JavaScript streams.
   */
  leadInherited(): void {
    for (const name of this.#inherited) {
      this.#outlets.set(name, this.#outletTo(name, processSink(name)));
    }
    this.#inherited.clear();
  }

  /** The target of an output; undefined if it is buffered or inherited. */
  outlet(name: OutputName): Outlet | undefined {
    return this.#outlets.get(name);
  }

  /** Bytes received or passed on. Inherited streams are not counted. */
  bytesOf(name: StreamName): number {
    return name === 'stdin' ? this.#inputBytes : (this.#outlets.get(name)?.byteLength ?? 0);
  }

  /** Those that exist. */
  get outlets(): IterableIterator<[OutputName, Outlet]> {
    return this.#outlets.entries();
  }

  /**
   * The next chunk of the input; undefined at its end. Rejects if it fails: the invocation must end
   * then, and its guest must not see an end of input.
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
   * Returns a function that says whether a target, or with `countsSource` the source, has kept it
   * waiting ever since the last call of that function.
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
   * Calls `end` when a target (or the source, if specified) has kept the invocation waiting for
   * longer than a moment, from now on. For a module that is being closed, because the stream may
   * wait for that.
   */
  endWhenWaiting(end: () => void, countsSource: boolean): void {
    const hasWaited = this.watchWaiting(countsSource);
    this.#closing ??= setInterval(() => {
      if (hasWaited()) end();
    }, MOMENT_MS);
  }

  /** Ends the invocation for the caller's reason. */
  abort(): void {
    this.#controller.abort();
  }

  /** Ends the invocation because its module is closed. */
  close(): void {
    this.#isClosed = !this.signal.aborted;
    this.#controller.abort();
  }

  /** Whether that is the reason for its end. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Called when it has ended: nothing more is pulled or passed on. */
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

  /** Records a failure of a stream, unless the invocation is already ending. */
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
