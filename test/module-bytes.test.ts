import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';
import type { BytesLike, CompileEvent, LoadOptions } from 'wasmedge-embed';

import { eventsOf } from './support/diagnostics.js';
import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { sized } from './support/wasm-binary.js';
import { assemble, temporaryPath, wasmFile } from './support/wat.js';

const TOUR = rustGuest('std-tour');

/** More than is copied before `loadModule` returns. */
const LARGE_BYTES = 17 * 1024 * 1024;

let count = 0;

/** A module that is in no cache. */
function fresh(): Promise<Buffer> {
  const unique = `${process.pid} ${Date.now()} ${count++}`;
  return assemble(`(module (memory 1) (data (i32.const 0) "${unique}")
    (func (export "answer") (result i32) (i32.const 42)))`);
}

/** The same with a section that nothing reads. */
const enlarged = (module: Uint8Array): Buffer =>
  Buffer.concat([module, Buffer.of(0), sized(Buffer.alloc(LARGE_BYTES))]);

const compilations = (body: () => Promise<unknown>): Promise<CompileEvent[]> =>
  eventsOf<CompileEvent>('wasmedge-embed:compile', body);

describe('A module from bytes', () => {
  for (const isolation of ISOLATIONS) {
    for (const options of [{}, { aot: 'off' }, { trusted: false }] as LoadOptions[]) {
      it(`runs as its file does (${isolation}, ${JSON.stringify(options)}), whatever becomes of the bytes`, async () => {
        const bytes = readFileSync(TOUR);
        // Each process of the pool serves one run: later ones get the bytes much later.
        const workerProcess = { workers: 1, recycleAfterRuns: 1 };
        const loading = loadModule(bytes, {
          ...{ isolation, ...options, workerProcess, concurrency: 1 },
          ...{ name: 'uploads/größe.wasm', args: ['args', 'a'] },
        });
        bytes.fill(0);
        const module = await loading;
        try {
          assert.equal(module.file, 'uploads/größe.wasm');
          assert.equal(module.mode, options.aot === 'off' ? 'interpreter' : 'aot');
          const byFile = await inspectModule(TOUR);
          assert.deepEqual(module.exports, byFile.exports);
          assert.deepEqual(module.imports, byFile.imports);
          for (const stdin of ['one', 'two', 'three']) {
            const { stdout } = await module.run({ args: ['cat'], stdin });
            assert.equal(stdout.toString(), stdin);
          }
        } finally {
          await module.close();
        }
      });
    }

    it(`is refused where it is a shared object, or nothing at all (${isolation})`, async () => {
      const library = temporaryPath('fresh.so');
      await compileModule(await fresh(), library);
      const shared = readFileSync(library);
      for (const options of [{}, { trusted: false }, { aot: 'off' }] as LoadOptions[]) {
        const { message } = await fails(
          'ERR_MODULE_INVALID',
          loadModule(shared, { isolation, ...options, name: 'upload' }),
        );
        assert.match(message, /upload is a shared object.*Bytes must be WebAssembly/);
      }
      for (const bytes of [
        Buffer.alloc(0),
        Buffer.from('\x7fELF'),
        Buffer.from('\0asm'),
        shared.subarray(1),
      ]) {
        const { message } = await fails('ERR_MODULE_INVALID', loadModule(bytes, { isolation }));
        assert.match(message, /module\.wasm/);
      }
    });
  }

  it('may be held in any kind of buffer', async () => {
    const module = await fresh();
    const padded = Buffer.concat([Buffer.alloc(3, 7), module, Buffer.alloc(5, 7)]);
    const shared = new SharedArrayBuffer(module.length);
    new Uint8Array(shared).set(module);
    const kinds: BytesLike[] = [
      module,
      new Uint8Array(module),
      new Uint8Array(module).buffer,
      shared,
      padded.subarray(3, 3 + module.length),
      new DataView(padded.buffer, padded.byteOffset + 3, module.length),
    ];
    for (const bytes of kinds) {
      await withModule(bytes, {}, async (guest) => {
        assert.equal(guest.file, 'module.wasm');
        assert.equal(await guest.call('answer'), 42);
      });
    }
  });

  it('is compiled once for a content, whether it comes as bytes or as a file', async () => {
    const bytes = await fresh();
    const load = (): Promise<void> =>
      withModule(bytes, { name: 'once' }, async (guest) => {
        assert.equal(guest.mode, 'aot');
        assert.equal(await guest.call('answer'), 42);
      });
    const [first, ...more] = await compilations(load);
    assert.equal(first?.module, 'once');
    assert.deepEqual(more, []);
    assert.deepEqual(await compilations(load), []);
  });

  it('runs no compiled code that it carries: it is compiled here', async () => {
    const universal = temporaryPath('universal.wasm');
    await compileModule(await fresh(), universal);
    const bytes = readFileSync(universal);
    assert.equal((await inspectModule(bytes)).form, 'universal');
    const events = await compilations(() =>
      withModule(bytes, {}, async (guest) => {
        assert.equal(guest.mode, 'aot');
        assert.equal(await guest.call('answer'), 42);
      }),
    );
    assert.equal(events.length, 1);
  });

  it('keeps instances and calls host functions as any other', async () => {
    const bytes = await assemble(`(module (import "env" "next" (func $next (result i32)))
      (global $sum (mut i32) (i32.const 0))
      (func (export "add") (result i32)
        (global.set $sum (i32.add (global.get $sum) (call $next))) (global.get $sum)))`);
    let last = 0;
    await withModule(bytes, { imports: { env: { next: () => ++last } } }, async (guest) => {
      const instance = await guest.instantiate();
      assert.equal(await instance.call('add'), 1);
      assert.equal(await instance.call('add'), 3);
      await instance.close();
    });
  });

  it('that is large is copied in slices, and refused when it is taken away meanwhile', async () => {
    const large = enlarged(await fresh());
    for (const isolation of ['in-process', 'worker-process'] as const) {
      await withModule(large, { isolation, aot: 'off', concurrency: 1 }, async (guest) => {
        assert.equal(await guest.call('answer'), 42);
      });
    }
    const loading = loadModule(large, { aot: 'off' });
    const buffer = large.buffer as ArrayBuffer;
    structuredClone(buffer, { transfer: [buffer] });
    const { message } = await fails('ERR_INVALID_ARGUMENT', loading);
    assert.match(message, /transferred or resized/);
  });

  it('is inspected, as are files by their URLs', async () => {
    const bytes = await fresh();
    const library = temporaryPath('inspected.so');
    await compileModule(bytes, library);
    const described = await inspectModule(bytes);
    assert.equal(described.form, 'plain');
    assert.deepEqual(
      described.exports.map(({ name }) => name),
      ['answer'],
    );
    assert.deepEqual(await inspectModule(readFileSync(library)), await inspectModule(library));
    assert.equal((await inspectModule(readFileSync(library))).form, 'shared-library');
    assert.deepEqual(await inspectModule(pathToFileURL(library)), await inspectModule(library));
  });

  it('has a name of 1 to 200 bytes; a file has none beside its path', async () => {
    const bytes = await fresh();
    for (const name of ['', 'nul\0', 7, null, 'x'.repeat(201), 'ö'.repeat(101)]) {
      await fails('ERR_INVALID_ARGUMENT', loadModule(bytes, { name: name as string }));
    }
    const names = ['x'.repeat(200), '../a:b.wasm'];
    const programs = ['x'.repeat(200), 'a:b'];
    for (const isolation of ISOLATIONS) {
      for (const [index, name] of names.entries()) {
        await withModule(readFileSync(TOUR), { name, isolation, concurrency: 1 }, async (guest) => {
          assert.equal(guest.file, name);
          const { stdout } = await guest.run({ args: ['args'] });
          assert.equal(stdout.toString(), `${programs[index]}.wasm\nargs\n`, isolation);
        });
      }
    }
    const file = await wasmFile('(module)');
    await fails('ERR_INVALID_ARGUMENT', loadModule(file, { name: 'guest' }));
    await fails('ERR_INVALID_ARGUMENT', loadModule(pathToFileURL(file), { name: 'guest' }));
  });
});
