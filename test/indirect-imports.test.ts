import assert from 'node:assert/strict';

import { compileModule } from 'wasmedge-embed';

import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile } from './support/wat.js';

const BAD_DESCRIPTOR = 8;

/** Calls imports through a table, `$times` each, and adds up the results. */
const GUEST = `(module
  (type $few (func (param i32 i32) (result i32)))
  (type $many (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (type $few)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (type $many)))
  (memory (export "memory") 1)
  (table funcref (elem $random_get $path_open $own))
  (func $own (type $few) (i32.mul (local.get 0) (local.get 1)))
  (func $bad-descriptor (result i32)
    (call_indirect (type $many)
      (i32.const 99) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "sum") (param $times i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum
        (i32.add (local.get $sum)
          (i32.add
            (call_indirect (type $few) (i32.const 0) (i32.const 0) (i32.const 0))
            (call_indirect (type $many)
              (i32.const 99) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
              (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))))
      (br_if $again
        (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (local.get $sum))
  ;; Arguments that are calls themselves, and as many as there is room for.
  (func (export "nested") (result i32)
    (call_indirect (type $few)
      (call_indirect (type $few) (call $bad-descriptor) (i32.const 3) (i32.const 2))
      (i32.add
        (call_indirect (type $few) (i32.const 16) (i32.const 8) (i32.const 0))
        (call_indirect (type $few) (i32.const 1) (i32.const 2) (i32.const 2)))
      (i32.const 2))))`;

describe('Imports that are called through a table', () => {
  // Each call took room on the stack that was only released when the function returned.
  const TIMES = 100_000;

  for (const { aot, mode } of MODES) {
    it(`take no stack, however often (${mode})`, async () => {
      await withModule(await wasmFile(GUEST), { aot, concurrency: 1 }, async (module) => {
        assert.equal(await module.call('sum', TIMES), TIMES * BAD_DESCRIPTOR);
        assert.equal(await module.call('nested'), BAD_DESCRIPTOR * 3 * 2);
      });
    });
  }

  it('take none compiled to measure and for any processor either', async () => {
    const file = temporaryPath('guest.so');
    await compileModule(await wasmFile(GUEST), file, { meter: true, generic: true, optimize: 0 });
    const options = { concurrency: 1, limits: { fuel: 1_000_000_000 } };
    await withModule(file, options, async (module) => {
      assert.equal(await module.call('sum', TIMES), TIMES * BAD_DESCRIPTOR);
      assert.equal(await module.call('nested'), BAD_DESCRIPTOR * 3 * 2);
    });
  });
});
