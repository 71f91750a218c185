import { finished } from 'node:stream';
import type { Writable } from 'node:stream';

import type { OutputTarget } from '../options/types.js';
import { looking, refuse } from '../options/validation.js';

/** Where a guest's output goes, piece by piece. */
export interface OutputSink {
  /**
   * Takes a piece. Gives a promise where the next one is to wait. Throws, or rejects, where it fails.
   * One at a time.
   */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Has it tell of what it fails with between two pieces. */
  onFailure(fail: (error: unknown) => void): void;
  /** Nothing more comes. It is not ended. Never throws. */
  release(): void;
}

const EXPECTED =
  "'buffer', 'inherit', a Writable, a WritableStream that is not locked, or a function that takes " +
  'what is written';

/** Where output leads that does not go into the result. */
export type Destination = 'inherit' | OutputSink;

/**
 * Begins to write to a target, of whichever kind it is; undefined where it is the result. Throws
 * ERR_INVALID_ARGUMENT where it is none, or somebody else writes to it.
 */
export function destination(name: 'stdout' | 'stderr', value: unknown): Destination | undefined {
  if (value === undefined || value === 'buffer') return undefined;
  if (value === 'inherit') return value;
  if (typeof value === 'function') {
    return new FunctionSink(value as Extract<OutputTarget, (...args: never[]) => unknown>);
  }
  return looking(name, EXPECTED, value, () => {
    const target =
      typeof value === 'object' && value !== null ? value : refuse(name, EXPECTED, value);
    const has = (key: string): boolean =>
      typeof (target as Record<string, unknown>)[key] === 'function';
    if (has('write') && has('on')) return nodeSink(target as Writable);
    if (has('getWriter')) return new WebSink(target as unknown as WritableStream<Uint8Array>);
    return refuse(name, EXPECTED, value);
  });
}

/** This process's own stream. */
export function processSink(name: 'stdout' | 'stderr'): OutputSink {
  return nodeSink(process[name]);
}

class FunctionSink implements OutputSink {
  readonly #take: (chunk: Buffer) => void | PromiseLike<void>;

  constructor(take: (chunk: Buffer) => void | PromiseLike<void>) {
    this.#take = take;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    const given: unknown = this.#take(chunk);
    const { then } = (given ?? {}) as Partial<PromiseLike<void>>;
    return typeof then === 'function' ? Promise.resolve(given as PromiseLike<void>) : undefined;
  }

  onFailure(): void {
    // It fails in its calls alone.
  }

  release(): void {
    // Nothing is held.
  }
}

/** One for all, so that it is there once. */
const ignore = (): void => undefined;

/** A Writable that guests write to, any number at a time: it has one listener of each kind. */
class WatchedWritable {
  readonly stream: Writable;
  readonly failed = new Set<(error: unknown) => void>();
  #forget: (() => void) | undefined;
  /** Pieces that it has not taken yet. */
  #unwritten = 0;
  /** Whether it has failed with one, which it may tell of later. */
  #hasFailed = false;

  constructor(stream: Writable) {
    this.stream = stream;
  }

  add(fail: (error: unknown) => void): void {
    this.failed.add(fail);
    this.stream.off('error', ignore);
    this.#forget ??= finished(this.stream, { readable: false }, (error) => {
      const reason = error ?? new Error('The stream was ended.');
      for (const each of [...this.failed]) each(reason);
    });
  }

  delete(fail: (error: unknown) => void): void {
    this.failed.delete(fail);
    if (this.failed.size > 0 || !this.#forget) return;
    this.#forget();
    this.#forget = undefined;
    // What was written may still fail, and has nobody else to hear it.
    if (this.#unwritten > 0 || this.#hasFailed) this.stream.on('error', ignore);
  }

  /** Settles when the piece was taken, which is later than that it is buffered. */
  write(chunk: Buffer): Promise<void> {
    this.#unwritten++;
    return new Promise((resolve, reject) => {
      this.stream.write(chunk, (error) => {
        this.#unwritten--;
        if (error) {
          this.#hasFailed = true;
          reject(error);
          return;
        }
        // What it fails with from now on is its owner's.
        if (this.#unwritten === 0 && !this.#hasFailed) this.stream.off('error', ignore);
        resolve();
      });
    });
  }
}

const watched = new WeakMap<Writable, WatchedWritable>();

function nodeSink(stream: Writable): OutputSink {
  let found = watched.get(stream);
  if (!found) {
    found = new WatchedWritable(stream);
    watched.set(stream, found);
  }
  return new NodeSink(found);
}

/** One user of a Writable. */
class NodeSink implements OutputSink {
  readonly #watched: WatchedWritable;
  #fail: ((error: unknown) => void) | undefined;

  constructor(stream: WatchedWritable) {
    this.#watched = stream;
  }

  write(chunk: Buffer): Promise<void> {
    return this.#watched.write(chunk);
  }

  onFailure(fail: (error: unknown) => void): void {
    this.#fail = fail;
    this.#watched.add(fail);
  }

  release(): void {
    if (this.#fail) this.#watched.delete(this.#fail);
  }
}

/** A WritableStream, locked until it is released. */
class WebSink implements OutputSink {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
  }

  write(chunk: Buffer): Promise<void> {
    return this.#writer.write(chunk);
  }

  onFailure(fail: (error: unknown) => void): void {
    this.#writer.closed.then(
      () => {
        fail(new Error('The stream was closed.'));
      },
      (error: unknown) => {
        fail(error);
      },
    );
  }

  release(): void {
    this.#writer.releaseLock();
  }
}
