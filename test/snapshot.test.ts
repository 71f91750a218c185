import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { ISOLATIONS } from './support/isolations.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

const CONFINED = ISOLATIONS.filter((each) => each !== 'subprocess');

/**
 * Counts its calls in memory and in a global: `init` fills a page and grows the memory by another;
 * `scribble` overwrites all of it.
 */
const COUNTING = `(module
  ${wasiImport('random_get')}
  ${wasiImport('clock_time_get')}
  (memory (export "memory") 2 8)
  (data (i32.const 64) "\\07")
  (global $constructed (mut i32) (i32.const 0))
  (global $initialized (export "initialized") (mut i64) (i64.const 0))
  (func (export "_initialize")
    (global.set $constructed (i32.add (global.get $constructed) (i32.const 1)))
    (i32.store8 (i32.const 64) (i32.add (i32.load8_u (i32.const 64)) (i32.const 1))))
  (func (export "init")
    (global.set $initialized (i64.add (global.get $initialized) (i64.const 1)))
    (drop (memory.grow (i32.const 1)))
    (memory.fill (i32.const 131072) (i32.const 9) (i32.const 65536))
    (drop (call $random_get (i32.const 16) (i32.const 8)))
    (drop (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 24))))
  (func (export "constructed") (result i32) (global.get $constructed))
  (func (export "data") (result i32) (i32.load8_u (i32.const 64)))
  (func (export "inits") (result i64) (global.get $initialized))
  (func (export "pages") (result i32) (memory.size))
  (func (export "grow") (result i32) (drop (memory.grow (i32.const 2))) (memory.size))
  (func (export "filled") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "drawn") (result i64) (i64.load (i32.const 16)))
  (func (export "random") (result i64)
    (drop (call $random_get (i32.const 32) (i32.const 8))) (i64.load (i32.const 32)))
  (func (export "since") (result i64)
    (drop (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 40)))
    (i64.sub (i64.load (i32.const 40)) (i64.load (i32.const 24))))
  (func (export "scribble") (result i32)
    (local $sum i32) (local $at i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
      (i32.store8 (local.get $at) (i32.const 255))
      (br_if $next
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 1024)))
          (i32.shl (memory.size) (i32.const 16)))))
    (global.set $constructed (i32.const 99))
    (local.get $sum)))`;

/** Open snapshot files of this process. */
function snapshotFiles(): number {
  const paths = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      // The directory's own descriptor is closed by now.
      return '';
    }
  });
  return paths.filter((path) => path.includes('wasmedge-embed-snapshot')).length;
}

describe('Snapshot', () => {
  for (const isolation of CONFINED) {
    for (const { aot, mode } of MODES) {
      const options: LoadOptions = { isolation, aot, snapshot: 'init', concurrency: 2 };

      it(`is what each call begins with (${isolation}, ${mode})`, async () => {
        await withModule(await wasmFile(COUNTING), options, async (module) => {
          for (let round = 0; round < 3; ++round) {
            assert.equal(await module.call('constructed'), 1, 'its constructors ran once');
            assert.equal(await module.call('data'), 8, 'data is copied before them, once');
            assert.equal(await module.call('inits'), 1n);
            assert.equal(await module.call('pages'), 3);
            assert.equal(await module.call('filled', 131_072), 9);
            assert.equal(await module.call('filled', 196_607), 9);
            assert.equal(await module.call('filled', 131_071), 0);
            assert.equal(await module.call('grow'), 5);
            assert.equal(await module.call('scribble'), 9 * 64);
          }
        });
      });

      it(`shares nothing that a call writes (${isolation}, ${mode})`, async () => {
        await withModule(await wasmFile(COUNTING), options, async (module) => {
          const sums = await Promise.all(Array.from({ length: 40 }, () => module.call('scribble')));
          assert.deepEqual([...new Set(sums)], [9 * 64]);
        });
      });

      it(`shares what was drawn, and the clock goes on (${isolation}, ${mode})`, async () => {
        const one = { ...options, concurrency: 1 };
        await withModule(await wasmFile(COUNTING), one, async (module) => {
          assert.equal(await module.call('drawn'), await module.call('drawn'));
          assert.notEqual(await module.call('random'), await module.call('random'));
          const first = (await module.call('since')) as bigint;
          const second = (await module.call('since')) as bigint;
          assert.ok(0n < first && first < second, `${String(first)} ns, then ${String(second)}`);
        });
      });

      it(`is what kept instances begin with (${isolation}, ${mode})`, async () => {
        await withModule(await wasmFile(COUNTING), options, async (module) => {
          await using one = await module.instantiate();
          await using other = await module.instantiate();
          assert.equal(await one.call('scribble'), 9 * 64);
          assert.equal(await one.call('scribble'), 255 * 192);
          assert.equal(await one.call('constructed'), 99);
          assert.equal(await other.call('scribble'), 9 * 64);
          assert.equal(await other.call('constructed'), 99);
          assert.equal(await other.memory.byteLength(), 3 * 65_536);
          assert.equal(await module.call('constructed'), 1);
        });
      });

      it(`has what a program is given, and it runs as always (${isolation}, ${mode})`, async () => {
        const file = await wasmFile(`(module
          ${wasiImport('args_sizes_get')}
          ${wasiImport('fd_write')}
          (memory (export "memory") 1)
          (data (i32.const 0) "\\08\\00\\00\\00\\04\\00\\00\\00")
          (func (export "init")
            (drop (call $args_sizes_get (i32.const 8) (i32.const 100))))
          (func (export "_start")
            (i32.store8 (i32.const 9) (i32.add (i32.load8_u (i32.const 9)) (i32.const 1)))
            (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 200)))))`);
        await withModule(file, { ...options, args: ['a', 'b'] }, async (module) => {
          for (let round = 0; round < 2; ++round) {
            assert.deepEqual([...(await module.run()).stdout], [3, 1, 0, 0]);
          }
          const { value, stdout } = await module.invoke('_start');
          assert.equal(value, undefined);
          assert.deepEqual([...stdout], [3, 1, 0, 0]);
        });
      });
    }
  }

  it('is taken of untrusted modules, of bytes, and of one that is compiled meanwhile', async () => {
    const file = await wasmFile(COUNTING.replace('(i64.const 1)))', '(i64.const 1))) (; own ;)'));
    await withModule(file, { snapshot: 'init', trusted: false }, async (module) => {
      assert.equal(await module.call('scribble'), 9 * 64);
    });
    await withModule(file, { snapshot: 'init', aot: 'background' }, async (module) => {
      assert.equal(await module.call('scribble'), 9 * 64);
      while (module.mode !== 'aot') await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(await module.call('scribble'), 9 * 64);
      assert.equal(await module.call('constructed'), 1);
    });
  });

  it('lists what the module exports and no more', async () => {
    const module = await loadModule(await wasmFile(COUNTING), { snapshot: 'init' });
    const names = module.exports.map(({ name }) => name);
    await module.close();
    assert.equal(names.length, 14);
    assert.deepEqual(
      names.filter((name) => name.startsWith('snapshot')),
      [],
    );
  });

  it('ends with its module, whatever is collected when', async () => {
    const file = await wasmFile(COUNTING);
    // Other tests' modules may be open as well.
    const before = snapshotFiles();
    const module = await loadModule(file, { snapshot: 'init' });
    assert.equal(await module.call('filled', 131_072), 9);
    assert.equal(snapshotFiles() - before, 1);
    await module.close();
    assert.equal(snapshotFiles() - before, 0);
  });

  it('begins with a table of many runs', async () => {
    const file = await wasmFile(`(module
      (type $number (func (result i32)))
      (table $t 0 funcref)
      (func $f (result i32) (i32.const 42))
      (elem declare func $f)
      (func (export "init") (local $at i32)
        (drop (table.grow $t (ref.null func) (i32.const 1000)))
        (loop $next
          (table.set $t (local.get $at) (ref.func $f))
          (br_if $next (i32.lt_u
            (local.tee $at (i32.add (local.get $at) (i32.const 3))) (i32.const 1000)))))
      (func (export "has") (param i32) (result i32)
        (i32.eqz (ref.is_null (table.get $t (local.get 0)))))
      (func (export "via") (param i32) (result i32)
        (call_indirect (type $number) (local.get 0))))`);
    for (const { aot } of MODES) {
      await withModule(file, { snapshot: 'init', aot }, async (module) => {
        await using instance = await module.instantiate();
        for (const at of [0, 1, 2, 3, 500, 501, 998, 999]) {
          assert.equal(await instance.call('has', at), at % 3 === 0 ? 1 : 0);
        }
        assert.equal(await instance.call('via', 999), 42);
      });
    }
  });

  it('holds as many instances as before', async () => {
    await withModule(await wasmFile(COUNTING), { snapshot: 'init' }, async (module) => {
      const kept = await Promise.all(Array.from({ length: 300 }, () => module.instantiate()));
      for (const instance of kept) assert.equal(await instance.call('scribble'), 9 * 64);
      await Promise.all(kept.map((instance) => instance.close()));
    });
  });
});
