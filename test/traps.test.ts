import assert from 'node:assert/strict';

import type { LoadedModule, Trap } from 'wasmedge-embed';
import { loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { wasmFile, watGuest } from './support/wat.js';

/** How each function of traps.wat traps. */
const TRAPS: Record<string, Trap> = {
  unreachable: 'unreachable',
  load: 'memory-out-of-bounds',
  'load-far': 'memory-out-of-bounds',
  store: 'memory-out-of-bounds',
  'memory-fill': 'memory-out-of-bounds',
  'memory-copy': 'memory-out-of-bounds',
  'memory-init': 'memory-out-of-bounds',
  divide: 'divide-by-zero',
  'divide-unsigned': 'divide-by-zero',
  remainder: 'divide-by-zero',
  overflow: 'integer-overflow',
  'overflow-64': 'integer-overflow',
  'truncate-nan': 'invalid-conversion-to-integer',
  'truncate-large': 'integer-overflow',
  'call-null': 'uninitialized-element',
  'call-beyond': 'undefined-element',
  'call-other-type': 'indirect-call-type-mismatch',
  'table-get': 'table-out-of-bounds',
  'table-set': 'table-out-of-bounds',
  'table-init': 'table-out-of-bounds',
  'table-copy': 'table-out-of-bounds',
};

const REPETITIONS = 20;

for (const { aot, mode } of MODES) {
  describe(`A trap (${mode})`, () => {
    let module: LoadedModule;
    before(async () => {
      module = await loadModule(await watGuest('traps'), { aot, concurrency: 2 });
      assert.equal(module.mode, mode);
    });
    after(() => module.close());

    for (const [name, trap] of Object.entries(TRAPS)) {
      it(`in ${name} is ${trap}, each time, and harms no other call`, async () => {
        for (let repetition = 0; repetition < REPETITIONS; ++repetition) {
          const error = await fails('ERR_TRAP', module.call(name));
          assert.equal(error.trap, trap, error.message);
          assert.equal(await module.call('good'), 42);
        }
      });
    }

    it('of every kind may happen on two threads at once, among calls that work', async () => {
      const calls = Object.entries(TRAPS).flatMap(([name, trap]) =>
        Array.from({ length: 5 }, async () => {
          assert.equal((await fails('ERR_TRAP', module.call(name))).trap, trap);
          assert.equal(await module.call('good'), 42);
        }),
      );
      await Promise.all(calls);
    });

    it('in the start function or a segment that does not fit fails each call', async () => {
      for (const [text, trap] of [
        ['(func $start unreachable) (start $start)', 'unreachable'],
        ['(data (i32.const 65533) "1234")', 'memory-out-of-bounds'],
        ['(table 1 funcref) (func $g) (elem (i32.const 1) $g)', 'table-out-of-bounds'],
      ] as const) {
        const file = await wasmFile(`(module (memory 1) ${text} (func (export "f")))`);
        const faulty = await loadModule(file, { aot });
        try {
          for (let repetition = 0; repetition < 3; ++repetition) {
            assert.equal((await fails('ERR_TRAP', faulty.call('f'))).trap, trap, text);
          }
        } finally {
          await faulty.close();
        }
      }
    });
  });
}
