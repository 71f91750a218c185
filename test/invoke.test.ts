import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

/**
 * `copy` copies its standard input to its standard output, and writes a line to its standard error;
 * returns the number of bytes.
 */
const GUEST = `(module
  ${wasiImport('fd_read')} ${wasiImport('fd_write')}
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\40\\00\\00\\00")
  (data (i32.const 16) "\\20\\00\\00\\00\\07\\00\\00\\00copied\\n")
  (data (i32.const 32) "copied\\n")
  (func (export "copy") (param i32) (result i32)
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 4) (i32.load (i32.const 8)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
    (drop (call $fd_write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 12)))
    (i32.add (i32.load (i32.const 8)) (local.get 0)))
  (func (export "loop") (loop $again (br $again)))
  (func (export "none")))`;

for (const isolation of ['in-process', 'worker-process'] as const) {
  describe(`invoke (${isolation})`, () => {
    let module: LoadedModule;
    before(async () => {
      module = await loadModule(await wasmFile(GUEST), { isolation });
    });
    after(() => module.close());

    it('gives the result and what the function wrote', async () => {
      const { value, stdout, stderr, timings } = await module.invoke('copy', [10], {
        stdin: 'four',
      });
      assert.equal(value, 14);
      assert.deepEqual([stdout.toString(), stderr.toString()], ['four', 'copied\n']);
      assert.ok(timings.executeMs >= 0);
      const none = await module.invoke('none');
      assert.deepEqual([none.value, none.stdout.length, none.stderr.length], [undefined, 0, 0]);
    });

    it('has a time limit and a signal of its own', async () => {
      await fails('ERR_TIMEOUT', module.invoke('loop', [], { timeoutMs: 30 }));
      const controller = new AbortController();
      const looping = module.invoke('loop', [], { signal: controller.signal });
      controller.abort('enough');
      assert.equal((await fails('ERR_ABORTED', looping)).cause, 'enough');
    });

    it('checks its arguments', async () => {
      for (const [args, options] of [
        ['10', {}],
        [[], {}],
        [[1, 2], {}],
        [[1n], {}],
        [[1], { stdout: 'file' }],
        [[1], null],
      ]) {
        await fails('ERR_INVALID_ARGUMENT', module.invoke('copy', args as never, options as never));
      }
    });
  });
}
