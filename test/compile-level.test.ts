import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { compileModule } from 'wasmedge-embed';
import type { CompileProgressEvent } from 'wasmedge-embed';

import { eventsOf } from './support/diagnostics.js';
import { withEnvironment } from './support/environment.js';
import { QUICK_CODE_BYTES, addon, hasMuchCode } from './support/internals.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { SECTION, sized, unsigned, wasmModule } from './support/wasm-binary.js';
import { temporaryPath } from './support/wat.js';

const CHANNEL = 'wasmedge-embed:compile-progress';

/** The optimization level in the side file of the compiled module. */
async function levelOf(input: Uint8Array, optimize?: 0 | 1 | 2 | 3): Promise<unknown> {
  const output = temporaryPath('guest.so');
  await compileModule(input, output, optimize === undefined ? {} : { optimize });
  const { options } = JSON.parse(readFileSync(`${output}.aot.json`, 'utf8')) as {
    options: { optimize: number };
  };
  return options.optimize;
}

/** A module with this many bytes of trivial code. */
function moduleOf(codeBytes: number): Buffer {
  const [nop, end] = [0x01, 0x0b];
  const body = Buffer.alloc(codeBytes - 1 - unsigned(codeBytes).length, nop);
  body[0] = 0;
  body[body.length - 1] = end;
  return wasmModule(
    [SECTION.types, Buffer.from([1, 0x60, 0, 0])],
    [SECTION.functions, Buffer.from([1, 0])],
    [SECTION.code, Buffer.concat([Buffer.from([1]), sized(body)])],
  );
}

describe('The optimization level', () => {
  it('is chosen by the size of the code, and not of anything else', () => {
    const custom = (content: number, count: number): Buffer =>
      Buffer.concat(Array<Buffer>(count).fill(wasmModule([0, Buffer.alloc(content)]).subarray(8)));
    const before = (sections: Buffer, module: Buffer): Buffer =>
      Buffer.concat([module.subarray(0, 8), sections, module.subarray(8)]);
    const [small, large] = [moduleOf(QUICK_CODE_BYTES), moduleOf(QUICK_CODE_BYTES + 1)];
    assert.deepEqual([hasMuchCode(small), hasMuchCode(large)], [false, true]);
    assert.ok(!hasMuchCode(before(custom(4 << 20, 1), small)));
    assert.ok(hasMuchCode(before(custom(1, 100), large)));
    // Millions of sections are not scanned, and no module with so many is compiled for long.
    assert.ok(hasMuchCode(before(custom(1, 1_000_000), small)));
    // Malformed modules are left to the compiler.
    assert.ok(!hasMuchCode(Buffer.from('\0asm\x01\0\0\0\x0a\xff', 'latin1')));
  });

  it('is less than 3 only where LLVM can be reached', async () => {
    const { hasQuickPasses } = await addon().runtime();
    assert.equal(await levelOf(moduleOf(QUICK_CODE_BYTES + 1)), hasQuickPasses ? 1 : 3);
  });

  it('is the one that is asked for, whatever the size', async () => {
    const [small, large] = [moduleOf(100), moduleOf(QUICK_CODE_BYTES + 1)];
    assert.equal(await levelOf(small), 3);
    assert.equal(await levelOf(small, 1), 1);
    assert.equal(await levelOf(large, 2), 2);
  });

  for (const optimize of [0, 1] as const) {
    it(`${optimize} makes code that does the same`, async function () {
      this.timeout(120_000);
      const output = temporaryPath('tour.so');
      const guest = rustGuest('std-tour');
      await compileModule(guest, output, { optimize });
      const args = ['echo', 'one', 'zwei'];
      const outputs: string[] = [];
      for (const [file, aot] of [
        [output, 'auto'],
        [guest, 'off'],
      ] as const) {
        await withModule(file, { aot }, async (module) => {
          assert.equal(module.mode, aot === 'auto' ? 'aot' : 'interpreter');
          outputs.push((await module.run({ args })).stdout.toString());
        });
      }
      assert.equal(outputs[0], outputs[1]);
    });
  }
});

function assertGrows(events: readonly CompileProgressEvent[], module: string): void {
  const percentages = events.map(({ percent }) => percent);
  assert.ok(events.every((event) => event.module === module));
  assert.ok(percentages.every((percent, at) => percent > (percentages[at - 1] ?? -1)));
  assert.ok(percentages.every((percent) => Number.isInteger(percent) && percent < 100));
  assert.ok(percentages.length > 10, percentages.join(' '));
  assert.equal(percentages.at(-1), 99, percentages.join(' '));
}

describe('Compiling', function () {
  this.timeout(60_000);
  const input = rustGuest('echo');

  for (const optimize of [1, 3] as const) {
    it(`tells how far it is, in percent (level ${optimize})`, async () => {
      const events = await eventsOf<CompileProgressEvent>(CHANNEL, () =>
        compileModule(input, temporaryPath('big.so'), { optimize }),
      );
      assertGrows(events, input);
    });
  }

  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`tells it when a module is loaded (${isolation})`, async () => {
      await withEnvironment({ WASMEDGE_EMBED_CACHE: temporaryPath('cache') }, async () => {
        const events = await eventsOf<CompileProgressEvent>(CHANNEL, () =>
          withModule(input, { isolation }, () => Promise.resolve()),
        );
        assertGrows(events, input);
      });
    });
  }
});
