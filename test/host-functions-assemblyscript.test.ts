import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { HOST_FUNCTION_WAYS } from './support/host-functions.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

/**
 * As AssemblyScript's compiler imports them; its strings are UTF-16, preceded by the number of
 * their bytes.
 */
const GUEST = `(module
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (import "env" "trace" (func $trace (param i32 i32 f64 f64 f64 f64 f64)))
  (import "env" "seed" (func $seed (result f64)))
  (memory (export "memory") 1)
  (data (i32.const 12) "\\06\\00\\00\\00n\\00o\\00!\\00")
  (data (i32.const 28) "\\08\\00\\00\\00a\\00.\\00t\\00s\\00")
  (func (export "fail") (call $abort (i32.const 16) (i32.const 32) (i32.const 7) (i32.const 9)))
  (func (export "tell")
    (call $trace (i32.const 16) (i32.const 2) (f64.const 1) (f64.const 2.5) (f64.const 0) (f64.const 0) (f64.const 0)))
  (func (export "seed") (result f64) (call $seed)))`;

describe("AssemblyScript's abort, trace and seed", function () {
  this.timeout(60_000);

  for (const { name, options } of HOST_FUNCTION_WAYS) {
    it(`are there where a module imports them (${name})`, async () => {
      await withModule(await wasmFile(GUEST), options, async (module) => {
        const error = await fails('ERR_TRAP', module.call('fail'));
        assert.equal(error.trap, 'abort');
        assert.match(error.message, /^The guest aborted: no! \(a\.ts:7:9\)\./);
        const { stderr } = await module.invoke('tell');
        assert.equal(stderr.toString(), 'trace: no! 1, 2.5\n');
        assert.notEqual(await module.call('seed'), await module.call('seed'));
      });
    });
  }

  it('keep to the limit of output', async () => {
    const options = { aot: 'off', limits: { outputBytes: 10 } } as const;
    await withModule(await wasmFile(GUEST), options, async (module) => {
      await fails('ERR_OUTPUT_LIMIT', module.call('tell'));
    });
  });

  it("give way to the caller's own, each for itself", async () => {
    const imports = { env: { seed: () => 0.5 } };
    await withModule(await wasmFile(GUEST), { aot: 'off', imports }, async (module) => {
      assert.equal(await module.call('seed'), 0.5);
      assert.equal((await fails('ERR_TRAP', module.call('fail'))).trap, 'abort');
    });
  });

  it('are those of AssemblyScript only', async () => {
    const file = await wasmFile('(module (import "env" "abort" (func (param i32))))');
    await fails('ERR_LINK', loadModule(file, { aot: 'off' }));
  });
});
