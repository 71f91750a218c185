import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Trap } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { MODES } from './support/modes.js';
import { ROOT } from './support/paths.js';
import { ENDLESS_RECURSION } from './support/recursion.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

/** For each kind of trap, a function of traps.wat. */
const TRAPS: Record<string, Trap> = {
  unreachable: 'unreachable',
  load: 'memory-out-of-bounds',
  'memory-fill': 'memory-out-of-bounds',
  divide: 'divide-by-zero',
  overflow: 'integer-overflow',
  'truncate-nan': 'invalid-conversion-to-integer',
  'call-null': 'uninitialized-element',
  'call-beyond': 'undefined-element',
  'call-other-type': 'indirect-call-type-mismatch',
  'table-get': 'table-out-of-bounds',
};

for (const { aot, mode } of MODES) {
  describe(`Every isolation tells the same trap (${mode})`, () => {
    const source = readFileSync(path.join(ROOT, 'test', 'guests', 'wat', 'traps.wat'), 'utf8');
    for (const [name, trap] of Object.entries(TRAPS)) {
      it(`${trap}, from '${name}'`, async () => {
        const file = await wasmFile(source.replace(`(export "${name}")`, '(export "_start")'));
        await Promise.all(
          ISOLATIONS.map((isolation) =>
            withModule(file, { isolation, aot, concurrency: 1 }, async (module) => {
              assert.equal(module.mode, mode);
              const error = await fails('ERR_TRAP', module.run());
              assert.equal(error.trap, trap, `${isolation}: ${error.message}`);
              assert.equal(error.stdout?.length, 0, isolation);
              assert.ok(error.timings, isolation);
            }),
          ),
        );
      });
    }
  });
}

describe('A compiled guest that recurses without end', () => {
  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`is a trap (${isolation})`, async () => {
      await withModule(await wasmFile(ENDLESS_RECURSION), { isolation }, async (module) => {
        assert.equal((await fails('ERR_TRAP', module.run())).trap, 'stack-overflow');
      });
    });
  }

  it('ends the process of a subprocess, which is told', async () => {
    const options = { isolation: 'subprocess' } as const;
    await withModule(await wasmFile(ENDLESS_RECURSION), options, async (module) => {
      const error = await fails('ERR_WORKER_DIED', module.run());
      assert.match(error.message, /SIGSEGV.* Endless recursion/);
    });
  });
});
