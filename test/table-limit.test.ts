import assert from 'node:assert/strict';

import { compileModule, loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/** A function that grows a table by its parameter and returns the new size, or -1. */
const grower = (limits: string): string => `(module
  (table $first ${limits} funcref)
  (table $second 1 1 externref)
  (elem (table $first) (i32.const 0) func $grow)
  (type $grower (func (param i32) (result i32)))
  (func $grow (export "grow") (param i32) (result i32)
    (if (i32.eq (table.grow $first (ref.null func) (local.get 0)) (i32.const -1))
      (then (return (i32.const -1))))
    (table.size $first))
  (func (export "grow-second") (result i32) (table.grow $second (ref.null extern) (i32.const 1)))
  (func (export "through-table") (param i32) (result i32)
    (call_indirect (type $grower) (local.get 0) (i32.const 0))))`;

async function compiled(file: string, name: string): Promise<string> {
  const output = temporaryPath(name);
  await compileModule(file, output);
  return output;
}

type Form = [string, LoadOptions, (plain: string) => string | Promise<string>];

const FORMS: Form[] = [
  ['aot', { aot: 'auto' }, (plain) => plain],
  ['interpreter', { aot: 'off' }, (plain) => plain],
  ['a .so', {}, (plain) => compiled(plain, 'tables.so')],
  ['a universal .wasm', {}, (plain) => compiled(plain, 'tables.wasm')],
];

describe('limits.tableElements', () => {
  for (const [what, options, make] of FORMS) {
    it(`gives -1 to table.grow beyond it, and all up to it (${what})`, async () => {
      const file = await make(await wasmFile(grower('2')));
      // The two minimums leave 10, and each of the tables may take half of it.
      const limits = { tableElements: 13 };
      await withModule(file, { ...options, concurrency: 1, limits }, async (module) => {
        assert.equal(await module.call('grow', 0), 2);
        assert.equal(await module.call('grow', 5), 7);
        for (const beyond of [6, 0x7fff_ffff, 0x8000_0000, 0xffff_fffd, 0xffff_ffff]) {
          assert.equal(await module.call('grow', beyond), -1, String(beyond));
        }
        assert.equal(await module.call('grow-second'), -1);
        assert.equal(await module.call('through-table', 3), 5);
      });
    });

    it(`leaves a lower maximum as it is (${what})`, async () => {
      const file = await make(await wasmFile(grower('2 4')));
      await withModule(file, { ...options, concurrency: 1 }, async (module) => {
        assert.equal(await module.call('grow', 2), 4);
        assert.equal(await module.call('grow', 3), -1);
      });
    });

    it(`refuses a module that declares more (${what})`, async () => {
      const file = await make(await wasmFile(grower('2')));
      const error = await fails(
        'ERR_LIMIT',
        loadModule(file, { ...options, limits: { tableElements: 2 } }),
      );
      assert.equal(error.limit, 'tableElements');
      assert.match(error.message, /limit 'tableElements' of 2\. Raise limits\.tableElements/);
    });
  }

  it('is another for each loading of the same file', async () => {
    const file = await compiled(await wasmFile(grower('2')), 'tables-shared.so');
    const load = { concurrency: 1, limits: { tableElements: 13 } };
    await withModule(file, load, async (small) => {
      await withModule(file, { concurrency: 1 }, async (large) => {
        assert.equal(await small.call('grow', 6), -1);
        assert.equal(await large.call('grow', 6), 8);
        assert.equal(await large.call('grow', 1_000_000), -1);
      });
    });
  });
});
