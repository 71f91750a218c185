import { setImmediate } from 'node:timers';

/** What the other side of a channel may send. */
export interface FrameBounds {
  /** Bytes of a header. */
  headerBytes: number;
  /** Number of arrays in a message. */
  arrays: number;
  /** Bytes of these arrays together. */
  arrayBytes: number;
  /** Bytes allocated before they have arrived. */
  aheadBytes: number;
}

type State = 'length' | 'header' | 'array';

/**
 * Reassembles frames from chunks of any size. A claimed size costs nothing: a frame beyond the
 * bounds is rejected at its first bytes, and memory is allocated as bytes arrive.
 */
export class FrameReader {
  readonly #bounds: FrameBounds;
  readonly #onMessage: (message: unknown, arrays: Buffer[]) => void;
  /** The part being filled: a header's length, a header, or a part of an array. */
  #part: Buffer = Buffer.allocUnsafe(4);
  #filled = 0;
  #state: State = 'length';
  #message: unknown;
  /** Of the arrays that have not arrived yet. */
  #lengths: number[] = [];
  #arrays: Buffer[] = [];
  /** The parts of the arriving array, and the number of bytes missing after them. */
  #parts: Buffer[] = [];
  #missing = 0;

  constructor(bounds: FrameBounds, onMessage: (message: unknown, arrays: Buffer[]) => void) {
    this.#bounds = bounds;
    this.#onMessage = onMessage;
  }

  /**
   * Accepts a chunk; throws if it is malformed. If an array must be assembled, which takes a while,
   * returns the rest of the chunk together with that work: call it, then push the rest.
   */
  push(piece: Buffer): { rest: Buffer; work: () => Promise<void> } | undefined {
    let at = 0;
    while (at < piece.length) {
      const copied = piece.copy(this.#part, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled < this.#part.length) continue;
      if (this.#advance()) return { rest: piece.subarray(at), work: () => this.#join() };
    }
    return undefined;
  }

  /** Called after a part is full. Returns whether an array of several parts is complete. */
  #advance(): boolean {
    switch (this.#state) {
      case 'length': {
        const length = this.#part.readUInt32LE();
        if (length === 0 || length > this.#bounds.headerBytes) {
          throw new Error(`a header of ${length} bytes`);
        }
        this.#fill('header', length);
        return false;
      }
      case 'header':
        this.#readHeader();
        this.#nextArray();
        return false;
      case 'array':
        this.#parts.push(this.#part);
        if (this.#missing > 0) {
          this.#nextPart();
          return false;
        }
        if (this.#parts.length > 1) return true;
        this.#complete(this.#part);
        return false;
    }
  }

  #readHeader(): void {
    const header: unknown = JSON.parse(this.#part.toString());
    if (!Array.isArray(header) || header.length !== 2 || !Array.isArray(header[1])) {
      throw new Error('an invalid header');
    }
    const [message, lengths] = header as [unknown, unknown[]];
    if (lengths.length > this.#bounds.arrays) throw new Error(`${lengths.length} arrays`);
    let sum = 0;
    for (const length of lengths) {
      if (!Number.isSafeInteger(length) || (length as number) < 0)
        throw new Error('an invalid length');
      sum += length as number;
    }
    if (sum > this.#bounds.arrayBytes) throw new Error(`${sum} bytes attached to a message`);
    this.#message = message;
    this.#lengths = lengths as number[];
    this.#arrays = [];
  }

  #nextArray(): void {
    for (let length = this.#lengths.shift(); length !== undefined; length = this.#lengths.shift()) {
      if (length > 0) {
        this.#missing = length;
        this.#nextPart();
        return;
      }
      this.#arrays.push(Buffer.alloc(0));
    }
    const [message, arrays] = [this.#message, this.#arrays];
    this.#message = undefined;
    this.#arrays = [];
    this.#fill('length', 4);
    this.#onMessage(message, arrays);
  }

  #nextPart(): void {
    const length = Math.min(this.#missing, this.#bounds.aheadBytes);
    this.#missing -= length;
    this.#fill('array', length);
  }

  #complete(array: Buffer): void {
    this.#parts = [];
    this.#arrays.push(array);
    this.#nextArray();
  }

  /** In steps, between which the event loop turns. */
  async #join(): Promise<void> {
    const parts = this.#parts;
    const whole = Buffer.allocUnsafeSlow(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (let part = parts.shift(); part; part = parts.shift()) {
      whole.set(part, at);
      at += part.length;
      await new Promise(setImmediate);
    }
    this.#complete(whole);
  }

  #fill(state: State, length: number): void {
    this.#state = state;
    // Not from the pool that small buffers share: a part may become an array of the caller.
    this.#part = state === 'array' ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length);
    this.#filled = 0;
  }
}
