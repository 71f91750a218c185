import type { Socket } from 'node:net';

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
  readonly #decoder: Decoder;

  /**
   * @param onMessage Gets each message with its arrays, in order.
   * @param onMalformed The other side does not keep to the form; nothing is read any more.
   */
  constructor(
    socket: Socket,
    onMessage: (message: unknown, arrays: Buffer[]) => void,
    onMalformed: (reason: unknown) => void,
  ) {
    this.#socket = socket;
    this.#decoder = new Decoder(onMessage);
    socket.on('data', (chunk: Buffer) => {
      try {
        this.#decoder.push(chunk);
      } catch (error) {
        socket.removeAllListeners('data');
        onMalformed(error);
      }
    });
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

type State = 'length' | 'header' | 'arrays';

/** Puts the frames together again, whatever pieces they come in. Each array is copied once. */
class Decoder {
  readonly #onMessage: (message: unknown, arrays: Buffer[]) => void;
  /** What is being filled: a header's length, a header, or an array of `#arrays`. */
  #part: Buffer = Buffer.allocUnsafe(4);
  #filled = 0;
  #state: State = 'length';
  #message: unknown;
  #arrays: Buffer[] = [];
  #next = 0;

  constructor(onMessage: (message: unknown, arrays: Buffer[]) => void) {
    this.#onMessage = onMessage;
  }

  /** Takes a piece; throws when it is malformed. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const copied = chunk.copy(this.#part, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled === this.#part.length) this.#advance();
    }
  }

  #advance(): void {
    switch (this.#state) {
      case 'length':
        this.#fill('header', Buffer.allocUnsafe(this.#part.readUInt32LE()));
        return;
      case 'header': {
        const [message, lengths] = JSON.parse(this.#part.toString()) as [unknown, number[]];
        this.#message = message;
        this.#arrays = lengths.map((length) => Buffer.allocUnsafeSlow(length));
        this.#next = 0;
        this.#nextArray();
        return;
      }
      case 'arrays':
        this.#nextArray();
    }
  }

  #nextArray(): void {
    while (this.#next < this.#arrays.length) {
      const array = this.#arrays[this.#next++];
      if (array && array.length > 0) {
        this.#fill('arrays', array);
        return;
      }
    }
    const arrays = this.#arrays;
    this.#arrays = [];
    this.#fill('length', Buffer.allocUnsafe(4));
    this.#onMessage(this.#message, arrays);
  }

  #fill(state: State, part: Buffer): void {
    if (part.length === 0) throw new Error('an empty header');
    this.#state = state;
    this.#part = part;
    this.#filled = 0;
  }
}
