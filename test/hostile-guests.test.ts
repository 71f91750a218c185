import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { TENSORFLOW_LITE, WASI_NN } from './support/host-calls.js';
import { MODES } from './support/modes.js';
import { runOnce, withModule } from './support/run-guest.js';
import { WASI_FUNCTIONS, errnoName, wasiImport } from './support/wasi-program.js';
import type { WasiFunction } from './support/wasi-program.js';
import { SECTION, functionModule, sized, unsigned } from './support/wasm-binary.js';
import { temporaryPath, wasmFile } from './support/wat.js';

function fileOf(module: Uint8Array): string {
  const file = temporaryPath('hostile.wasm');
  writeFileSync(file, module);
  return file;
}

const SEVEN = Buffer.from([0x41, 7]);
const PAGE = 65_536;

/** Segments `(data (i32.const OFFSET) BYTES)`, with the offset as signed LEB128. */
const data = (segments: readonly (readonly [offset: number[], bytes: Uint8Array])[]): Buffer =>
  Buffer.concat([
    unsigned(segments.length),
    ...segments.map(([offset, bytes]) =>
      Buffer.concat([Buffer.from([0, 0x41, ...offset, 0x0b]), sized(bytes)]),
    ),
  ]);
const memory = (pages: number): readonly [number, Buffer] => [
  SECTION.memories,
  Buffer.concat([Buffer.from([1, 0]), unsigned(pages)]),
];
// i32.load8_u (i32.const 1048575): the last byte of 16 pages.
const LAST = Buffer.from([0x41, 0xff, 0xff, 0x3f, 0x2d, 0, 0]);

for (const { aot, mode } of MODES) {
  describe(`A guest's imports (${mode})`, () => {
    it('may name a function any number of times, with its type', async () => {
      const file = await wasmFile(`(module
        ${Array.from(
          { length: 1000 },
          (_, index) =>
            `(import "wasi_snapshot_preview1" "sched_yield" (func $yield${index} (result i32)))`,
        ).join('\n')}
        (func (export "f") (result i32)
          (i32.add (call $yield0) (i32.add (call $yield500) (call $yield999)))))`);
      await withModule(file, { aot }, async (module) => {
        assert.equal(await module.call('f'), 0);
      });
    });

    it('are an ERR_LINK where one of the same name has another type', async () => {
      for (const [right, wrong] of [
        ['(result i32)', '(result i64)'],
        ['(result i32)', '(param i32) (result i32)'],
        ['(result i32)', ''],
      ] as const) {
        const both = [right, wrong].map(
          (type, index) =>
            `(import "wasi_snapshot_preview1" "sched_yield" (func $yield${index} ${type}))`,
        );
        for (const imports of [both, [...both].reverse()]) {
          const file = await wasmFile(`(module ${imports.join('\n')} (func (export "f")))`);
          const { message } = await fails('ERR_LINK', loadModule(file, { aot }));
          assert.match(message, /\(1\)/, 'the right one is not named');
          assert.match(message, /sched_yield/);
        }
      }
    });

    it("are an ERR_LINK where the host's function is asked for as something else", async () => {
      for (const [what, kind] of [
        ['(memory 1)', 'memory'],
        ['(table 1 funcref)', 'table'],
        ['(global i32)', 'global'],
        ['(global (mut i64))', 'global'],
      ] as const) {
        for (const name of ['fd_write', 'memory', '']) {
          const file = await wasmFile(`(module
            (import "wasi_snapshot_preview1" "${name}" ${what})
            ${wasiImport('fd_write')}
            (func (export "f")))`);
          const { message } = await fails('ERR_LINK', loadModule(file, { aot }));
          assert.ok(message.includes(`wasi_snapshot_preview1.${name}: a ${kind}`), message);
        }
      }
    });

    it('may mix up the host modules without effect', async () => {
      const file = await wasmFile(`(module
        (import "wasi_ephemeral_nn" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "compute" (func (param i32) (result i32)))
        (import "wasmedge_tensorflowlite" "load" (func (param i32) (result i32)))
        (func (export "f")))`);
      const { message } = await fails('ERR_LINK', loadModule(file, { aot }));
      assert.match(message, /\(3\)/);
    });
  });

  describe(`A guest without a memory (${mode})`, () => {
    /** Functions without an address among their parameters. */
    const POINTERLESS = new Set<WasiFunction>([
      ...(['fd_advise', 'fd_allocate', 'fd_close', 'fd_datasync', 'fd_fdstat_set_flags'] as const),
      ...(['fd_fdstat_set_rights', 'fd_filestat_set_size', 'fd_filestat_set_times'] as const),
      ...(['fd_renumber', 'fd_sync', 'proc_raise', 'sched_yield', 'sock_shutdown'] as const),
    ]);

    it('gets an errno from every WASI function that would use it, and the others work', async () => {
      const names = Object.keys(WASI_FUNCTIONS).filter(
        (name): name is Exclude<WasiFunction, 'proc_exit'> => name !== 'proc_exit',
      );
      for (const value of [0, 1, 3, -1]) {
        const calls = names.map((name) => {
          const params = Array.from(WASI_FUNCTIONS[name], (kind) =>
            kind === 'I' ? `(i64.const ${value})` : `(i32.const ${value})`,
          );
          return `(func (export "${name}") (result i32) (call $${name} ${params.join(' ')}))`;
        });
        const file = await wasmFile(
          `(module ${names.map(wasiImport).join('\n')} ${calls.join('\n')})`,
        );
        await withModule(file, { aot, concurrency: 1, env: { A: '1' } }, async (module) => {
          for (const name of names) {
            const errno = errnoName(Number(await module.call(name)));
            // Zero random bytes need no memory.
            if (POINTERLESS.has(name) || (name === 'random_get' && value === 0)) continue;
            assert.notEqual(errno, 'success', `${name}(${value}, …)`);
          }
          assert.equal(await module.call('sched_yield'), 0);
        });
      }
    });

    it('gets an errno from every function for inference', async () => {
      for (const { module: host, functions } of [WASI_NN, TENSORFLOW_LITE]) {
        const entries = Object.entries(functions);
        const file = await wasmFile(`(module
          ${entries
            .map(
              ([name, count]) =>
                `(import "${host}" "${name}" (func $${name} (param ${'i32 '.repeat(count)}) (result i32)))`,
            )
            .join('\n')}
          ${entries
            .map(
              ([name, count]) =>
                `(func (export "${name}") (result i32) (call $${name} ${'(i32.const 0) '.repeat(count)}))`,
            )
            .join('\n')})`);
        await withModule(file, { aot, concurrency: 1 }, async (module) => {
          for (const [name] of entries) assert.notEqual(await module.call(name), 0, name);
        });
      }
    });

    it('may exit and trap', async () => {
      const file = await wasmFile(`(module ${wasiImport('proc_exit')}
        (func (export "_start") (call $proc_exit (i32.const 3)))
        (func (export "trap") unreachable))`);
      await withModule(file, { aot }, async (module) => {
        assert.equal((await module.run()).exitCode, 3);
        await fails('ERR_TRAP', module.call('trap'));
      });
    });
  });

  describe(`A guest's exports (${mode})`, () => {
    it('may be none', async () => {
      const file = await wasmFile('(module (memory 1) (func unreachable))');
      await withModule(file, { aot }, async (module) => {
        assert.deepEqual(module.exports, []);
        await fails('ERR_INVALID_ARGUMENT', module.run());
        await fails('ERR_INVALID_ARGUMENT', module.call('f'));
        await fails('ERR_INVALID_ARGUMENT', module.call(''));
      });
    });

    it('are an ERR_INVALID_ARGUMENT where _start is no function', async () => {
      for (const start of [
        '(memory (export "_start") 1)',
        '(table (export "_start") 1 funcref)',
        '(global (export "_start") i32 (i32.const 1))',
      ]) {
        const file = await wasmFile(
          `(module ${start} (func (export "f") (result i32) (i32.const 7)))`,
        );
        await withModule(file, { aot, concurrency: 1 }, async (module) => {
          const { message } = await fails('ERR_INVALID_ARGUMENT', module.run());
          assert.match(message, /_start/);
          assert.equal(await module.call('f'), 7);
        });
      }
    });
  });

  describe(`A guest's data segments (${mode})`, () => {
    const SIXTEEN = 16 * PAGE;

    it('may fill all of its memory', async () => {
      const module = functionModule(LAST, undefined, memory(16), [
        SECTION.data,
        data([[[0], Buffer.alloc(SIXTEEN, 9)]]),
      ]);
      await withModule(fileOf(module), { aot, concurrency: 1 }, async (loaded) => {
        for (let run = 0; run < 5; ++run) assert.equal(await loaded.call('f'), 9);
      });
    });

    it('trap where they do not fit, each time', async () => {
      for (const segment of [
        [[0], Buffer.alloc(SIXTEEN + 1, 9)],
        [[1], Buffer.alloc(SIXTEEN, 9)],
        [[0x7f], Buffer.alloc(1)],
        [[0x7f], Buffer.alloc(2)],
        [[0x80, 0x80, 0x80, 0x80, 0x78], Buffer.alloc(1)],
      ] as const) {
        const module = functionModule(LAST, undefined, memory(16), [
          SECTION.data,
          data([
            [[0], Buffer.alloc(16, 9)],
            [[...segment[0]], segment[1]],
          ]),
        ]);
        await withModule(fileOf(module), { aot, concurrency: 1 }, async (loaded) => {
          for (let run = 0; run < 3; ++run) {
            const error = await fails('ERR_TRAP', loaded.call('f'));
            assert.equal(error.trap, 'memory-out-of-bounds');
          }
        });
      }
    });

    it('may be 20,000 that lie on one another', async () => {
      const many = functionModule(Buffer.from([0x41, 3, 0x2d, 0, 0]), undefined, memory(1), [
        SECTION.data,
        data(Array.from({ length: 20_000 }, (_, index) => [[3], Buffer.from([index % 251])])),
      ]);
      await withModule(fileOf(many), { aot, concurrency: 1 }, async (loaded) => {
        assert.equal(await loaded.call('f'), 19_999 % 251);
      });
    });
  });

  describe(`A guest of unusual shape (${mode})`, () => {
    const repeated = (count: number, bytes: number[]): Buffer =>
      Buffer.alloc(count * bytes.length, Buffer.from(bytes));
    const shapes: [string, Buffer][] = [
      ['blocks', Buffer.concat([repeated(20_000, [2, 0x40]), repeated(20_000, [0x0b]), SEVEN])],
      ['loops', Buffer.concat([repeated(20_000, [3, 0x40]), repeated(20_000, [0x0b]), SEVEN])],
      [
        'conditions',
        Buffer.concat([repeated(10_000, [0x41, 1, 4, 0x40]), repeated(10_000, [0x0b]), SEVEN]),
      ],
      [
        'operands',
        Buffer.concat([
          repeated(20_000, [0x41, 1]),
          repeated(19_999, [0x6a]),
          repeated(1, [0x1a]),
          SEVEN,
        ]),
      ],
      [
        'branches of one table',
        Buffer.concat([
          Buffer.from([2, 0x40, 0x41, 3, 0x0e]),
          unsigned(50_000),
          Buffer.alloc(50_001),
          Buffer.from([0x0b]),
          SEVEN,
        ]),
      ],
    ];
    for (const [what, code] of shapes) {
      it(`may nest or hold tens of thousands of ${what}`, async () => {
        await withModule(fileOf(functionModule(code)), { aot }, async (module) => {
          assert.equal(await module.call('f'), 7);
        });
      });
    }

    it('may have 50,000 locals; too many are an ERR_MODULE_INVALID', async () => {
      const locals = (count: number): Buffer =>
        Buffer.concat([Buffer.from([1]), unsigned(count), Buffer.from([0x7e])]);
      await withModule(fileOf(functionModule(SEVEN, locals(50_000))), { aot }, async (module) => {
        assert.equal(await module.call('f'), 7);
      });
      for (const count of [100_000_000, 0xffff_ffff]) {
        const file = fileOf(functionModule(SEVEN, locals(count)));
        await fails('ERR_MODULE_INVALID', loadModule(file, { aot }));
      }
    });

    it('may take 1,000 arguments', async () => {
      const file = await wasmFile(`(module
        (func (export "last") (param ${'i32 '.repeat(1000)}) (result i32) (local.get 999)))`);
      await withModule(file, { aot }, async (module) => {
        const args = Array.from({ length: 1000 }, (_, index) => index);
        assert.equal(await module.call('last', ...args), 999);
      });
    });
  });
}

describe('A guest with a table of 10,000,000 elements', () => {
  for (const { aot, mode } of MODES) {
    it(`has all of them (${mode})`, async () => {
      const file = await wasmFile(`(module
        (memory (export "memory") 1)
        (table $table 10000000 funcref)
        (elem (i32.const 9999999) $seven)
        (func $seven (result i32) (i32.const 7))
        (func (export "last") (result i32)
          (call_indirect (result i32) (i32.const 9999999)))
        (func (export "beyond") (result i32)
          (call_indirect (result i32) (i32.const 10000000)))
        (func (export "_start")))`);
      const limits = { tableElements: 10_000_000 };
      await withModule(file, { aot, concurrency: 1, limits }, async (module) => {
        assert.equal(await module.call('last'), 7);
        assert.equal((await fails('ERR_TRAP', module.call('beyond'))).trap, 'undefined-element');
      });
      assert.equal((await runOnce(file, { aot, limits })).exitCode, 0);
    });
  }
});

describe('A large guest', () => {
  it('may have 10,000 exports, a name of 100,000 bytes, and the names of objects', async () => {
    const long = 'n'.repeat(100_000);
    const names = ['__proto__', 'constructor', 'toString', long];
    const file = await wasmFile(`(module
        ${names.map((name, index) => `(func (export "${name}") (result i32) (i32.const ${index}))`).join('\n')}
        ${Array.from({ length: 10_000 }, (_, index) => `(export "e${index}" (func 1))`).join('\n')})`);
    await withModule(file, { aot: 'off' }, async (module) => {
      assert.equal(module.exports.length, 10_004);
      for (const [index, name] of names.entries()) {
        assert.equal(await module.call(name), index);
      }
      assert.equal(await module.call('e9999'), 1);
    });
  });

  it('may have a data segment of 64 MiB', async () => {
    const large = functionModule(LAST, undefined, memory(1024), [
      SECTION.data,
      data([[[0], Buffer.alloc(1024 * PAGE, 5)]]),
    ]);
    await withModule(fileOf(large), { aot: 'off', concurrency: 1 }, async (loaded) => {
      assert.equal(await loaded.call('f'), 5);
    });
  });
});
