import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { compileModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/** A function `f` without parameters, and its result. */
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

describe('What guests must not have', () => {
  async function refused(file: string, pattern: RegExp): Promise<void> {
    for (const { aot } of MODES) {
      const error = await fails('ERR_MODULE_INVALID', loadModule(file, { aot }));
      assert.match(error.message, pattern);
    }
    await fails('ERR_MODULE_INVALID', compileModule(file, temporaryPath('guest.so')));
  }

  /**
   * For modules that wabt does not assemble: sections, each with its identifier before its content.
   */
  function binary(...sections: [id: number, ...content: number[]][]): string {
    const file = temporaryPath('guest.wasm');
    const parts = sections.flatMap(([id, ...content]) => [id, content.length, ...content]);
    writeFileSync(file, Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...parts]));
    return file;
  }

  it('is a shared memory: to wait on it is to wait in the engine, for ever', async () => {
    for (const memory of ['(memory 1 1 shared)', '(import "env" "m" (memory 1 1 shared))']) {
      const guest = `(module ${memory} (func (export "f") (result i32)
        (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))`;
      await refused(await wasmFile(guest, { threads: true }), /shared memory.*threads/);
    }
  });

  it("is a memory of 64-bit addresses: WasmEdge's compiler checks no access to it", async () => {
    for (const memory of ['(memory i64 1)', '(import "env" "m" (memory i64 1))']) {
      const guest = `(module ${memory} (func (export "f") (param i64) (result i32)
        (i32.load (local.get 0))))`;
      await refused(await wasmFile(guest, { memory64: true }), /64-bit addresses.*wasm32/);
    }
  });

  it('are memories without number, each of which takes gigabytes of addresses', async () => {
    const file = binary([5, 3, 0, 1, 0, 1, 0, 1]);
    await refused(file, /has 3 memories; the limit is 1/);
  });

  it('are exceptions, and tables of 64-bit indices', async () => {
    const exceptions = '(module (tag $t) (func (export "f") (throw $t)))';
    await refused(await wasmFile(exceptions, { exceptions: true }), /section of the kind 13/);
    const table = '(module (table i64 1 funcref))';
    await refused(await wasmFile(table, { memory64: true }), /table .* 64 bits/);
  });

  it('is a heap of objects, which no limit bounds', async () => {
    const file = binary(
      // (type (struct (field (mut i64)))) (type (func))
      [1, 2, 0x5f, 1, 0x7e, 1, 0x60, 0, 0],
      [3, 1, 1],
      [7, 1, 1, 0x66, 0, 0],
      // (loop (drop (struct.new_default 0)) (br 0))
      [10, 1, 11, 0, 0x03, 0x40, 0xfb, 1, 0, 0x1a, 0x0c, 0, 0x0b, 0x0b],
    );
    await refused(file, /type of the form 0x5f/);
  });
});
