import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { HeldLane, RunStreams, StreamLane } from './support/internals.js';

type Taken = (error?: Error) => void;

const WANTED = { type: 'stream-wanted', id: 1 } as const;
const KIB = 1024;

/** The host's end of a socket, whose other end accepts written data as `write` says. */
function socket(write: (bytes: Buffer, taken: Taken) => void): Socket {
  const stream = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, taken) => {
      write(bytes, taken);
    },
  });
  // The lane listens for it there.
  stream.on('error', () => undefined);
  return Object.assign(stream, { ref: () => stream, unref: () => stream }) as unknown as Socket;
}

/** A source that always has this piece ready, this many times, and counts how often it was read. */
class Ready {
  asked = 0;
  readonly #piece: Uint8Array;

  constructor(piece: Uint8Array) {
    this.#piece = piece;
  }

  next(): Promise<Uint8Array | undefined> {
    return Promise.resolve(++this.asked > 5000 ? undefined : this.#piece);
  }

  cancel(): void {
    // Nothing is held.
  }

  get streams(): InstanceType<typeof RunStreams> {
    return new RunStreams({ stdin: this, stdout: undefined, stderr: undefined }, Infinity);
  }
}

const silent = (): Socket => socket(() => undefined);

describe("The input of a worker process's lane", () => {
  const begin = (source: Ready, stdout: Socket): InstanceType<typeof HeldLane> => {
    const held = new HeldLane(source.streams, { stdout, stderr: silent() }, () => undefined);
    held.take(WANTED);
    return held;
  };

  it('is asked for no more when the socket is destroyed or fails', async () => {
    const destroyed = silent();
    destroyed.destroy();
    const failing = socket((_bytes, taken) => {
      taken(new Error('of the test'));
    });
    const vanishing = socket((_bytes, taken) => {
      vanishing.destroy();
      taken();
    });
    for (const stdout of [destroyed, failing, vanishing]) {
      const source = new Ready(new Uint8Array(64 * KIB));
      begin(source, stdout);
      for (let round = 0; round < 20; round++) await setImmediate();
      assert.ok(source.asked <= 1, `asked ${source.asked} times`);
    }
  });

  it('gives the event loop its turns where nobody waits', async () => {
    const source = new Ready(new Uint8Array(64 * KIB));
    const held = begin(
      source,
      socket((_bytes, taken) => {
        taken();
      }),
    );
    await setImmediate();
    assert.ok(source.asked <= 40, `asked ${source.asked} times`);
    held.end();
  });

  it('keeps a frame alone of a large piece that is not read', async () => {
    let kept = 0;
    const source = new Ready(new Uint8Array(4096 * KIB));
    const held = begin(
      source,
      socket((bytes, taken) => {
        kept = Math.max(kept, bytes.buffer.byteLength);
        if (bytes.length <= 4) taken();
      }),
    );
    await setImmediate();
    assert.ok(kept > 4 && kept <= 512 * KIB, `${kept} bytes`);
    held.end();
  });

  it('does not pile up where run after run leaves it', async () => {
    const data = silent();
    const lane = new StreamLane([data, silent()], () => undefined);
    let runs = 0;
    for (; runs < 200 && lane.isFree; runs++) {
      const held = lane.hold(new Ready(new Uint8Array(64 * KIB)).streams);
      held.take(WANTED);
      await setImmediate();
      held.answer([0, 0], () => undefined);
      held.end();
    }
    assert.ok(runs > 1);
    assert.ok(data.writableLength <= 1024 * KIB, `${data.writableLength} bytes`);
  });
});
