import { Readable, finished } from 'node:stream';
import { isMainThread } from 'node:worker_threads';

import { WasmEdgeError, isError } from '../support/errors.js';
import { bytes, describe, looking, refuse } from '../options/validation.js';

/** A source of a guest's input. */
export interface InputSource {
  /**
   * The next chunk, never empty; undefined at the end. Rejects with the stream's error. One call at
   * a time.
   */
  next(): Promise<Uint8Array | undefined>;
  /** Stops reading. Never throws. */
  cancel(): void;
}

const EXPECTED =
  'a string, bytes (a Buffer, a typed array, a DataView or an ArrayBuffer), a Readable, an ' +
  'asynchronous iterable, a ReadableStream that is not locked, or a Blob';

/** Whether {@link inputSource} handles it: anything except text and bytes. */
export function isInputStream(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return looking('stdin', EXPECTED, value, () => {
    const isBytes =
      ArrayBuffer.isView(value) || /Array(Buffer)?\]$/.test(Object.prototype.toString.call(value));
    return !isBytes;
  });
}

/**
 * Opens a stream of any supported kind; nothing is pulled before the first
 * {@link InputSource.next}. Throws ERR_INVALID_ARGUMENT if it is not a stream, or if it is already
 * being read.
 */
export function inputSource(value: object): InputSource {
  return looking('stdin', EXPECTED, value, () => {
    if (hasFunctions(value, ['pipe', 'on', 'read'])) return new NodeSource(value as Readable);
    if (hasFunctions(value, ['pipe', 'on'])) return new NodeSource(wrapped(value));
    if (hasFunctions(value, ['getReader'])) return webSource(value as unknown as ReadableStream);
    if (hasFunctions(value, ['stream', 'arrayBuffer'])) {
      return webSource((value as Blob).stream() as ReadableStream);
    }
    const { [Symbol.asyncIterator]: iterate } = value as Partial<AsyncIterable<unknown>>;
    if (typeof iterate === 'function') return new IteratorSource(iterate.call(value));
    return refuse('stdin', EXPECTED, value);
  });
}

function hasFunctions(value: object, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/** An old-style stream of Node.js that only pushes data. */
function wrapped(value: object): Readable {
  return new Readable().wrap(value as NodeJS.ReadableStream);
}

/** The class of `process.stdin` if it is not a file. */
type Referenced = Pick<typeof process.stdin, 'ref' | 'unref'>;

/** Shared, so that it is installed only once. */
const ignore = (): void => undefined;

/** A Readable, read chunk by chunk, so that it can be left while a chunk is awaited. */
class NodeSource implements InputSource {
  readonly #stream: Readable;
  #watched: (() => void) | undefined;
  /** Set when it has ended, for whatever reason. */
  #end: { error: Error | undefined } | undefined;
  #isReading = false;
  #wake: (() => void) | undefined;
  readonly #onReadable = (): void => {
    this.#wake?.();
  };

  constructor(stream: Readable) {
    this.#stream = stream;
    // Listens at once for errors before the guest reads, for which there may be no other listener.
    this.#watched = finished(stream, { writable: false }, (error) => {
      this.#end = { error: error ?? undefined };
      this.#wake?.();
    });
  }

  async next(): Promise<Uint8Array | undefined> {
    const stream = this.#stream;
    if (!this.#isReading) {
      this.#isReading = true;
      stream.on('readable', this.#onReadable);
      if (this.#isProcessStdin) (process.stdin as Partial<Referenced>).ref?.();
    }
    for (;;) {
      if (this.#end?.error) throw this.#end.error;
      const piece: unknown = stream.read(this.#atOnce);
      if (piece !== null) {
        const taken = bytesOf(piece);
        if (taken.length > 0) return taken;
      } else {
        if (this.#end) return undefined;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /**
   * Large enough that chunks of the usual size are returned unchanged, rather than concatenated.
   */
  get #atOnce(): number | undefined {
    const { readableLength, readableHighWaterMark, readableObjectMode } = this.#stream;
    if (readableObjectMode || this.#stream.readableEncoding) return undefined;
    const size = Math.min(readableLength, readableHighWaterMark);
    return size > 0 ? size : undefined;
  }

  cancel(): void {
    const stream = this.#stream;
    this.#watched?.();
    this.#watched = undefined;
    stream.off('readable', this.#onReadable);
    // Later errors have no other listener.
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
    if (this.#isProcessStdin) {
      // The process's own stream remains usable by others, but does not keep the process alive.
      process.stdin.pause();
      (process.stdin as Partial<Referenced>).unref?.();
    } else if (!stream.readableEnded) {
      stream.destroy();
    }
  }

  get #isProcessStdin(): boolean {
    // Not accessed unless necessary, because that would open it. In a worker thread it is not a
    // descriptor.
    if (isMainThread && (this.#stream as { fd?: unknown }).fd !== 0) return false;
    return (this.#stream as unknown) === process.stdin;
  }
}

/** A ReadableStream, which stays locked. */
function webSource(stream: ReadableStream): InputSource {
  const reader = stream.getReader() as ReadableStreamDefaultReader<unknown>;
  return new PulledSource(
    () => reader.read(),
    () => reader.cancel(),
  );
}

class IteratorSource implements InputSource {
  readonly #source: PulledSource;

  constructor(iterator: AsyncIterator<unknown>) {
    this.#source = new PulledSource(
      async () => iterator.next(),
      async () => iterator.return?.(),
    );
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#source.next();
  }

  cancel(): void {
    this.#source.cancel();
  }
}

/** An asynchronous iterable. */
class PulledSource implements InputSource {
  readonly #pull: () => Promise<{ done?: boolean; value?: unknown }>;
  readonly #leave: () => Promise<unknown>;
  #hasEnded = false;

  constructor(
    pull: () => Promise<{ done?: boolean; value?: unknown }>,
    leave: () => Promise<unknown>,
  ) {
    this.#pull = pull;
    this.#leave = leave;
  }

  async next(): Promise<Uint8Array | undefined> {
    try {
      for (;;) {
        const { done, value } = await this.#pull();
        if (done) {
          this.#hasEnded = true;
          return undefined;
        }
        const piece = bytesOf(value);
        if (piece.length > 0) return piece;
      }
    } catch (error) {
      // An iterator that has thrown is finished; one that produced something other than bytes is
      // not.
      this.#hasEnded = !(error instanceof NoBytes);
      throw error;
    }
  }

  cancel(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#leave().catch(() => undefined);
  }
}

/** The error for a chunk that is not bytes. */
class NoBytes extends WasmEdgeError {}

function bytesOf(piece: unknown): Uint8Array {
  if (typeof piece === 'string') return Buffer.from(piece);
  try {
    return bytes('a piece', piece);
  } catch (cause) {
    throw new NoBytes(
      'ERR_STREAM',
      `The stream given as stdin produced ${describe(piece)}; expected bytes or strings.`,
      isError(cause) ? { cause } : {},
    );
  }
}
