import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

/** Everything besides memory that a guest can change. */
const GUESTS: Record<string, { text: string; results: Record<string, unknown> }> = {
  'globals of every type': {
    text: `
      (global $a (mut i32) (i32.const 1)) (global $b (mut i64) (i64.const 1))
      (global $c (mut f32) (f32.const 1)) (global $d (mut f64) (f64.const 1))
      (global $e (mut v128) (v128.const i64x2 1 1)) (global $f (mut funcref) (ref.null func))
      (global $g (mut externref) (ref.null extern)) (global $h i32 (i32.const 5))
      (table $t 1 funcref)
      (func $seven (result i32) (i32.const 7))
      (elem declare func $seven)
      (func (export "init")
        (global.set $a (i32.const -2147483648)) (global.set $b (i64.const -9223372036854775808))
        (global.set $c (f32.const -0.5)) (global.set $d (f64.const 1e300))
        (global.set $e (v128.const i64x2 -2 0x123456789abcdef0))
        (global.set $f (ref.func $seven)))
      (func (export "a") (result i32) (global.get $a)) (func (export "b") (result i64) (global.get $b))
      (func (export "c") (result f32) (global.get $c)) (func (export "d") (result f64) (global.get $d))
      (func (export "e") (result i64) (i64x2.extract_lane 1 (global.get $e)))
      (func (export "low") (result i64) (i64x2.extract_lane 0 (global.get $e)))
      (func (export "f") (result i32)
        (table.set $t (i32.const 0) (global.get $f)) (call_indirect $t (result i32) (i32.const 0)))
      (func (export "g") (result i32) (ref.is_null (global.get $g)))
      (func (export "h") (result i32) (global.get $h))`,
    results: {
      ...{ a: -2_147_483_648, b: -(2n ** 63n), c: -0.5, d: 1e300 },
      ...{ e: 0x123456789abcdef0n, low: -2n, f: 7, g: 1, h: 5 },
    },
  },
  'tables that were written, filled and grown': {
    text: `
      (type $f (func (result i32)))
      (table $t 4 40 funcref) (table $u 2 funcref)
      (elem (table $t) (i32.const 0) func $one $two)
      (elem (table $u) (i32.const 1) func $one)
      (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
      (func $three (result i32) (i32.const 3))
      (elem declare func $three)
      (func (export "init")
        (table.set $t (i32.const 0) (ref.func $three))
        (table.set $t (i32.const 1) (ref.null func))
        (drop (table.grow $t (ref.func $two) (i32.const 3)))
        (table.set $t (i32.const 3) (ref.func $one))
        (table.copy $u $t (i32.const 0) (i32.const 0) (i32.const 1)))
      (func (export "at0") (result i32) (call_indirect $t (type $f) (i32.const 0)))
      (func (export "at3") (result i32) (call_indirect $t (type $f) (i32.const 3)))
      (func (export "at6") (result i32) (call_indirect $t (type $f) (i32.const 6)))
      (func (export "null") (result i32) (ref.is_null (table.get $t (i32.const 1))))
      (func (export "size") (result i32) (table.size $t))
      (func (export "grown") (result i32)
        (table.grow $t (ref.null func) (i32.const 34)))
      (func (export "most") (result i32)
        (table.grow $t (ref.null func) (i32.const 33)))
      (func (export "u0") (result i32) (call_indirect $u (type $f) (i32.const 0)))
      (func (export "u1") (result i32) (call_indirect $u (type $f) (i32.const 1)))
      (func (export "references") (result i32)
        (table.set $u (i32.const 0) (ref.func $one)) (call_indirect $u (type $f) (i32.const 0)))`,
    results: {
      ...{ at0: 3, at3: 1, at6: 2, null: 1, size: 7, grown: -1, most: 7 },
      ...{ u0: 3, u1: 1, references: 1 },
    },
  },
  'a table of references to the host that are null': {
    text: `
      (table $t 3 externref)
      (func (export "init") (drop (table.grow $t (ref.null extern) (i32.const 2))))
      (func (export "size") (result i32) (table.size $t))
      (func (export "null") (result i32) (ref.is_null (table.get $t (i32.const 4))))`,
    results: { size: 5, null: 1 },
  },
  'functions that only an emptied segment names': {
    text: `
      (table $t 1 funcref)
      (elem (table $t) (i32.const 0) func $four)
      (func $four (result i32) (i32.const 4))
      (func (export "init") (table.set $t (i32.const 0) (ref.null func)))
      (func (export "f") (result i32)
        (table.set $t (i32.const 0) (ref.func $four))
        (call_indirect $t (result i32) (i32.const 0)))`,
    results: { f: 4 },
  },
  'imported functions in a table': {
    text: `
      (table $t 1 funcref)
      (func (export "init") (table.set $t (i32.const 0) (ref.func $sched_yield)))
      (elem declare func $sched_yield)
      (func (export "f") (result i32) (call_indirect $t (result i32) (i32.const 0)))`,
    results: { f: 0 },
  },
  'a start function, which does not run again': {
    text: `
      (global $count (mut i32) (i32.const 0))
      (func $start (global.set $count (i32.add (global.get $count) (i32.const 1))))
      (start $start)
      (func (export "init"))
      (func (export "count") (result i32) (global.get $count))`,
    results: { count: 1 },
  },
};

/** Segments, each of which `init` drops or leaves; \`use\` of one that was dropped traps. */
const SEGMENTS = `(module
  (type $f (func (result i32)))
  (memory (export "memory") 1)
  (table $t 4 funcref)
  (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
  (data $active (i32.const 0) "abc") (data $kept "defg") (data $dropped "hi") (data $empty "")
  (data $later "jkl")
  (elem $eActive (i32.const 0) func $one) (elem $eKept func $two $one)
  (elem $eDropped func $two) (elem $eExpressions funcref (ref.func $two) (ref.null func))
  (func (export "init")
    (data.drop $dropped) (elem.drop $eDropped) (i32.store8 (i32.const 1) (i32.const 120)))
  (func (export "active") (memory.init $active (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "dropped") (memory.init $dropped (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "droppedNone") (memory.init $dropped (i32.const 0) (i32.const 0) (i32.const 0)))
  (func (export "kept") (result i32)
    (memory.init $kept (i32.const 0) (i32.const 1) (i32.const 3)) (i32.load (i32.const 0)))
  (func (export "later") (result i32)
    (data.drop $later) (data.drop $later) (i32.load (i32.const 0)))
  (func (export "laterStill") (result i32)
    (memory.init $later (i32.const 8) (i32.const 0) (i32.const 3)) (i32.load (i32.const 8)))
  (func (export "eActive") (table.init $t $eActive (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "eDropped") (table.init $t $eDropped (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "eKept") (result i32)
    (table.init $t $eKept (i32.const 2) (i32.const 0) (i32.const 1))
    (call_indirect $t (type $f) (i32.const 2)))
  (func (export "eExpressions") (result i32)
    (table.init $t $eExpressions (i32.const 2) (i32.const 0) (i32.const 2))
    (i32.add (call_indirect $t (type $f) (i32.const 2)) (ref.is_null (table.get $t (i32.const 3))))))`;

describe('Snapshot of state', () => {
  for (const { aot, mode } of MODES) {
    for (const [name, { text, results }] of Object.entries(GUESTS)) {
      it(`has ${name} (${mode})`, async () => {
        const file = await wasmFile(
          `(module ${wasiImport('sched_yield')} (memory (export "memory") 0) ${text})`,
        );
        await withModule(file, { aot, snapshot: 'init' }, async (module) => {
          for (let round = 0; round < 2; ++round) {
            for (const [called, result] of Object.entries(results)) {
              assert.equal(await module.call(called), result, called);
            }
          }
        });
      });
    }

    it(`has what was dropped of segments, and what was not (${mode})`, async () => {
      await withModule(await wasmFile(SEGMENTS), { aot, snapshot: 'init' }, async (module) => {
        for (let round = 0; round < 2; ++round) {
          for (const name of ['active', 'dropped']) {
            assert.equal((await fails('ERR_TRAP', module.call(name))).trap, 'memory-out-of-bounds');
          }
          for (const name of ['eActive', 'eDropped']) {
            assert.equal((await fails('ERR_TRAP', module.call(name))).trap, 'table-out-of-bounds');
          }
          await module.call('droppedNone');
          assert.equal(await module.call('kept'), Buffer.from('efg\0').readInt32LE());
          assert.equal(await module.call('later'), Buffer.from('axc\0').readInt32LE());
          assert.equal(await module.call('laterStill'), Buffer.from('jkl\0').readInt32LE());
          assert.equal(await module.call('eKept'), 2);
          assert.equal(await module.call('eExpressions'), 3);
        }
      });
    });

    it(`has the pages that are not zero, however they lie (${mode})`, async () => {
      // Every second page of 4 KiB in some places, and single ones far apart.
      const file = await wasmFile(`(module
        (memory (export "memory") 16384)
        (func $fill (param $at i32) (param $step i32) (param $count i32)
          (loop $next
            (i32.store (local.get $at) (local.get $at))
            (local.set $at (i32.add (local.get $at) (local.get $step)))
            (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
        (func $sum (param $at i32) (param $step i32) (param $count i32) (result i32) (local $sum i32)
          (loop $next
            (local.set $sum
              (i32.add (i32.rotl (local.get $sum) (i32.const 1)) (i32.load (local.get $at))))
            (i32.store (local.get $at) (i32.const 1))
            (local.set $at (i32.add (local.get $at) (local.get $step)))
            (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
          (local.get $sum))
        (func (export "init")
          (call $fill (i32.const 4096) (i32.const 8192) (i32.const 100))
          (call $fill (i32.const 0x1000000) (i32.const 0x1000000) (i32.const 60)))
        (func (export "empty")) 
        (func (export "near") (result i32)
          (call $sum (i32.const 4096) (i32.const 4096) (i32.const 200)))
        (func (export "far") (result i32)
          (call $sum (i32.const 0x1000000) (i32.const 0x800000) (i32.const 119)))
        (func (export "sums") (result i32 i32)
          (call $fill (i32.const 4096) (i32.const 8192) (i32.const 100))
          (call $fill (i32.const 0x1000000) (i32.const 0x1000000) (i32.const 60))
          (call $sum (i32.const 4096) (i32.const 4096) (i32.const 200))
          (call $sum (i32.const 0x1000000) (i32.const 0x800000) (i32.const 119))))`);
      const expected = await withModule(file, { aot }, (module) => module.call('sums'));
      await withModule(file, { aot, snapshot: 'init' }, async (module) => {
        for (let round = 0; round < 2; ++round) {
          assert.deepEqual([await module.call('near'), await module.call('far')], expected);
        }
      });
      await withModule(file, { aot, snapshot: 'empty' }, async (module) => {
        assert.equal(await module.call('near'), 0);
      });
    });
  }
});
