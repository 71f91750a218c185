import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import type { BytesLike } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';

const SIZE = 4_000_000;

describe('The input of a run', () => {
  it('is copied when run() is called: the caller may overwrite its buffer', async () => {
    await withModule(rustGuest('std-tour'), { concurrency: 1, args: ['cat'] }, async (module) => {
      // The first one keeps the only thread busy, so the second is still waiting.
      const buffers = [randomBytes(SIZE), randomBytes(SIZE)];
      const expected = buffers.map((buffer) => Buffer.from(buffer));
      const runs = buffers.map((stdin) => module.run({ stdin }));
      for (const buffer of buffers) buffer.fill(0);
      for (const [index, { stdout }] of (await Promise.all(runs)).entries()) {
        assert.ok(stdout.equals(expected[index]!), `run ${index}`);
      }
    });
  });

  it('is copied when run() is called: the caller may transfer its buffer', async () => {
    await withModule(rustGuest('std-tour'), { concurrency: 1, args: ['cat'] }, async (module) => {
      const given = new Uint8Array(SIZE).fill(7);
      const busy = module.run({ stdin: given });
      const waiting = module.run({ stdin: given });
      const { port1, port2 } = new MessageChannel();
      port1.postMessage(given, [given.buffer]);
      assert.equal(given.byteLength, 0, 'the buffer is gone');
      port1.close();
      port2.close();
      for (const { stdout } of await Promise.all([busy, waiting])) {
        assert.ok(stdout.length === SIZE && stdout.every((byte) => byte === 7));
      }
    });
  });

  it('belongs to each run: results do not share memory with it or with one another', async () => {
    await withModule(rustGuest('std-tour'), { args: ['cat'] }, async (module) => {
      const stdin = Buffer.alloc(200_000, 'a');
      const [first, second] = await Promise.all([module.run({ stdin }), module.run({ stdin })]);
      first.stdout.fill('b');
      assert.ok(second.stdout.every((byte) => byte === 0x61));
      assert.ok(stdin.every((byte) => byte === 0x61));
    });
  });

  it('may be bytes of every form', async () => {
    const bytes = randomBytes(4000);
    const around = Buffer.concat([Buffer.alloc(16, 1), bytes, Buffer.alloc(16, 2)]);
    const exact = Uint8Array.from(around).buffer;
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    const forms: Record<string, BytesLike> = {
      Buffer: bytes,
      'a Uint8Array within its buffer': new Uint8Array(exact, 16, 4000),
      'a DataView within its buffer': new DataView(exact, 16, 4000),
      'a Float64Array within its buffer': new Float64Array(exact, 16, 500),
      'a Uint16Array within its buffer': new Uint16Array(exact, 16, 2000),
      ArrayBuffer: exact.slice(16, 4016),
      SharedArrayBuffer: shared,
      'a Uint8Array of shared memory': new Uint8Array(shared),
      'a DataView of shared memory': new DataView(shared),
    };
    await withModule(rustGuest('std-tour'), { args: ['cat'] }, async (module) => {
      for (const [form, stdin] of Object.entries(forms)) {
        assert.ok((await module.run({ stdin })).stdout.equals(bytes), form);
      }
      const text = 'text: größe 🦀\0 and a lone surrogate \ud800';
      assert.ok((await module.run({ stdin: text })).stdout.equals(Buffer.from(text)), 'string');
    });
  });

  it('that was transferred before is refused or empty, and harms nothing', async () => {
    await withModule(rustGuest('std-tour'), { args: ['cat'] }, async (module) => {
      const gone = new Uint8Array(100);
      structuredClone(gone, { transfer: [gone.buffer] });
      assert.equal((await module.run({ stdin: gone })).stdout.length, 0);
      const goneView = new DataView(new ArrayBuffer(100));
      structuredClone(goneView.buffer, { transfer: [goneView.buffer] });
      await assert.rejects(module.run({ stdin: goneView }), {
        code: 'ERR_INVALID_ARGUMENT',
        message: /stdin/,
      });
    });
  });
});
