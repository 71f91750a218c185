import { finished } from 'node:stream';
import type { Writable } from 'node:stream';

import type { OutputTarget } from '../options/types.js';
import { looking, refuse } from '../options/validation.js';

/** A target of a guest's output. */
export interface OutputSink {
  /**
   * Accepts a chunk. Returns a promise if the next one must wait. Throws or rejects if it fails.
   * One call at a time.
   */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Registers a listener for failures between two chunks. */
  onFailure(fail: (error: unknown) => void): void;
  /** Called when nothing more follows. Does not end the target. Never throws. */
  release(): void;
}

const EXPECTED =
  "'buffer', 'inherit', a Writable, a WritableStream that is not locked, or a function that takes " +
  'what is written';

/** Targets of output that is not part of the result. */
export type Destination = 'inherit' | OutputSink;

/**
 * Opens a target of any supported kind; undefined if it is the result. Throws ERR_INVALID_ARGUMENT
 * if it is not a target, or if something else is writing to it.
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
    // It can only fail in calls.
  }

  release(): void {
    // Nothing to release.
  }
}

/** Shared, so that it is installed only once. */
const ignore = (): void => undefined;

/**
 * A Writable that any number of guests write to at the same time: it has one listener of each kind.
 */
class WatchedWritable {
  readonly stream: Writable;
  readonly failed = new Set<(error: unknown) => void>();
  #forget: (() => void) | undefined;
  /** Chunks that it has not accepted yet. */
  #unwritten = 0;
  /** Whether it has failed on one, which it may report later. */
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
    // Pending writes may still fail, and have no other listener.
    if (this.#unwritten > 0 || this.#hasFailed) this.stream.on('error', ignore);
  }

  /** Settles when the chunk has been written, which is later than when it is buffered. */
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
        // Later failures are for its owner to handle.
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
