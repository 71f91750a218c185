import type { Socket } from 'node:net';

import { FrameReader } from './frames.js';
import type { FrameBounds } from './frames.js';

/** Events of a channel. */
export interface ChannelEvents {
  /** A message with its arrays, in order. An exception counts as a malformed message. */
  onMessage: (message: unknown, arrays: Buffer[]) => void;
  /** The other side does not follow the format; nothing more is read. */
  onMalformed: (reason: unknown) => void;
  /** The other side has accepted a slice of a large array: it is alive. */
  onTaken?: () => void;
}

/** Larger arrays are written in slices, each after the previous one was accepted. */
const SLICE_BYTES = 1024 * 1024;

/**
 * Messages between two processes over a stream: JSON with separate byte arrays, which are sent
 * unchanged. (Measured: a picture of 2 MB takes half the time of Node's own channel, one of 20 MB a
 * quarter. And what is sent by a child whose guest has broken out is only ever parsed as JSON.)
 *
 * A frame is the header's length (32 bits, little-endian), the header, and the arrays one after
 * another. The header is JSON: `[message, [length of each array]]`.
 */
export class Channel {
  readonly #socket: Socket;
  readonly #onTaken: () => void;
  /** What is sent after earlier data has been accepted, with a callback for when it is accepted. */
  readonly #waiting: [piece: Uint8Array, onTaken: ((isTaken: boolean) => void) | undefined][] = [];
  #isSending = false;
  #isEnding = false;

  /** @param bounds What the other side may send. */
  constructor(socket: Socket, bounds: FrameBounds, events: ChannelEvents) {
    this.#socket = socket;
    this.#onTaken = events.onTaken ?? (() => undefined);
    const reader = new FrameReader(bounds, events.onMessage);
    const fail = (reason: unknown): void => {
      socket.removeAllListeners('data');
      // Incoming data is read and dropped, so that the end is noticed.
      socket.resume();
      events.onMalformed(reason);
    };
    const take = (piece: Buffer): void => {
      try {
        const left = reader.push(piece);
        if (!left) return;
        socket.pause();
        left.work().then(() => {
          socket.resume();
          take(left.rest);
        }, fail);
      } catch (error) {
        fail(error);
      }
    };
    socket.on('data', take);
    // The end of the other side is reported by 'close', which follows.
    socket.on('error', () => undefined);
  }

  /**
   * Sends a message; it is lost if the other side has ended. The arrays must not change.
   *
   * @param onTaken Called when the other side has accepted all of it, or never will.
   */
  send(
    message: object,
    arrays: readonly Uint8Array[] = [],
    onTaken?: (isTaken: boolean) => void,
  ): void {
    if (!this.#socket.writable) {
      onTaken?.(false);
      return;
    }
    const pieces = piecesOf(message, arrays);
    if (this.#isSending || pieces.length > 2 + arrays.length) {
      for (const [index, piece] of pieces.entries()) {
        this.#waiting.push([piece, index === pieces.length - 1 ? onTaken : undefined]);
      }
      void this.#sendWaiting();
      return;
    }
    this.#socket.cork();
    for (const piece of pieces.slice(0, -1)) this.#socket.write(piece);
    this.#socket.write(pieces.at(-1) ?? '', (error) => onTaken?.(!error));
    this.#socket.uncork();
  }

  /** Ends the stream after what was sent. */
  end(): void {
    this.#isEnding = true;
    if (!this.#isSending) this.#socket.end();
  }

  async #sendWaiting(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const [piece, onTaken] = next;
      const isTaken = await new Promise<boolean>((resolve) => {
        this.#socket.write(piece, (error) => {
          resolve(!error);
        });
      });
      if (isTaken && piece.length === SLICE_BYTES) this.#onTaken();
      onTaken?.(isTaken);
    }
    this.#isSending = false;
    if (this.#isEnding) this.#socket.end();
  }
}

/** A frame: two pieces plus one for each array, or several for a large array. */
function piecesOf(message: object, arrays: readonly Uint8Array[]): Uint8Array[] {
  const header = Buffer.from(JSON.stringify([message, arrays.map((each) => each.length)]));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(header.length);
  const pieces: Uint8Array[] = [length, header];
  for (const array of arrays) {
    for (let at = 0; at < array.length; at += SLICE_BYTES) {
      pieces.push(array.subarray(at, at + SLICE_BYTES));
    }
  }
  return pieces;
}
