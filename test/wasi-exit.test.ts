import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { runOnce, withModule } from './support/run-guest.js';
import { wasiImport } from './support/wasi-program.js';
import { wasmFile } from './support/wat.js';

const TOUR = rustGuest('std-tour');

describe('The end of a guest', () => {
  it('gives its exit code as the system would show it: the low 8 bits', async () => {
    await withModule(TOUR, {}, async (module) => {
      const codes: [number, number][] = [
        [0, 0],
        [1, 1],
        [65, 65],
        [127, 127],
        [128, 128],
        [255, 255],
        [256, 0],
        [257, 1],
        [-1, 255],
      ];
      for (const [given, seen] of codes) {
        const { exitCode } = await module.run({ args: ['exit', String(given)] });
        assert.equal(exitCode, seen, `proc_exit(${given})`);
      }
    });
  });

  for (const { aot, mode } of MODES) {
    it(`keeps what was written before proc_exit, and runs nothing after it (${mode})`, async () => {
      const file = await wasmFile(`(module
        ${wasiImport('fd_write')} ${wasiImport('proc_exit')}
        (memory (export "memory") 1)
        (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
        (data (i32.const 16) "before")
        (func $write
          (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
        (func $exit (call $proc_exit (i32.const 3)) (call $write))
        (func (export "_start") (call $write) (call $exit) (call $write)))`);
      const { stdout, exitCode } = await runOnce(file, { aot });
      assert.equal(stdout.toString(), 'before');
      assert.equal(exitCode, 3);
    });

    it(`is a trap where Rust panics, with what it wrote in the error (${mode})`, async () => {
      await withModule(TOUR, { aot }, async (module) => {
        const error = await fails('ERR_TRAP', module.run({ args: ['panic'] }));
        assert.equal(error.trap, 'unreachable');
        assert.match(String(error.stderr), /this panic is wanted/);
        assert.equal(error.stdout?.length, 0);
        assert.equal((await module.run({ args: ['exit', '0'] })).exitCode, 0);
      });
    });

    it(`keeps stdout and stderr of a guest that traps (${mode})`, async () => {
      const file = await wasmFile(`(module
        ${wasiImport('fd_write')}
        (memory (export "memory") 1)
        (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
        (data (i32.const 16) "before")
        (func $write (param i32)
          (drop (call $fd_write (local.get 0) (i32.const 0) (i32.const 1) (i32.const 8))))
        (func (export "_start")
          (call $write (i32.const 1))
          (call $write (i32.const 2))
          (drop (i32.load (i32.const 0x7fffffff)))
          (call $write (i32.const 1))))`);
      const error = await fails('ERR_TRAP', runOnce(file, { aot }));
      assert.equal(error.trap, 'memory-out-of-bounds');
      assert.equal(String(error.stdout), 'before');
      assert.equal(String(error.stderr), 'before');
    });

    it(`may come in the start function, before _start (${mode})`, async () => {
      const exits = await wasmFile(`(module
        ${wasiImport('proc_exit')}
        (memory (export "memory") 1)
        (func $start (call $proc_exit (i32.const 9)))
        (start $start)
        (func (export "_start") unreachable))`);
      assert.equal((await runOnce(exits, { aot })).exitCode, 9);

      const traps = await wasmFile(`(module
        (memory (export "memory") 1)
        (func $start unreachable)
        (start $start)
        (func (export "_start")))`);
      const error = await fails('ERR_TRAP', runOnce(traps, { aot }));
      assert.equal(error.trap, 'unreachable');
    });
  }

  it('is exit code 0 where _start returns', async () => {
    const file = await wasmFile('(module (memory (export "memory") 1) (func (export "_start")))');
    const { stdout, stderr, exitCode } = await runOnce(file, {});
    assert.deepEqual([stdout.length, stderr.length, exitCode], [0, 0, 0]);
  });
});
