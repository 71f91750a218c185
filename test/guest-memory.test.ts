import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { SlicedGuestMemory, outsideOfMemory } from './support/internals.js';
import type { MemoryOperations } from './support/internals.js';

const MIB = 2 ** 20;

/** A memory of local bytes, and a record of the operations on it. */
class FakeMemory implements MemoryOperations {
  readonly sliceBytes = MIB;
  readonly bytes: Buffer;
  readonly done: string[] = [];

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
  }

  read(address: number, length: number): Promise<Buffer> {
    this.done.push(`read ${address} ${length}`);
    if (address + length > this.bytes.length) return this.#refuse(address, length);
    return Promise.resolve(Buffer.from(this.bytes.subarray(address, address + length)));
  }

  write(address: number, bytes: Uint8Array): Promise<void> {
    this.done.push(`write ${address} ${bytes.length}`);
    if (address + bytes.length > this.bytes.length) return this.#refuse(address, bytes.length);
    this.bytes.set(bytes, address);
    return Promise.resolve();
  }

  byteLength(): Promise<number> {
    this.done.push('size');
    return Promise.resolve(this.bytes.length);
  }

  grow(pages: number): Promise<number> {
    this.done.push(`grow ${pages}`);
    return Promise.resolve(1);
  }

  #refuse(address: number, length: number): Promise<never> {
    return Promise.reject(outsideOfMemory(address, length, this.bytes.length));
  }
}

function memoryOf(size: number): { fake: FakeMemory; memory: SlicedGuestMemory } {
  const fake = new FakeMemory(size);
  return { fake, memory: new SlicedGuestMemory(fake) };
}

describe("A guest's memory, seen from JavaScript,", () => {
  it('reads and writes what is small in one go', async () => {
    const { fake, memory } = memoryOf(65_536);
    await memory.write(8, Buffer.from([1, 2, 3]));
    await memory.write(11, new Uint16Array([0x0504]));
    assert.deepEqual([...(await memory.read(8, 5))], [1, 2, 3, 4, 5]);
    assert.equal(await memory.byteLength(), 65_536);
    assert.equal(await memory.grow(2), 1);
    assert.deepEqual(fake.done, ['write 8 3', 'write 11 2', 'read 8 5', 'size', 'grow 2']);
  });

  it('writes text in UTF-8 and reads it', async () => {
    const { memory } = memoryOf(65_536);
    assert.equal(await memory.writeString(4, 'größe 🙂'), 12);
    assert.equal(await memory.readString(4, 12), 'größe 🙂');
    assert.equal(await memory.readString(4, 4), 'gr\u00f6');
    await memory.write(0, Buffer.from([0xff]));
    assert.equal(await memory.readString(0, 1), '\ufffd');
  });

  it('takes what a guest passes as a negative number by its unsigned reading', async () => {
    const { fake, memory } = memoryOf(65_536);
    await fails('ERR_INVALID_ARGUMENT', memory.read(-65_536, 1));
    await fails('ERR_INVALID_ARGUMENT', memory.read(0, -1));
    assert.deepEqual(fake.done, ['read 4294901760 1', 'size']);
  });

  it('divides what is large, after one look at the size', async () => {
    const { fake, memory } = memoryOf(3 * MIB);
    const written = Buffer.alloc(2 * MIB + 7, 'slices');
    await memory.write(5, written);
    assert.ok(written.equals(await memory.read(5, written.length)));
    const slices = [`5 ${MIB}`, `${5 + MIB} ${MIB}`, `${5 + 2 * MIB} 7`];
    assert.deepEqual(fake.done, [
      ...['size', ...slices.map((slice) => `write ${slice}`)],
      ...['size', ...slices.map((slice) => `read ${slice}`)],
    ]);
  });

  it('writes nothing of what does not fit', async () => {
    const { fake, memory } = memoryOf(2 * MIB);
    const { message } = await fails(
      'ERR_INVALID_ARGUMENT',
      memory.write(1, Buffer.alloc(2 * MIB, 1)),
    );
    assert.equal(
      message,
      "2097152 bytes at address 1 are not within the guest's memory of 2097152 bytes.",
    );
    await fails('ERR_INVALID_ARGUMENT', memory.read(0, 2 ** 32 - 1));
    assert.deepEqual(fake.done, ['size', 'size']);
    assert.ok(fake.bytes.every((byte) => byte === 0));
  });

  it('refuses what is no address, length, text or bytes', async () => {
    const { fake, memory } = memoryOf(65_536);
    for (const wrong of [1.5, NaN, 2 ** 32, -(2 ** 31) - 1, '0', 0n, null, undefined, {}]) {
      await fails('ERR_INVALID_ARGUMENT', memory.read(wrong as number, 1));
      await fails('ERR_INVALID_ARGUMENT', memory.read(0, wrong as number));
      await fails('ERR_INVALID_ARGUMENT', memory.write(wrong as number, Buffer.alloc(1)));
      await fails('ERR_INVALID_ARGUMENT', memory.grow(wrong as number));
    }
    await fails('ERR_INVALID_ARGUMENT', memory.grow(-1));
    await fails('ERR_INVALID_ARGUMENT', memory.grow(65_537));
    await fails('ERR_INVALID_ARGUMENT', memory.write(0, 'text' as unknown as Buffer));
    await fails('ERR_INVALID_ARGUMENT', memory.writeString(0, 7 as unknown as string));
    assert.deepEqual(fake.done, []);
  });
});
