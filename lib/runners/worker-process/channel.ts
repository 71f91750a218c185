import type { Socket } from 'node:net';

import { FrameReader } from './frames.js';
import type { FrameBounds } from './frames.js';

/**
 * Messages between two processes over a stream: JSON with byte arrays beside it, which travel as they
 * are. (Measured: a picture of 2 MB takes half of what Node's own channel takes for it, one of
 * 20 MB a quarter. And what a child whose guest has broken out sends is only ever parsed as JSON.)
 *
 * A frame is the header's length (32 bits, little-endian), the header, and the arrays one after the
 * other. The header is JSON: `[message, [length of each array]]`.
 */
export class Channel {
  readonly #socket: Socket;

  /**
   * @param bounds What the other side may send.
   * @param onMessage Gets each message with its arrays, in order. What it throws is as malformed.
   * @param onMalformed The other side does not keep to the form; nothing is read any more.
   */
  constructor(
    socket: Socket,
    bounds: FrameBounds,
    onMessage: (message: unknown, arrays: Buffer[]) => void,
    onMalformed: (reason: unknown) => void,
  ) {
    this.#socket = socket;
    const reader = new FrameReader(bounds, onMessage);
    const fail = (reason: unknown): void => {
      socket.removeAllListeners('data');
      // What comes is read and dropped: its end is to be seen.
      socket.resume();
      onMalformed(reason);
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
    // The end of the other side shows in 'close', which follows.
    socket.on('error', () => undefined);
  }

  /** Sends a message; one to a side that has ended is lost. The arrays must stay as they are. */
  send(message: object, arrays: readonly Uint8Array[] = []): void {
    if (!this.#socket.writable) return;
    const header = Buffer.from(JSON.stringify([message, arrays.map((each) => each.length)]));
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(header.length);
    this.#socket.cork();
    this.#socket.write(length);
    this.#socket.write(header);
    for (const each of arrays) if (each.length > 0) this.#socket.write(each);
    this.#socket.uncork();
  }

  /** Ends the stream after what was sent. */
  end(): void {
    this.#socket.end();
  }
}
