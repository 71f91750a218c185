import type { NativeStreams } from '../../addon/native.js';
import type { InputSource } from '../../streams/input-source.js';
import type { OutputSink } from '../../streams/output-sink.js';
import { RunStreams } from '../../streams/run-streams.js';
import type { OutputName } from '../../streams/run-streams.js';

import {
  STREAM_INPUTS,
  STREAM_SLICE_BYTES,
  STREAM_WINDOW_BYTES,
  countedBytes,
} from './stream-messages.js';
import type { StreamNews, StreamOrder } from './stream-messages.js';

type Send = (news: StreamNews, arrays?: readonly Uint8Array[]) => void;

/** The streams of one run in a worker process, which lead to the pool. */
export class ForwardedStreams {
  readonly streams: RunStreams;
  readonly #source: ForwardedSource | undefined;
  readonly #sinks: Partial<Record<OutputName, ForwardedSink>> = {};

  constructor(id: number, given: NativeStreams, send: Send) {
    this.#source = given.stdin && new ForwardedSource(id, send);
    if (given.stdout) this.#sinks.stdout = new ForwardedSink(id, 'stdout', send);
    if (given.stderr) this.#sinks.stderr = new ForwardedSink(id, 'stderr', send);
    const { stdout, stderr } = this.#sinks;
    this.streams = new RunStreams({ stdin: this.#source, stdout, stderr }, Infinity);
  }

  /** Handles a message from the pool about this run. */
  take(order: StreamOrder, [bytes]: readonly Buffer[]): void {
    if (order.type === 'stream-input') this.#source?.push(bytes);
    else this.#sinks[order.stream]?.taken(order.bytes);
  }

  /** The run has ended: nothing more is requested. */
  end(): void {
    this.streams.end();
  }
}

/**
 * The streams of one run that use the lane: only the request for input is sent as a message. The
 * rest is between the guest's thread and the pool.
 */
export function laneStreams(id: number, given: NativeStreams, send: Send): RunStreams {
  const source: InputSource = {
    next: () => {
      send({ type: 'stream-wanted', id });
      return new Promise(() => undefined);
    },
    cancel: () => undefined,
  };
  const sink: OutputSink = {
    write: () => undefined,
    onFailure: () => undefined,
    release: () => undefined,
  };
  return new RunStreams(
    {
      stdin: given.stdin && source,
      stdout: given.stdout && sink,
      stderr: given.stderr && sink,
    },
    Infinity,
  );
}

class ForwardedSource implements InputSource {
  readonly #id: number;
  readonly #send: Send;
  readonly #pieces: (Buffer | undefined)[] = [];
  /**
   * The number of requested chunks: they are requested ahead, so that both processes can work at
   * the same time.
   */
  #wanted = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(id: number, send: Send) {
    this.#id = id;
    this.#send = send;
  }

  /** Some input, or its end. */
  push(piece: Buffer | undefined): void {
    this.#wanted--;
    this.#pieces.push(piece);
    if (!piece) this.#isOver = true;
    this.#want();
    this.#wake?.();
  }

  async next(): Promise<Uint8Array | undefined> {
    this.#want();
    while (this.#pieces.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const piece = this.#pieces.shift();
    this.#want();
    return piece;
  }

  cancel(): void {
    this.#isOver = true;
  }

  #want(): void {
    while (!this.#isOver && this.#wanted + this.#pieces.length < STREAM_INPUTS) {
      this.#wanted++;
      this.#send({ type: 'stream-wanted', id: this.#id });
    }
  }
}

class ForwardedSink implements OutputSink {
  readonly #id: number;
  readonly #stream: OutputName;
  readonly #send: Send;
  #untaken = 0;
  #wake: (() => void) | undefined;

  constructor(id: number, stream: OutputName, send: Send) {
    this.#id = id;
    this.#stream = stream;
    this.#send = send;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    for (let at = 0; at < chunk.length; at += STREAM_SLICE_BYTES) {
      const slice = chunk.subarray(at, at + STREAM_SLICE_BYTES);
      this.#untaken += countedBytes(slice);
      this.#send({ type: 'stream-output', id: this.#id, stream: this.#stream }, [slice]);
    }
    if (this.#untaken < STREAM_WINDOW_BYTES) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The pool has passed this many bytes on. */
  taken(bytes: number): void {
    this.#untaken -= bytes;
    if (this.#untaken < STREAM_WINDOW_BYTES) this.#wake?.();
  }

  onFailure(): void {
    // The pool ends the run.
  }

  release(): void {
    this.#wake?.();
  }
}
