import assert from 'node:assert/strict';

import type { Instance, LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { HOMES, loadKept, nameOf } from './support/instances.js';
import type { Kept } from './support/instances.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

const PAGE = 65_536;

for (const home of HOMES) {
  describe(`The memory of a kept instance (${nameOf(home)})`, () => {
    let module: LoadedModule<Kept>;
    let instance: Instance<Kept>;
    before(async () => {
      module = await loadKept({ ...home, concurrency: 1, limits: { memoryPages: 40 } });
      instance = await module.instantiate();
    });
    after(() => module.close());

    it('is read and written in line with the calls', async () => {
      const { memory } = instance;
      const [, before, , after] = await Promise.all([
        instance.call('store', 3000, 1),
        memory.read(3000, 1),
        instance.call('store', 3000, 2),
        memory.read(3000, 1),
      ]);
      assert.deepEqual([before[0], after[0]], [1, 2]);
      const bytes = Uint8Array.of(7, 8);
      const written = memory.write(3000, bytes);
      bytes.fill(0);
      const loaded = instance.call('load', 3001);
      await written;
      assert.equal(await loaded, 8, 'what is written is copied at once');
      assert.equal(await memory.writeString(100, 'größe'), 7);
      assert.equal(await memory.readString(100, 7), 'größe');
      assert.equal((await memory.read(0, 0)).length, 0);
    });

    it('ends where it ends', async () => {
      const { memory } = instance;
      const size = await memory.byteLength();
      assert.equal(size, PAGE);
      assert.equal((await memory.read(size, 0)).length, 0);
      for (const [address, length] of [
        [size, 1],
        [size - 1, 2],
        [2 ** 32 - 1, 1],
        [-1, 1],
        [0, size + 1],
        [0, 2 ** 32 - 1],
        [2 ** 32 - 1, 2 ** 32 - 1],
      ] as const) {
        await fails('ERR_INVALID_ARGUMENT', memory.read(address, length));
      }
      await fails('ERR_INVALID_ARGUMENT', memory.write(size - 1, Uint8Array.of(1, 2)));
      await fails('ERR_INVALID_ARGUMENT', memory.write(0, Buffer.alloc(2 * 1024 * 1024)));
      assert.deepEqual([...(await memory.read(size - 1, 1))], [0], 'nothing was half written');
      assert.equal((await instance.call('load', 0)) >= 0, true, 'the instance lives');
    });

    it('grows to its limit, also with large slices', async () => {
      const { memory } = instance;
      assert.equal(await memory.grow(7), 1);
      assert.equal(await memory.byteLength(), 8 * PAGE);
      assert.equal((await fails('ERR_LIMIT', memory.grow(1))).limit, 'memoryPages');
      assert.equal(await instance.call('grow', 1), -1);
      const file = await wasmFile(`(module (memory (export "m") 1)
        (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))`);
      const options = { ...home, concurrency: 1, limits: { memoryPages: 64 } };
      await withModule(file, options, async (large) => {
        const other = await large.instantiate();
        await other.memory.grow(63);
        const bytes = Buffer.alloc(3 * 1024 * 1024 + 5, 9);
        // The following operations wait for all of it.
        const [, last, read] = await Promise.all([
          other.memory.write(10, bytes),
          other.call('load', 10 + bytes.length - 1),
          other.memory.read(10, bytes.length),
        ]);
        assert.equal(last, 9);
        assert.ok(bytes.equals(read));
        assert.equal((await fails('ERR_LIMIT', other.memory.grow(1))).limit, 'memoryPages');
      });
    });

    it('is refused in words where the module exports none', async () => {
      const file = await wasmFile('(module (memory 1) (func (export "f")))');
      await withModule(file, { ...home, concurrency: 1 }, async (hidden) => {
        const other = await hidden.instantiate();
        const error = await fails('ERR_INVALID_ARGUMENT', other.memory.read(0, 1));
        assert.match(error.message, /exports no memory/);
        assert.equal(await other.call('f'), undefined);
      });
    });
  });
}
