import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { WasmEdgeError, compileModule, loadModule } from 'wasmedge-embed';
import type { LoadedModule, LoadOptions } from 'wasmedge-embed';

import { CLASSIFIER } from './support/classification.js';
import { eventsOf } from './support/diagnostics.js';
import { withEnvironment } from './support/environment.js';
import { fails } from './support/errors.js';
import { CompileFailures, inTurn } from './support/internals.js';
import { ISOLATIONS } from './support/isolations.js';
import { ROOT } from './support/paths.js';
import { scriptOutput } from './support/process.js';
import { withModule } from './support/run-guest.js';
import { SECTION, sized, unsigned, wasmModule } from './support/wasm-binary.js';
import { temporaryPath, wasmFile } from './support/wat.js';
import { childrenOf, eventually } from './support/workers.js';

let count = 0;

/** A module with new content. */
const fresh = (): Promise<string> =>
  wasmFile(`(module (func (export "number") (result i32) (i32.const ${String(count++)}))
    (func (export "now") (result i64) (i64.const ${String(Date.now())})))`);

const isCompiled = (module: LoadedModule): Promise<void> => {
  assert.equal(module.mode, 'aot');
  return Promise.resolve();
};

const MIB = 2 ** 20;
/** Less than the compiler's process has from the start. */
const TOO_LITTLE = 64 * MIB;

describe('Compiling within limits', () => {
  let cache: string;
  beforeEach(() => {
    cache = temporaryPath('cache');
  });

  const load = (file: string, options: LoadOptions): Promise<void> =>
    withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, () => withModule(file, options, isCompiled));

  function assertNothingLeft(): void {
    const left = existsSync(cache) ? readdirSync(path.join(cache, 'aot')) : [];
    assert.deepEqual(left, []);
  }

  for (const isolation of ISOLATIONS) {
    it(`ends what takes more time or memory: ${isolation}`, async () => {
      for (const [name, compile] of [
        ['timeoutMs', { timeoutMs: 1 }],
        ['memoryBytes', { memoryBytes: TOO_LITTLE }],
      ] as const) {
        const attempt = load(await fresh(), { isolation, trusted: false, compile });
        const error = await fails('ERR_LIMIT', attempt);
        assert.equal(error.limit, 'compile');
        assert.ok(error.message.includes(name), error.message);
        assertNothingLeft();
      }
    });
  }

  it('measures the memory while it grows', async () => {
    // 10 functions with 49,000 locals: 100 bytes, of which LLVM makes some hundred megabytes.
    const body = sized(Buffer.from([1]), unsigned(49_000), Buffer.from([0x7b, 0x0b]));
    const [functions, type] = [10, Buffer.from([1, 0x60, 0, 0])];
    const module = wasmModule(
      [SECTION.types, type],
      [SECTION.functions, Buffer.concat([unsigned(functions), Buffer.alloc(functions)])],
      [SECTION.code, Buffer.concat([unsigned(functions), ...Array<Buffer>(functions).fill(body)])],
    );
    const file = temporaryPath('locals.wasm');
    writeFileSync(file, module);
    // The compiler has some 120 MiB from the start.
    const compile = { memoryBytes: 180 * MIB };
    const error = await fails('ERR_LIMIT', load(file, { trusted: false, compile }));
    assert.match(error.message, /memoryBytes/);
    assertNothingLeft();
  });

  it('costs nothing again for ten minutes, while the limits are the same', async () => {
    const file = await fresh();
    const options = { trusted: false, compile: { timeoutMs: 1 } } as const;
    const { message } = await fails('ERR_LIMIT', load(file, options));
    const { execPath } = process;
    // Starting a process would cause a different error.
    process.execPath = '/nowhere/node';
    try {
      const again = await fails('ERR_LIMIT', load(file, options));
      assert.equal(again.limit, 'compile');
      assert.match(again.message, /ten minutes/);
      assert.equal((again.cause as WasmEdgeError).message, message);
    } finally {
      process.execPath = execPath;
    }
    await load(file, { trusted: false, compile: { timeoutMs: 60_000 } });
  });

  it('forgets failures after ten minutes, and the oldest of too many', () => {
    let now = 0;
    const failures = new CompileFailures(() => now);
    const failure = new WasmEdgeError('ERR_LIMIT', 'Too much.', { limit: 'compile' });
    failures.add('a', failure);
    now = 600_000 - 1;
    now = 600_000;
    failures.check('a');
    for (let each = 0; each <= 1000; each++) failures.add(String(each), failure);
    failures.check('0');
    assert.throws(() => {
      failures.check('1');
    });
  });

  it('of a trusted module that is over a limit: it is interpreted, with the reason', async () => {
    const file = await fresh();
    const output = await scriptOutput(
      `const { loadModule } = require('wasmedge-embed');
       process.on('warning', ({ message }) => console.log(message));
       (async () => {
         for (let round = 0; round < 2; round++) {
           const module = await loadModule(${JSON.stringify(file)}, { compile: { timeoutMs: 1 } });
           console.log(module.mode, typeof (await module.call('number')));
           await module.close();
         }
       })();`,
      { flags: ['--no-warnings'], env: { WASMEDGE_EMBED_CACHE: cache } },
    );
    const lines = output.trim().split('\n');
    const warnings = lines.filter((each) => each !== 'interpreter number');
    assert.deepEqual([lines.length, warnings.length], [3, 1], 'told once a file');
    assert.match(warnings[0]!, /interpreted.*'timeoutMs' of 1 milliseconds/);
    assert.ok(warnings[0]!.includes(file), output);
  });

  it('of an untrusted module that cannot be compiled: it is no module', async () => {
    const regularFile = temporaryPath('regular-file');
    writeFileSync(regularFile, '');
    const nowhere = path.join(regularFile, 'below');
    const file = await fresh();
    await withEnvironment({ WASMEDGE_EMBED_CACHE: nowhere, TMPDIR: nowhere }, async () => {
      for (const isolation of ISOLATIONS) {
        await assert.rejects(loadModule(file, { isolation, trusted: false }), /ENOTDIR/);
      }
    });
    const invalid = temporaryPath('invalid.wasm');
    // A function without code.
    writeFileSync(invalid, Buffer.from('0061736d0100000001040160000003020100', 'hex'));
    for (const isolation of ISOLATIONS) {
      await fails('ERR_MODULE_INVALID', loadModule(invalid, { isolation, trusted: false }));
    }
  });

  it('is the same for compileModule', async () => {
    const folder = temporaryPath('folder');
    mkdirSync(folder);
    const output = path.join(folder, 'out.so');
    const file = await fresh();
    for (const options of [{ timeoutMs: 1 }, { memoryBytes: TOO_LITTLE }]) {
      const error = await fails('ERR_LIMIT', compileModule(file, output, options));
      assert.equal(error.limit, 'compile');
    }
    const reason = new Error('not now');
    const signal = AbortSignal.abort(reason);
    const error = await fails('ERR_ABORTED', compileModule(file, output, { signal }));
    assert.equal(error.cause, reason);
    const controller = new AbortController();
    const aborted = fails(
      'ERR_ABORTED',
      compileModule(CLASSIFIER, output, { signal: controller.signal }),
    );
    await eventually(() => compilers().length > 0);
    controller.abort(reason);
    assert.equal((await aborted).cause, reason);
    assert.deepEqual(compilers(), []);
    assert.deepEqual(readdirSync(folder), []);
    await compileModule(file, output, { timeoutMs: 60_000, memoryBytes: 1024 * MIB });
    assert.deepEqual(readdirSync(folder).sort(), ['out.so', 'out.so.aot.json']);
  });
});

/** This process's compiler processes. */
const compilers = (): number[] => childrenOf(process.pid, 'compile-child.js');

describe('Aborting a load', () => {
  let cache: string;
  beforeEach(() => {
    cache = temporaryPath('cache');
  });
  const load = (options: LoadOptions, file = CLASSIFIER): Promise<void> =>
    withModule(file, options, () => Promise.resolve());
  /** Runs all work with this cache; each load reads the variable when it begins. */
  const inCache = <T>(work: () => Promise<T>): Promise<T> =>
    withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, work);

  for (const isolation of ISOLATIONS) {
    for (const by of ['signal', 'compile.signal'] as const) {
      it(`ends its compiler at once and leaves nothing: ${isolation}, ${by}`, () =>
        inCache(async () => {
          const controller = new AbortController();
          const { signal } = controller;
          const options = by === 'signal' ? { signal } : { compile: { signal } };
          const loading = fails('ERR_ABORTED', load({ isolation, ...options }));
          await eventually(() => compilers().length > 0);
          const reason = new Error('not now');
          controller.abort(reason);
          assert.equal((await loading).cause, reason);
          assert.deepEqual(compilers(), []);
          assert.deepEqual(readdirSync(path.join(cache, 'aot')), []);
        }));
    }

    it(`that did not begin: ${isolation}`, async () => {
      const reason = new Error('not now');
      const signal = AbortSignal.abort(reason);
      const error = await fails('ERR_ABORTED', load({ isolation, signal }));
      assert.equal(error.cause, reason);
    });
  }

  it('harms nobody else who waits for the same module', () =>
    inCache(async () => {
      const file = await fresh();
      const controllers = [new AbortController(), new AbortController(), new AbortController()];
      const events = await eventsOf('wasmedge-embed:compile', async () => {
        const loads = controllers.map(({ signal }) =>
          // Each is a single waiter, although it gets the signal twice.
          load({ trusted: false, signal, compile: { signal } }, file),
        );
        const aborted = [fails('ERR_ABORTED', loads[0]!), fails('ERR_ABORTED', loads[2]!)];
        await eventually(() => compilers().length > 0);
        controllers[0]!.abort();
        controllers[2]!.abort();
        await Promise.all(aborted);
        await loads[1];
      });
      const compiled = (events as { error?: unknown }[]).filter(({ error }) => error === undefined);
      assert.equal(compiled.length, 1);
      assert.equal(readdirSync(path.join(cache, 'aot')).length, 1);
    }));

  it('after it has no effect', async () => {
    const controller = new AbortController();
    await withModule(await fresh(), { signal: controller.signal }, async (module) => {
      controller.abort();
      assert.equal(typeof (await module.call('number')), 'number');
    });
  });
});

describe('Untrusted modules are compiled one at a time', () => {
  it('while sixteen wait; a further one is refused', () =>
    withEnvironment({ WASMEDGE_EMBED_CACHE: temporaryPath('cache') }, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const first = fails('ERR_ABORTED', loadModule(CLASSIFIER, { trusted: false, signal }));
      await eventually(() => compilers().length > 0);
      const files = await Promise.all(Array.from({ length: 17 }, fresh));
      const codes = new Map<string, number>();
      const others = files.map((file) =>
        loadModule(file, { trusted: false, signal }).then(
          () => assert.fail('it was loaded'),
          (error: unknown) => {
            const { code } = error as WasmEdgeError;
            codes.set(code, (codes.get(code) ?? 0) + 1);
          },
        ),
      );
      await eventually(() => codes.size > 0);
      assert.deepEqual([...codes], [['ERR_QUEUE_FULL', 1]]);
      assert.equal(compilers().length, 1);
      // A trusted one does not wait.
      await withModule(await fresh(), {}, isCompiled);
      controller.abort();
      await Promise.all([first, ...others]);
      assert.deepEqual(
        [...codes.entries()],
        [
          ['ERR_QUEUE_FULL', 1],
          ['ERR_ABORTED', 16],
        ],
      );
    }));

  it('in their order, also after failures and aborts', async () => {
    const order: string[] = [];
    const work =
      (name: string, fail = false) =>
      async (): Promise<void> => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        order.push(`${name} ends`);
        if (fail) throw new Error(name);
      };
    const none = new AbortController().signal;
    const controller = new AbortController();
    const all = [
      inTurn(work('a'), none),
      inTurn(work('b', true), none),
      inTurn(work('c'), controller.signal),
      inTurn(work('d'), none),
    ];
    controller.abort();
    const ends = await Promise.allSettled(all);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    const expected = ['a', 'b', 'd'].flatMap((name) => [`${name} begins`, `${name} ends`]);
    assert.deepEqual(order, expected);
  });

  it('by all threads together, and a thread that ends gives its turn up', async () => {
    const signal = new AbortController().signal;
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const { inTurn } = require(${JSON.stringify(path.join(ROOT, 'dist', 'compile', 'compile-turn.js'))});
       void inTurn(() => {
         parentPort.postMessage('has it');
         return new Promise((resolve) => setTimeout(resolve, 1e9));
       }, new AbortController().signal);`,
      { eval: true },
    );
    await once(worker, 'message');
    let isOurs = false;
    const ours = inTurn(() => Promise.resolve((isOurs = true)), signal);
    await sleep(100);
    assert.equal(isOurs, false);
    await worker.terminate();
    await ours;
  });
});

describe('compileModule', () => {
  it('does not write over its own source, by whatever name', async () => {
    const file = await fresh();
    const before = readFileSync(file);
    const symbolic = temporaryPath('symbolic.wasm');
    symlinkSync(file, symbolic);
    const hard = temporaryPath('hard.wasm');
    linkSync(file, hard);
    const pairs = [
      [file, file],
      [file, `${path.dirname(file)}/./${path.basename(file)}`],
      [file, symbolic],
      [symbolic, file],
      [file, hard],
      [hard, symbolic],
    ] as const;
    for (const [input, output] of pairs) {
      const { message } = await fails('ERR_INVALID_ARGUMENT', compileModule(input, output));
      assert.match(message, /same file/);
    }
    // The side file is written as well.
    const side = temporaryPath('guest.so.aot.json');
    writeFileSync(side, before);
    await fails('ERR_INVALID_ARGUMENT', compileModule(side, side.replace('.aot.json', '')));
    for (const each of [file, symbolic, hard, side]) assert.deepEqual(readFileSync(each), before);
    // A copy of the module is a different file, despite the same content.
    const copy = temporaryPath('copy.wasm');
    writeFileSync(copy, before);
    await compileModule(file, copy);
    assert.notDeepEqual(readFileSync(copy), before);
  });
});
