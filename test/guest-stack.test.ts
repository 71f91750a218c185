import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { compileModule, loadModule } from 'wasmedge-embed';
import type { Caller, LoadedModule, WasmEdgeError, WasmEdgeErrorCode } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { assemble, namedWatGuest, temporaryPath, watGuest } from './support/wat.js';

/** Each element of the table of guest-stack.wat, and how it fails. */
const FAILURES: [index: number, name: string, code: WasmEdgeErrorCode][] = [
  [0, 'unreachable', 'ERR_TRAP'],
  [1, 'divide', 'ERR_TRAP'],
  [2, 'load', 'ERR_TRAP'],
  [3, 'spin', 'ERR_TIMEOUT'],
  [4, 'fill', 'ERR_TIMEOUT'],
  [5, 'recurse', 'ERR_TRAP'],
  [6, 'wait', 'ERR_TIMEOUT'],
  [7, 'call_host', 'ERR_HOST_FUNCTION'],
  [8, 'table_get', 'ERR_TRAP'],
  [9, 'mismatch', 'ERR_TRAP'],
  [10, 'grow', 'ERR_TRAP'],
];

/** For those that only end by it. */
const TIMEOUT_MS = 300;

function now(): never {
  throw new Error('no');
}

/** Without repetitions of a function. */
function names(error: WasmEdgeError): string[] {
  const all = (error.guestStack ?? []).map((frame) => frame.function);
  return all.filter((name, place) => name !== all[place - 1]);
}

let library: string;
before(async () => {
  library = temporaryPath('stack.so');
  await compileModule(await namedWatGuest('guest-stack'), library);
});

const FORMS = [
  { title: 'a .so', isolation: 'in-process', ending: '.so' },
  { title: 'a universal .wasm', isolation: 'in-process', ending: '.wasm' },
  { title: 'a .so in a worker process', isolation: 'worker-process', ending: '.so' },
] as const;

for (const { title, isolation, ending } of FORMS) {
  describe(`Where a guest failed (${title})`, () => {
    let module: LoadedModule;
    before(async () => {
      const file = ending === '.so' ? library : temporaryPath('stack.wasm');
      if (ending === '.wasm') await compileModule(await namedWatGuest('guest-stack'), file);
      const options = { isolation, imports: { env: { now } } };
      module = await loadModule(file, { ...options, concurrency: 2 });
      assert.equal(module.mode, 'aot');
    });
    after(() => module.close());

    for (const [index, name, code] of FAILURES) {
      it(`is told of what fails in ${name}`, async () => {
        const limits = code === 'ERR_TIMEOUT' ? { timeoutMs: TIMEOUT_MS } : {};
        const error = await fails(code, module.invoke('fail', [index], limits));
        assert.ok(error.message.endsWith(` It was in ${name}.`), error.message);
        const found = names(error);
        assert.equal(found[0], name);
        // A recursion is so deep that its beginning is left out.
        if (name !== 'recurse') assert.deepEqual(found, [name, 'through', 'fail']);
        else assert.equal(error.guestStack?.length, 64);
      });
    }

    it('has the index of each function', async () => {
      const { guestStack } = await fails('ERR_TRAP', module.call('fail', 0));
      assert.deepEqual(guestStack, [
        { function: 'unreachable', index: 3 },
        { function: 'through', index: 16 },
        { function: 'fail', index: 17 },
      ]);
    });

    it('says how many functions of a recursion are left out', async () => {
      const { trap, guestStackOmitted } = await fails('ERR_TRAP', module.call('fail', 5));
      assert.equal(trap, 'stack-overflow');
      assert.ok(guestStackOmitted && guestStackOmitted > 1000, String(guestStackOmitted));
    });

    it('is told of what is aborted', async () => {
      const controller = new AbortController();
      const call = module.invoke('fail', [3], { signal: controller.signal });
      await setTimeout(TIMEOUT_MS);
      controller.abort();
      const error = await fails('ERR_ABORTED', call);
      assert.ok(error.message.endsWith(' was aborted. It was in spin.'), error.message);
      assert.deepEqual(names(error), ['spin', 'through', 'fail']);
    });

    it('is none of a guest that exits', async () => {
      const { guestStack } = await fails('ERR_GUEST_EXIT', module.call('fail', 11));
      assert.equal(guestStack, undefined);
    });

    it('is of each failure its own, on two threads at once', async () => {
      const some = FAILURES.filter(([, , code]) => code === 'ERR_TRAP');
      const calls = Array.from({ length: 60 }, async (_, round) => {
        const [index = 0, name] = some[round % some.length] ?? [];
        const error = await fails('ERR_TRAP', module.call('fail', index));
        assert.equal(names(error)[0], name);
        assert.equal(await module.call('good'), 42);
      });
      await Promise.all(calls);
    });
  });
}

describe('Where a guest failed', () => {
  const load = (options: Parameters<typeof loadModule>[1]): Promise<LoadedModule> =>
    loadModule(library, { imports: { env: { now } }, concurrency: 1, ...options });

  it('is told from the function that a host function has called to the first', async () => {
    const back = async (caller: Caller): Promise<number> => Number(await caller.call('fail', 0));
    await using module = await load({ imports: { env: { now: back } } });
    const error = await fails('ERR_TRAP', module.call('fail', 12));
    assert.deepEqual(
      (error.guestStack ?? []).map((frame) => frame.function),
      ['unreachable', 'through', 'fail', 'call_back', 'through', 'fail'],
    );
  });

  it('is told of a kept instance', async () => {
    await using module = await load({});
    await using instance = await module.instantiate();
    const error = await fails('ERR_TRAP', instance.callMany('fail', [[1]]));
    assert.deepEqual(names(error), ['divide', 'through', 'fail']);
  });

  it('is told of what has used up its fuel', async () => {
    const metered = temporaryPath('metered.so');
    await compileModule(await namedWatGuest('guest-stack'), metered, { meter: true });
    const limits = { fuel: 100_000 };
    await using module = await loadModule(metered, { limits, imports: { env: { now } } });
    const error = await fails('ERR_LIMIT', module.call('fail', 3));
    assert.equal(error.limit, 'fuel');
    assert.deepEqual(names(error), ['spin', 'through', 'fail']);
    assert.ok(error.message.endsWith(' It was in spin.'), error.message);
  });

  it('is not known of what is interpreted', async () => {
    const options = { imports: { env: { now } }, aot: 'off' } as const;
    await using module = await loadModule(await namedWatGuest('guest-stack'), options);
    const error = await fails('ERR_TRAP', module.call('fail', 0));
    assert.deepEqual([error.guestStack, error.message], [[], 'The guest trapped: unreachable.']);
  });

  it('is told by numbers where the names were left out', async () => {
    const nameless = temporaryPath('nameless.so');
    await compileModule(await namedWatGuest('guest-stack'), nameless, { names: false });
    const options = { imports: { env: { now } } };
    const expected = ['wasm-function[3]', 'wasm-function[16]', 'fail'];
    for (const file of [nameless, await watGuest('guest-stack')]) {
      await using module = await loadModule(file, options);
      assert.deepEqual(names(await fails('ERR_TRAP', module.call('fail', 0))), expected);
    }
  });

  it('leaves no names in debug information either', async () => {
    const section = Buffer.from('\0\x16\n.debug_strsecret_name', 'latin1');
    const debugged = temporaryPath('debugged.wasm');
    writeFileSync(
      debugged,
      Buffer.concat([readFileSync(await namedWatGuest('guest-stack')), section]),
    );
    for (const ending of ['.so', '.wasm']) {
      const nameless = temporaryPath(`nameless${ending}`);
      await compileModule(debugged, nameless, { names: false });
      assert.equal(readFileSync(nameless).includes('secret_name'), false);
      await compileModule(debugged, nameless);
      assert.equal(readFileSync(nameless).includes('secret_name'), true);
    }
  });

  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`is told of a Rust program that panics, with what it said (${isolation})`, async () => {
      await using module = await loadModule(rustGuest('std-tour'), { isolation });
      const { guestStack = [], message } = await fails('ERR_TRAP', module.run({ args: ['panic'] }));
      assert.match(message, / It panicked: this panic is wanted \(\S+main\.rs:\d+:\d+\)$/);
      // It is built without names; only those of its exports exist.
      const found = guestStack.map((frame) => frame.function);
      assert.ok(found.length > 3, found.join(', '));
      assert.deepEqual(found.slice(-2), ['__main_void', '_start']);
    });
  }

  it('is told where instances begin with a snapshot, and of what prepares it', async () => {
    const text = `(module
      (type $check (func (param i32)))
      (table 1 funcref) (elem (i32.const 0) $check)
      (memory (export "memory") 1)
      (func $check (param i32) (if (i32.eq (i32.load (i32.const 0)) (local.get 0)) (then unreachable)))
      (func (export "init")
        (i32.store (i32.const 0) (i32.const 7)) (call_indirect (type $check) (i32.const 8) (i32.const 0)))
      (func (export "wrong")
        (i32.store (i32.const 0) (i32.const 8)) (call_indirect (type $check) (i32.const 8) (i32.const 0))
        (i32.store (i32.const 0) (i32.const 0)))
      (func (export "fail")
        (call_indirect (type $check) (i32.const 7) (i32.const 0))
        (i32.store (i32.const 0) (i32.const 0))))`;
    const plain = temporaryPath('snapshot.wasm');
    writeFileSync(plain, await assemble(text, {}, true));
    const files = ['.so', '.wasm'].map((ending) => temporaryPath(`snapshot${ending}`));
    for (const file of files) await compileModule(plain, file);
    for (const file of [plain, ...files]) {
      await using module = await loadModule(file, { snapshot: 'init' });
      assert.deepEqual(names(await fails('ERR_TRAP', module.call('fail'))), ['check', 'fail']);
      const error = await fails('ERR_TRAP', loadModule(file, { snapshot: 'wrong' }));
      assert.deepEqual(names(error), ['check', 'wrong']);
      assert.match(
        error.message,
        /: 'wrong' failed\. The guest trapped: unreachable\. It was in check\.$/,
      );
    }
  });

  it('costs no memory, however often it fails', async () => {
    // More than 60 names of 900 bytes each: a leak per failure would be 50 KiB and more.
    const name = `$${'x'.repeat(900)}`;
    const text = `(module
      (func ${name} (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then unreachable))
        (i32.rem_u
          (i32.const 7919)
          (i32.add (call ${name} (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))))
      (func (export "fail") (drop (call ${name} (i32.const 500)))))`;
    const file = temporaryPath('names.wasm');
    writeFileSync(file, await assemble(text, {}, true));
    await using module = await loadModule(file);
    const fail = async (times: number): Promise<void> => {
      for (let round = 0; round < times; round++) {
        const { guestStack = [] } = await fails('ERR_TRAP', module.call('fail'));
        assert.ok(guestStack.length > 60);
      }
    };
    await fail(300);
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    await fail(1500);
    globalThis.gc?.();
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < 24 << 20, `${grown} bytes more`);
  });
});
