import assert from 'node:assert/strict';

import type { LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

/**
 * Writes as standard input says, in pairs of bytes: a descriptor, and the number of bytes ('o' for
 * each byte of standard output, 'e' of standard error), each write as two buffers.
 */
const WRITER = `(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\02\\00\\00\\00")
  (func (export "_start")
    (memory.fill (i32.const 1024) (i32.const 111) (i32.const 256))
    (memory.fill (i32.const 2048) (i32.const 101) (i32.const 256))
    (loop $next
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 32)))
      (if (i32.load (i32.const 32))
        (then
          (i32.store (i32.const 8) (i32.mul (i32.load8_u (i32.const 64)) (i32.const 1024)))
          (i32.store (i32.const 12) (i32.shr_u (i32.load8_u (i32.const 65)) (i32.const 1)))
          (i32.store (i32.const 16) (i32.load (i32.const 8)))
          (i32.store (i32.const 20)
            (i32.sub (i32.load8_u (i32.const 65)) (i32.load (i32.const 12))))
          (if (call $fd_write (i32.load8_u (i32.const 64))
                (i32.const 8) (i32.const 2) (i32.const 36))
            (then unreachable))
          (br $next))))))`;

type Writes = readonly (readonly [descriptor: 1 | 2, bytes: number])[];

const LIMIT = 100;

/** The output of these writes. */
function text(writes: Writes): [string, string] {
  const of = (descriptor: number, letter: string): string =>
    writes.map(([to, bytes]) => (to === descriptor ? letter.repeat(bytes) : '')).join('');
  return [of(1, 'o'), of(2, 'e')];
}

/** Writes that fit, followed by one that does not. */
const BEYOND: [Writes, [1 | 2, number]][] = [
  [[], [1, 101]],
  [[], [2, 101]],
  [[[1, 100]], [1, 1]],
  [[[1, 100]], [2, 1]],
  [[[2, 100]], [1, 1]],
  [
    [
      [1, 60],
      [2, 40],
    ],
    [2, 1],
  ],
  [
    [
      [2, 99],
      [1, 0],
    ],
    [1, 2],
  ],
  [[[1, 50]], [1, 200]],
];

for (const { aot, mode } of MODES) {
  describe(`limits.outputBytes (${mode})`, () => {
    let file: string;
    before(async () => {
      file = await wasmFile(WRITER);
    });

    const write = (
      module: LoadedModule,
      writes: Writes,
    ): Promise<{ stdout: Buffer; stderr: Buffer }> =>
      module.run({ stdin: Buffer.from(writes.flat()) });

    it('ends a guest that writes more, and keeps all that it wrote before', async () => {
      const options = { aot, concurrency: 1, limits: { outputBytes: LIMIT } };
      await withModule(file, options, async (module) => {
        for (const [fitting, last] of BEYOND) {
          const error = await fails('ERR_OUTPUT_LIMIT', write(module, [...fitting, last]));
          assert.deepEqual([String(error.stdout), String(error.stderr)], text(fitting));
          assert.match(error.message, /100.*outputBytes/);
          // The next one may write as much again.
          const { stdout, stderr } = await write(module, fitting);
          assert.deepEqual([stdout.toString(), stderr.toString()], text(fitting));
        }
      });
    });

    it('allows as much as it says, of both together', async () => {
      const options = { aot, concurrency: 1, limits: { outputBytes: LIMIT } };
      await withModule(file, options, async (module) => {
        const all: Writes[] = [
          [[1, 100]],
          [[2, 100]],
          [
            [1, 50],
            [2, 50],
            [1, 0],
          ],
          Array.from({ length: 100 }, (_, index) => [index % 2 ? 1 : 2, 1] as const),
        ];
        for (const writes of all) {
          const { stdout, stderr } = await write(module, writes);
          assert.deepEqual([stdout.toString(), stderr.toString()], text(writes));
        }
      });
    });

    it('of 0 allows none', async () => {
      const options = { aot, concurrency: 1, limits: { outputBytes: 0 } };
      await withModule(file, options, async (module) => {
        await write(module, [[1, 0]]);
        const error = await fails('ERR_OUTPUT_LIMIT', write(module, [[1, 1]]));
        assert.equal(error.stdout?.length, 0);
      });
    });
  });
}

describe('limits.outputBytes', () => {
  it('ends a Rust program in the middle, each run by itself', async () => {
    const options = { concurrency: 2, args: ['cat'], limits: { outputBytes: 1_000_000 } };
    await withModule(rustGuest('std-tour'), options, async (module) => {
      const fitting = Buffer.alloc(1_000_000, 'f');
      const large = Buffer.alloc(1_000_001, 'l');
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          if (index % 2) {
            const { stdout } = await module.run({ stdin: fitting });
            assert.ok(stdout.equals(fitting));
          } else {
            const { stdout } = await fails('ERR_OUTPUT_LIMIT', module.run({ stdin: large }));
            assert.ok(stdout!.length <= 1_000_000);
            assert.ok(stdout!.equals(large.subarray(0, stdout!.length)));
          }
        }),
      );
    });
  });

  it('ends a guest that would fill all memory with one call', async () => {
    // 1,024 buffers, each covering all of a memory of 64 MiB: the interface itself would refuse
    // less than 4 GiB.
    const file = await wasmFile(`(module
      (import "wasi_snapshot_preview1" "fd_write"
        (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1024)
      (func (export "_start") (local $at i32)
        (local.set $at (i32.const 480))
        (loop $next
          (i32.store offset=4 (local.get $at) (i32.const 0x4000000))
          (br_if $next (local.tee $at (i32.sub (local.get $at) (i32.const 8)))))
        (loop $again
          (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 60) (i32.const 600)))
          (br $again))))`);
    await withModule(file, { limits: { outputBytes: 10_000_000 } }, async (module) => {
      const error = await fails('ERR_OUTPUT_LIMIT', module.run());
      assert.equal(error.stdout?.length, 0);
    });
  });
});
