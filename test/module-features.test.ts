import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

/** A function `f` without parameters, and what it gives. */
const FEATURES: Record<string, [string, number | bigint]> = {
  SIMD: [
    `(func (export "f") (result i32)
       (i32x4.extract_lane 2
         (i32x4.mul (v128.const i32x4 1 2 3 4) (v128.const i32x4 10 20 30 40))))`,
    90,
  ],
  'bulk memory': [
    `(memory 1) (data "0123")
     (func (export "f") (result i32)
       (memory.init 0 (i32.const 8) (i32.const 0) (i32.const 4))
       (memory.fill (i32.const 9) (i32.const 0x61) (i32.const 2))
       (memory.copy (i32.const 0) (i32.const 8) (i32.const 4))
       (i32.load (i32.const 0)))`,
    0x3361_6130,
  ],
  'sign extension': [`(func (export "f") (result i64) (i64.extend8_s (i64.const 0x1ff)))`, -1n],
  'saturating conversions': [
    `(func (export "f") (result i32) (i32.trunc_sat_f64_u (f64.const -1e300)))`,
    0,
  ],
  'blocks with several values': [
    `(func (export "f") (result i32)
       (block (result i32 i32) (i32.const 40) (i32.const 2)) (i32.add))`,
    42,
  ],
  'reference types': [
    `(table $t 2 funcref) (elem declare func $g)
     (func $g (result i32) (i32.const 6))
     (func (export "f") (result i32)
       (table.set $t (i32.const 1) (ref.func $g))
       (call_indirect $t (result i32) (i32.const 1)))`,
    6,
  ],
  'a name with a NUL in it': [
    `(func (export "a\\00b") unreachable)
     (func (export "f") (result i32) (i32.const 1))`,
    1,
  ],
};

describe('What compilers emit today', () => {
  for (const { aot, mode } of MODES) {
    it(`runs: ${Object.keys(FEATURES).join(', ')} (${mode})`, async () => {
      for (const [feature, [text, expected]] of Object.entries(FEATURES)) {
        await withModule(await wasmFile(`(module ${text})`), { aot }, async (module) => {
          assert.equal(await module.call('f'), expected, feature);
        });
      }
    });
  }
});
