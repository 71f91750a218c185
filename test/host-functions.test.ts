import assert from 'node:assert/strict';

import { WasmEdgeError, loadModule } from 'wasmedge-embed';
import type { Imports } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { HOST_FUNCTION_WAYS, SIMPLE, withHostFunctions } from './support/host-functions.js';
import { withModule } from './support/run-guest.js';
import { wasmFile, watGuest } from './support/wat.js';

describe('Host functions', function () {
  this.timeout(60_000);

  for (const { name, options } of HOST_FUNCTION_WAYS) {
    describe(`(${name})`, () => {
      it('take and give every type of number', async () => {
        const seen: unknown[] = [];
        const env = {
          types: (_caller: unknown, ...args: unknown[]) => {
            seen.push(args);
            return (args as [number, bigint])[1];
          },
        };
        await withHostFunctions(env, options, async (module) => {
          for (const args of [
            [-1, -(2n ** 63n), 1.5, -0],
            [2 ** 31 - 1, 2n ** 63n - 1n, Infinity, NaN],
            [0, 0n, NaN, -Infinity],
          ] as [number, bigint, number, number][]) {
            assert.equal(await module.call('types', ...args), args[1]);
            assert.deepEqual(seen.pop(), args);
          }
          for (const value of [-0, NaN, Infinity, 1.5, 2 ** -149]) {
            assert.ok(Object.is(await module.call('f32', value), value), String(value));
            assert.ok(Object.is(await module.call('f64', value), value), String(value));
          }
          assert.equal(await module.call('several', 1), 10203n);
          assert.equal(await module.call('nothing'), undefined);
        });
      });

      it('give i32 and i64 in either reading, and whatever they like for nothing', async () => {
        const env = {
          add: () => 2 ** 32 - 1,
          types: () => 2n ** 64n - 1n,
          nothing: () => 'dropped',
        };
        await withHostFunctions(env, options, async (module) => {
          assert.equal(await module.call('add', 1, 2), -1);
          assert.equal(await module.call('types', 1, 2n, 3, 4), -1n);
          assert.equal(await module.call('nothing'), undefined);
        });
      });

      it('may be asynchronous: the guest waits, the event loop does not', async () => {
        const env = {
          wait: async (_caller: unknown, turns: number) => {
            for (let turn = 0; turn < turns; ++turn) await new Promise(setImmediate);
            return turns;
          },
        };
        await withHostFunctions(env, options, async (module) => {
          assert.equal(await module.call('wait', 50), 50);
        });
      });

      it('are ERR_HOST_FUNCTION with what they threw as the cause', async () => {
        const boom = new Error('boom');
        const thrown: unknown[] = [
          boom,
          'text',
          7,
          null,
          undefined,
          Symbol('odd'),
          {},
          new Date(0),
        ];
        thrown.push(Object.create(null));
        for (const each of thrown) {
          for (const add of [
            () => {
              throw each;
            },
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- on purpose
            () => Promise.reject(each),
          ]) {
            await withHostFunctions({ add }, { ...options, aot: 'off' }, async (module) => {
              const error = await fails('ERR_HOST_FUNCTION', module.call('add', 1, 2));
              assert.equal(error.cause, each);
              assert.match(error.message, /^The host function env\.add failed: /);
              assert.ok(error.timings && error.stdout);
              assert.equal(await module.call('twice', 4), 8, 'the module goes on');
            });
          }
          if (options.isolation === 'worker-process') break;
        }
      });

      it('are ERR_HOST_FUNCTION when they give what their type does not allow', async () => {
        const wrong: [string, unknown, RegExp][] = [
          ['add', 'text', /env\.add returned 'text' instead of an integer of 32 bits \(i32\)/],
          ['add', undefined, /returned undefined instead/],
          ['add', 1.5, /returned 1\.5 instead/],
          ['add', 2 ** 32, /returned 4294967296 instead/],
          ['add', 1n, /returned 1n instead/],
          ['add', [1], /returned an array instead/],
          ['types', 1, /returned 1 instead of a bigint of 64 bits \(i64\)/],
          ['types', 2n ** 64n, /instead of a bigint/],
          ['f32', '1', /returned '1' instead of a number \(f32\)/],
          ['f64', true, /returned true instead of a number \(f64\)/],
          ['several', 1, /returned 1 instead of an array of its 3 results/],
          ['several', [1, 2n], /returned 2 results instead of 3/],
          ['several', [1, 2n, 3, 4], /returned 4 results instead of 3/],
          ['several', [1, 2, 3], /returned 2 as result 2 instead of a bigint/],
          ['several', new Proxy([], { get: () => assert.fail('looked at') }), /failed: looked at/],
        ];
        const args = { add: [1, 2], types: [1, 2n, 3, 4], f32: [1], f64: [1], several: [1] };
        for (const [name, value, message] of wrong) {
          await withHostFunctions(
            { [name]: () => value },
            { ...options, aot: 'off' },
            async (module) => {
              const call = module.call(name, ...args[name as 'add']);
              assert.match((await fails('ERR_HOST_FUNCTION', call)).message, message);
            },
          );
          if (options.isolation === 'worker-process') break;
        }
      });
    });
  }

  it('see who has asked for the invocation, not who else did', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const who = new AsyncLocalStorage<number>();
    const seen = new Map<number, unknown>();
    const env = {
      wait: async (_caller: unknown, value: number) => {
        await new Promise(setImmediate);
        seen.set(value, who.getStore());
        return value;
      },
    };
    await withHostFunctions(env, { concurrency: 2 }, async (module) => {
      await Promise.all([1, 2, 3, 4].map((id) => who.run(id, () => module.call('wait', id))));
    });
    assert.deepEqual(
      [...seen].sort(),
      [1, 2, 3, 4].map((id) => [id, id]),
    );
  });

  it('are linked as the module imports them', async () => {
    const file = await watGuest('host-functions');
    const env: Record<string, Imports[string][string]> = { ...SIMPLE.env };
    delete env['add'];
    delete env['several'];
    const { message } = await fails('ERR_LINK', loadModule(file, { imports: { ...SIMPLE, env } }));
    assert.match(message, /env\.add \(i32, i32\) -> i32/);
    assert.match(message, /env\.several \(i32\) -> \(i32, i64, f64\)/);
    assert.match(message, /\(2\)/);
    assert.match(message, /option imports/);
    const more = { ...SIMPLE, more: { than: () => 1 }, env: { ...SIMPLE.env, needed: () => 1 } };
    await withModule(file, { imports: more }, async (module) => {
      assert.equal(await module.call('add', 2, 3), 5);
    });
  });

  it('are no memories, tables and globals, and have numbers only', async () => {
    const imports = { env: { memory: () => 1, table: () => 1, global: () => 1, v: () => 1 } };
    for (const [text, message] of [
      ['(import "env" "memory" (memory 1))', /env\.memory: a memory/],
      ['(import "env" "table" (table 1 funcref))', /env\.table: a table/],
      ['(import "env" "global" (global i32))', /env\.global: a global/],
      [
        '(import "env" "v" (func (param v128)))',
        /env\.v \(v128\) -> \(\) \(host functions support/,
      ],
      ['(import "env" "v" (func (result funcref)))', /env\.v \(\) -> funcref \(host functions/],
      [
        '(import "env" "v" (func)) (import "env" "v" (func (param i32)))',
        /env\.v \(i32\) -> \(\) \(it is imported as \(\) -> \(\) as well\)/,
      ],
    ] as const) {
      const file = await wasmFile(`(module ${text})`);
      assert.match((await fails('ERR_LINK', loadModule(file, { imports }))).message, message);
    }
  });

  it('may be imported twice, and under any name', async () => {
    const file = await wasmFile(`(module
      (import "" "größe" (func $a (param i32) (result i32)))
      (import "" "größe" (func $b (param i32) (result i32)))
      (import "__proto__" "constructor" (func $c (result i32)))
      (func (export "f") (result i32)
        (i32.add (call $c) (i32.add (call $a (i32.const 1)) (call $b (i32.const 2))))))`);
    const imports = JSON.parse('{"": {}, "__proto__": {}}') as Record<
      string,
      Record<string, unknown>
    >;
    imports['']!['größe'] = (_caller: unknown, value: number) => value * 10;
    Object.defineProperty(
      Object.getOwnPropertyDescriptor(imports, '__proto__')!.value,
      'constructor',
      {
        value: () => 5,
        enumerable: true,
      },
    );
    await withModule(file, { imports: imports as unknown as Imports }, async (module) => {
      assert.equal(await module.call('f'), 35);
    });
  });

  it('do not stand in for the host’s own modules', async () => {
    const file = await wasmFile('(module)');
    for (const name of ['wasi_snapshot_preview1', 'wasi_ephemeral_nn', 'wasmedge_image']) {
      const imports = { [name]: { fd_write: () => 0 } };
      const { message } = await fails('ERR_INVALID_ARGUMENT', loadModule(file, { imports }));
      assert.match(message, new RegExp(`imports must not contain '${name}'`));
    }
  });

  it('are not for subprocesses, which is said', async () => {
    const file = await wasmFile('(module)');
    const options = { isolation: 'subprocess', imports: { env: { f: () => 0 } } } as const;
    const { message } = await fails('ERR_INVALID_ARGUMENT', loadModule(file, options));
    assert.match(message, /'subprocess' does not support imports.*'worker-process'/);
  });

  it('are checked when the module is loaded', async () => {
    for (const [imports, message] of [
      [7, /imports must be an object/],
      [{ env: 7 }, /imports\.env must be an object/],
      [{ env: { f: 7 } }, /imports\.env\.f must be a function, got 7/],
      [[], /imports must be an object, got an array/],
    ] as const) {
      const load = loadModule('none.wasm', { imports: imports as unknown as Imports });
      assert.match((await fails('ERR_INVALID_ARGUMENT', load)).message, message);
    }
    for (const maxWaiting of [-1, 1001, 1.5]) {
      await fails('ERR_INVALID_ARGUMENT', loadModule('none.wasm', { maxWaiting }));
    }
  });

  it('may be called by a start function', async () => {
    const file = await wasmFile(`(module
      (import "env" "add" (func $add (param i32 i32) (result i32)))
      (global $sum (mut i32) (i32.const 0))
      (func $start (global.set $sum (call $add (i32.const 2) (i32.const 3))))
      (start $start)
      (func (export "sum") (result i32) (global.get $sum)))`);
    await withModule(file, { imports: SIMPLE }, async (module) => {
      assert.equal(await module.call('sum'), 5);
    });
    const imports = {
      env: {
        add: () => {
          throw new WasmEdgeError('ERR_MODEL', 'of its own');
        },
      },
    };
    await withModule(file, { imports }, async (module) => {
      const error = await fails('ERR_HOST_FUNCTION', module.call('sum'));
      assert.ok(error.cause instanceof WasmEdgeError && error.cause.code === 'ERR_MODEL');
    });
  });
});
