import type { OutputName, RunStreams } from '../../streams/run-streams.js';
import { Malformed } from '../../support/received.js';

import type { WithoutId } from './held-calls.js';
import {
  STREAM_INPUTS,
  STREAM_INPUT_BYTES,
  STREAM_SLICE_BYTES,
  STREAM_WINDOW_BYTES,
  countedBytes,
} from './stream-messages.js';
import type { StreamOrder } from './stream-messages.js';

/** A worker process's message about a run's streams, with its form checked. */
export type StreamAnswer =
  | { type: 'stream-wanted'; id: number }
  | { type: 'stream-output'; id: number; stream: OutputName; bytes: Buffer };

/**
 * Sends an order for this run; the callback is called when the process has accepted it, or never
 * will.
 */
type Send = (
  order: WithoutId<StreamOrder>,
  arrays?: readonly Uint8Array[],
  onTaken?: (isTaken: boolean) => void,
) => void;

/**
 * The streams of one run in a worker process. A process that a guest has taken over can neither
 * make this process read ahead, nor make it keep more than a window of output that nobody accepts.
 */
export class HeldStreams {
  readonly #streams: RunStreams;
  readonly #send: Send;
  /** Chunks of input that the process has requested but not received. */
  #wanted = 0;
  #isPulling = false;
  /** The part of a chunk that did not fit in one message. */
  #rest: Uint8Array | undefined;
  /** Settles when the process has accepted the last input. */
  #sent: Promise<unknown> = Promise.resolve();
  /** Bytes of each output that have not been acknowledged to the process. */
  readonly #untaken: Record<OutputName, number> = { stdout: 0, stderr: 0 };
  #hasEnded = false;

  constructor(streams: RunStreams, send: Send) {
    this.#streams = streams;
    this.#send = send;
  }

  /** Handles a message from the worker process about this run; throws {@link Malformed}. */
  take(answer: StreamAnswer): void {
    if (answer.type === 'stream-output') {
      this.#takeOutput(answer.stream, answer.bytes);
      return;
    }
    if (!this.#streams.hasInput || this.#wanted >= STREAM_INPUTS) {
      throw new Malformed('a request for input that its run does not have');
    }
    this.#wanted++;
    if (!this.#isPulling) void this.#pull();
  }

  /** The run has ended. */
  end(): void {
    this.#hasEnded = true;
    this.#rest = undefined;
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    try {
      while (this.#wanted > 0) {
        // While it is not read, nothing is pulled.
        await this.#sent;
        const piece = this.#rest ?? (await this.#streams.next());
        if (this.#hasEnded) return;
        // A copy, which the source cannot change.
        const slice = piece && Buffer.from(piece.subarray(0, STREAM_INPUT_BYTES));
        const hasRest = piece && piece.length > STREAM_INPUT_BYTES;
        this.#rest = hasRest ? piece.subarray(STREAM_INPUT_BYTES) : undefined;
        this.#sent = new Promise((resolve) => {
          this.#send({ type: 'stream-input' }, slice ? [slice] : [], resolve);
        });
        // Further requests by then have no effect.
        if (!piece) return;
        this.#wanted--;
      }
      this.#isPulling = false;
    } catch {
      // The run is being ended for this reason.
    }
  }

  #takeOutput(stream: OutputName, bytes: Buffer): void {
    const outlet = this.#streams.outlet(stream);
    if (!outlet || bytes.length === 0 || bytes.length > STREAM_SLICE_BYTES) {
      throw new Malformed('output of a stream that does not exist');
    }
    if (this.#untaken[stream] >= STREAM_WINDOW_BYTES) {
      throw new Malformed('more output than its window allows');
    }
    const counted = countedBytes(bytes);
    this.#untaken[stream] += counted;
    const isTaken = (): void => {
      if (this.#hasEnded) return;
      // While it does not read that, it may not send more either.
      this.#send({ type: 'stream-taken', stream, bytes: counted }, [], () => {
        this.#untaken[stream] -= counted;
      });
    };
    const taken = outlet.write(bytes);
    if (taken) void taken.then(isTaken);
    else isTaken();
  }
}
