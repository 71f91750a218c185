import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';

import { Channel } from './support/internals.js';
import { random } from './support/random.js';

const BOUNDS = { headerBytes: 1000, arrays: 3, arrayBytes: 400_000, aheadBytes: 100_000 };

type Received = [message: unknown, arrays: Buffer[]];

/** The bytes that a channel sends for these messages. */
function sent(messages: readonly Received[]): Buffer {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const unexpected = (): never => assert.fail('nothing is received');
  const channel = new Channel(stream as unknown as Socket, BOUNDS, {
    onMessage: unexpected,
    onMalformed: unexpected,
  });
  for (const [message, arrays] of messages) channel.send(message as object, arrays);
  return Buffer.concat(chunks);
}

/** The messages that a channel makes from these bytes, which arrive in pieces. */
async function received(
  pieces: readonly Buffer[],
): Promise<{ messages: Received[]; error: unknown }> {
  const messages: Received[] = [];
  let error: unknown;
  const stream = new PassThrough({ highWaterMark: 2 ** 30 });
  new Channel(stream as unknown as Socket, BOUNDS, {
    onMessage: (message, arrays) => messages.push([message, arrays]),
    onMalformed: (reason) => {
      error = reason;
    },
  });
  // It flows from the next turn on.
  await new Promise(setImmediate);
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await once(stream, 'end');
  return { messages, error };
}

describe('Messages between the pool and a worker process', () => {
  const messages: Received[] = [
    [{ type: 'ping' }, []],
    [{ text: 'größe \u2028 \ud800', deep: [null, { a: 1 }] }, [Buffer.from('x')]],
    [{ empty: true }, [Buffer.alloc(0), Buffer.from([0, 255]), Buffer.alloc(0)]],
    [{ large: 1 }, [Buffer.alloc(300_000, 7), Buffer.alloc(70_000, 8)]],
    [{ last: true }, []],
  ];

  it('arrive as they were sent, whatever pieces they come in', async () => {
    const bytes = sent(messages);
    assert.deepEqual((await received([bytes])).messages, messages);
    const small = sent(messages.slice(0, 3));
    for (let size = 1; size < small.length; ++size) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < small.length; at += size) pieces.push(small.subarray(at, at + size));
      assert.deepEqual(
        (await received(pieces)).messages,
        messages.slice(0, 3),
        `pieces of ${size}`,
      );
    }
    const below = random(7);
    for (let round = 0; round < 20; ++round) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        const end = at + below(100_000);
        pieces.push(bytes.subarray(at, end));
        at = end;
      }
      assert.deepEqual((await received(pieces)).messages, messages);
    }
  });

  it('that are malformed are refused, and nothing is taken after them', async () => {
    const frame = (header: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(header));
      return Buffer.concat([length, Buffer.from(header)]);
    };
    for (const header of [
      ...['{}', '[1]', '[{}, 4]', '[{}, [-1]]', '[{}, ["a"]]', '[{}, [1e300]]', '[{}, [null]]'],
      ...['no JSON', '[{}, [[]', 'null', '[{}, [], 1]'],
      // Beyond what the other side may send: by its header, its arrays, or their total bytes.
      ...[`["${'x'.repeat(1000)}", []]`, '[{}, [0, 0, 0, 0]]', '[{}, [200000, 200001]]'],
    ]) {
      const bytes = Buffer.concat([frame(header), frame('[{"next":1},[]]')]);
      const { messages: none, error } = await received([bytes, frame('[{"next":2},[]]')]);
      assert.deepEqual(none, [], header);
      assert.ok(error instanceof Error, header);
    }
    assert.ok((await received([Buffer.alloc(8)])).error instanceof Error, 'an empty header');
  });
});
