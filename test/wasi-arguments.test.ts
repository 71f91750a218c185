import assert from 'node:assert/strict';

import type { RunOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { WasiProgram } from './support/wasi-program.js';

const TOUR = rustGuest('std-tour');

/** The lines that the guest wrote. */
function lines(stdout: Buffer): string[] {
  return stdout.toString().split('\n').slice(0, -1);
}

describe('WASI arguments', () => {
  it("gives the program's name and the module's arguments, each run its own instead", async () => {
    await withModule(TOUR, { args: ['args', 'of the module'] }, async (module) => {
      const run = async (options?: RunOptions): Promise<string[]> =>
        lines((await module.run(options)).stdout);
      assert.deepEqual(await run(), ['std-tour.wasm', 'args', 'of the module']);
      assert.deepEqual(await run({ args: ['args'] }), ['std-tour.wasm', 'args']);
      assert.deepEqual(await run(), ['std-tour.wasm', 'args', 'of the module']);
    });
  });

  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`gives the program the name that is asked for (${isolation})`, async () => {
      const options = { isolation, aot: 'off', argv0: '/bin/größe', args: ['args'] } as const;
      await withModule(TOUR, options, async (module) => {
        const name = async (options?: RunOptions): Promise<string> =>
          lines((await module.run(options)).stdout)[0]!;
        assert.equal(await name(), '/bin/größe');
        assert.equal(await name({ argv0: '' }), '');
        assert.equal(await name(), '/bin/größe');
      });
    });
  }

  it('have no program name of their own with subprocess', async () => {
    const options = { isolation: 'subprocess', aot: 'off' } as const;
    for (const attempt of [
      (): unknown => withModule(TOUR, { ...options, argv0: 'x' }, () => Promise.resolve()),
      (): unknown => withModule(TOUR, options, (module) => module.run({ argv0: 'x' })),
    ]) {
      const error = await fails('ERR_INVALID_ARGUMENT', attempt);
      assert.match(error.message, /argv0/);
    }
  });

  it('keeps empty, spaced and non-ASCII arguments as they are', async () => {
    const args = ['args', '', ' a  b ', 'größe', '画像', '🦀', "--flag='x'", '\\'];
    await withModule(TOUR, {}, async (module) => {
      const { stdout } = await module.run({ args });
      assert.deepEqual(lines(stdout), ['std-tour.wasm', ...args]);
    });
  });

  it('carries many and long arguments', async () => {
    const args = ['args', ...Array.from({ length: 2000 }, (_, i) => `${i}`), 'x'.repeat(1_000_000)];
    await withModule(TOUR, {}, async (module) => {
      const { stdout } = await module.run({ args });
      assert.deepEqual(lines(stdout), ['std-tour.wasm', ...args]);
    });
  });

  it('writes the sizes and the pointers as the interface defines them', async () => {
    const { errnos, memory } = await new WasiProgram()
      .call('args_sizes_get', 0, 4)
      .call('args_get', 16, 64)
      .run({}, { args: ['é', ''] });
    assert.deepEqual(errnos, ['success', 'success']);
    assert.equal(memory.readUInt32LE(0), 3);
    const name = memory.subarray(64, memory.indexOf(0, 64)).toString();
    assert.match(name, /guest\.wasm$/);
    assert.equal(memory.readUInt32LE(4), name.length + 1 + 3 + 1);
    const pointers = [16, 20, 24].map((at) => memory.readUInt32LE(at));
    const second = 64 + name.length + 1;
    assert.deepEqual(pointers, [64, second, second + 3]);
    assert.deepEqual([...memory.subarray(second, second + 4)], [0xc3, 0xa9, 0, 0]);
  });
});

describe('WASI environment', () => {
  it("is the module's, with each run's over it, and nothing inherited", async () => {
    const env = { KEPT: '1', REPLACED: 'by module' };
    await withModule(TOUR, { args: ['env'], env }, async (module) => {
      const run = async (options?: RunOptions): Promise<string[]> =>
        lines((await module.run(options)).stdout);
      assert.deepEqual(await run(), ['KEPT=1', 'REPLACED=by module']);
      assert.deepEqual(await run({ env: { REPLACED: 'by run', ADDED: '' } }), [
        'ADDED=',
        'KEPT=1',
        'REPLACED=by run',
      ]);
      assert.deepEqual(await run(), ['KEPT=1', 'REPLACED=by module']);
    });
  });

  it('is empty by default', async () => {
    await withModule(TOUR, { args: ['env'] }, async (module) => {
      assert.equal((await module.run()).stdout.length, 0);
    });
  });

  it('keeps non-ASCII names and values, and a value with an equals sign', async () => {
    const env = { ÄÖÜ: 'größe=画像', Z: '🦀' };
    await withModule(TOUR, { args: ['env'], env }, async (module) => {
      assert.deepEqual(lines((await module.run()).stdout), ['Z=🦀', 'ÄÖÜ=größe=画像']);
    });
  });

  it('writes the sizes and the pointers as the interface defines them', async () => {
    const { errnos, memory } = await new WasiProgram()
      .call('environ_sizes_get', 0, 4)
      .call('environ_get', 16, 64)
      .run({ env: { A: '1', BC: '23' } });
    assert.deepEqual(errnos, ['success', 'success']);
    assert.deepEqual([memory.readUInt32LE(0), memory.readUInt32LE(4)], [2, 10]);
    assert.deepEqual([memory.readUInt32LE(16), memory.readUInt32LE(20)], [64, 68]);
    assert.equal(memory.subarray(64, 74).toString(), 'A=1\0BC=23\0');
  });
});
