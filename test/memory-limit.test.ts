import assert from 'node:assert/strict';

import { compileModule, loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile } from './support/wat.js';

const PAGE = 65_536;

/** Grows, and uses the memory up to its last byte and beyond. */
const grower = (limits: string): string => `(module
  (memory (export "memory") ${limits})
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "grow-twice") (param i32 i32) (result i32)
    (drop (memory.grow (local.get 0)))
    (memory.grow (local.get 1)))
  (func (export "size-after") (param i32) (result i32)
    (drop (memory.grow (local.get 0)))
    (memory.size))
  (func (export "last-after") (param i32) (result i32) (local $last i32)
    (drop (memory.grow (local.get 0)))
    (local.set $last (i32.sub (i32.mul (memory.size) (i32.const ${PAGE})) (i32.const 4)))
    (i32.store (local.get $last) (i32.const 77))
    (i32.load (local.get $last)))
  (func (export "beyond-after") (param i32) (result i32)
    (drop (memory.grow (local.get 0)))
    (i32.load (i32.sub (i32.mul (memory.size) (i32.const ${PAGE})) (i32.const 3))))
  (func (export "grow-for-ever") (result i32) (local $times i32)
    (loop $again
      (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
        (then
          (i32.store8 (i32.sub (i32.mul (memory.size) (i32.const ${PAGE})) (i32.const 1))
            (i32.const 1))
          (local.set $times (i32.add (local.get $times) (i32.const 1)))
          (br $again))))
    (local.get $times)))`;

async function compiled(file: string, name: string): Promise<string> {
  const output = temporaryPath(name);
  await compileModule(file, output);
  return output;
}

describe('limits.memoryPages: memory.grow', () => {
  let plain: string;
  before(async () => {
    plain = await wasmFile(grower('1'));
  });

  const forms: [string, LoadOptions, () => Promise<string>][] = [
    ['aot', { aot: 'auto' }, () => Promise.resolve(plain)],
    ['interpreter', { aot: 'off' }, () => Promise.resolve(plain)],
    ['a .so', {}, () => compiled(plain, 'grower.so')],
    ['a universal .wasm', {}, () => compiled(plain, 'grower.wasm')],
  ];

  for (const [what, options, make] of forms) {
    it(`gives -1 beyond the limit, and all up to it (${what})`, async () => {
      const load = { ...options, concurrency: 1, limits: { memoryPages: 4 } };
      await withModule(await make(), load, async (module) => {
        // Each in a fresh instance, which begins with one page.
        assert.equal(await module.call('grow', 0), 1);
        assert.equal(await module.call('grow', 3), 1);
        assert.equal(await module.call('grow', 4), -1);
        assert.equal(await module.call('grow', 5), -1);
        assert.equal(await module.call('grow-twice', 3, 0), 4);
        assert.equal(await module.call('grow-twice', 3, 1), -1);
        assert.equal(await module.call('grow-twice', 4, 3), 1, 'after a refusal');
        for (const pages of [65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
          assert.equal(await module.call('grow', pages), -1);
          assert.equal(await module.call('size-after', pages), 1);
        }
        assert.equal(await module.call('size-after', 3), 4);
        for (const pages of [0, 1, 3, 4]) {
          assert.equal(await module.call('last-after', pages), 77);
          const error = await fails('ERR_TRAP', module.call('beyond-after', pages));
          assert.equal(error.trap, 'memory-out-of-bounds');
        }
        assert.equal(await module.call('grow-for-ever'), 3);
      });
    });
  }

  for (const { aot, mode } of MODES) {
    it(`follows the smaller of the limit and the declared maximum (${mode})`, async () => {
      for (const [declared, memoryPages, most] of [
        ['1 3', 10, 3],
        ['1 10', 3, 3],
        ['3 3', 3, 3],
        ['0', 1, 1],
        ['0 0', 1, 0],
        ['2 65536', 2, 2],
      ] as const) {
        const file = await wasmFile(grower(declared));
        await withModule(file, { aot, concurrency: 1, limits: { memoryPages } }, async (module) => {
          const minimum = Number(declared.split(' ')[0]);
          const what = `${declared} with ${memoryPages}`;
          assert.equal(await module.call('grow-for-ever'), most - minimum, what);
          assert.equal(await module.call('grow', most - minimum), minimum, what);
          assert.equal(await module.call('grow', most - minimum + 1), -1, what);
        });
      }
    });

    it(`reaches 4 GiB and no further without a limit (${mode})`, async () => {
      await withModule(plain, { aot, concurrency: 1 }, async (module) => {
        assert.equal(await module.call('grow', 65_535), 1);
        assert.equal(await module.call('grow', 65_536), -1);
        assert.equal(await module.call('last-after', 65_535), 77);
        assert.equal(await module.call('size-after', 65_535), 65_536 | 0);
      });
    });

    it(`is refused to a Rust program as a failed allocation, each time (${mode})`, async () => {
      const options = { aot, concurrency: 1, limits: { memoryPages: 64 } };
      await withModule(rustGuest('std-tour'), options, async (module) => {
        for (let repetition = 0; repetition < 3; ++repetition) {
          const refused = await module.run({ args: ['grow', '100'] });
          assert.match(refused.stdout.toString(), /refused/);
          const granted = await module.run({ args: ['grow', '1'] });
          assert.match(granted.stdout.toString(), /^\d+ \d+\n$/);
        }
      });
    });
  }
});

describe('limits.memoryPages: a declared minimum', () => {
  const starts = (minimum: string): Promise<string> =>
    wasmFile(`(module
      (memory ${minimum})
      (func $start unreachable)
      (start $start)
      (func (export "f") (result i32) (memory.size)))`);

  it('above it is an ERR_MEMORY_LIMIT at load, before anything runs, in every form', async () => {
    const plain = await starts('5');
    const files: [string, LoadOptions][] = [
      [plain, {}],
      [plain, { aot: 'off' }],
      [await compiled(plain, 'declared.so'), {}],
      [await compiled(plain, 'declared.wasm'), {}],
    ];
    for (const [file, options] of files) {
      const refused = loadModule(file, { ...options, limits: { memoryPages: 4 } });
      const { message } = await fails('ERR_MEMORY_LIMIT', refused);
      assert.ok(message.includes(file), message);
      assert.match(message, /\b5 pages.*\b4\b.*limits\.memoryPages/);
      // At the limit it works: its start function runs.
      await withModule(file, { ...options, limits: { memoryPages: 5 } }, async (module) => {
        assert.equal((await fails('ERR_TRAP', module.call('f'))).trap, 'unreachable');
      });
    }
  });

  it('of 65,536 pages is refused, or is all there', async () => {
    const file = await wasmFile(grower('65536'));
    for (const { aot } of MODES) {
      const limits = { memoryPages: 65_535 };
      await fails('ERR_MEMORY_LIMIT', loadModule(file, { aot, limits }));
      await withModule(file, { aot, concurrency: 2 }, async (module) => {
        const calls = [module.call('last-after', 0), module.call('last-after', 1)];
        assert.deepEqual(await Promise.all(calls), [77, 77]);
        assert.equal(await module.call('grow', 0), 65_536);
        assert.equal(await module.call('grow', 1), -1);
      });
    }
  });

  it('of an import is told as what it is: an import that the host does not offer', async () => {
    const file = await wasmFile('(module (import "env" "memory" (memory 100)))');
    const error = await fails('ERR_LINK', loadModule(file, { limits: { memoryPages: 4 } }));
    assert.match(error.message, /env\.memory/);
  });

  it('is not asked of a module without a memory', async () => {
    const file = await wasmFile('(module (func (export "f") (result i32) (i32.const 1)))');
    await withModule(file, { limits: { memoryPages: 1 } }, async (module) => {
      assert.equal(await module.call('f'), 1);
    });
  });

  it('is no matter of a maximum: that may be above it', async () => {
    await withModule(
      await wasmFile(grower('1 100')),
      { limits: { memoryPages: 1 } },
      async (module) => {
        assert.equal(await module.call('grow', 1), -1);
      },
    );
  });
});
