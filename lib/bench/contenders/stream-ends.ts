import { Readable, Writable } from 'node:stream';

import { PIECE_BYTES, STREAM_BYTES } from './stream-guest.js';

// The two ends around the guest: Node.js streams with almost no cost of their own.

/** A Readable of {@link STREAM_BYTES}. */
export function source(): Readable {
  const piece = Buffer.alloc(PIECE_BYTES, 'a stream ');
  let left = STREAM_BYTES;
  return new Readable({
    highWaterMark: PIECE_BYTES,
    read() {
      this.push(left > 0 ? piece : null);
      left -= PIECE_BYTES;
    },
  });
}

/** A Writable that counts. */
export class Counter extends Writable {
  bytes = 0;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.bytes += chunk.length;
    done();
  }

  /** Throws unless all bytes came through. */
  requireAll(): void {
    if (this.bytes !== STREAM_BYTES) throw new Error(`${this.bytes} bytes came through.`);
  }
}
