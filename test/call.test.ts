import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

import type { LoadedModule } from 'wasmedge-embed';
import { loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { wasmFile, watGuest } from './support/wat.js';

for (const { aot, mode } of MODES) {
  describe(`call (${mode})`, () => {
    let module: LoadedModule;
    before(async () => {
      module = await loadModule(await watGuest('numbers'), { aot });
      assert.equal(module.mode, mode);
    });
    after(() => module.close());

    it('passes every number type at once, and gives the result', async () => {
      assert.equal(await module.call('sum', -1, 2n ** 40n, 0.5, 0.25), 2 ** 40 - 0.25);
      assert.equal(await module.call('add', 3, 4), 7);
      assert.equal(await module.call('größe'), 42);
    });

    it('is loaded by a file: URL as by a path', async () => {
      const file = await watGuest('numbers');
      for (const url of [pathToFileURL(file), pathToFileURL(file).href]) {
        const guest = await loadModule(url as URL, { aot });
        assert.equal(guest.file, file);
        assert.equal(await guest.call('add', 1, 2), 3);
        await guest.close();
      }
      await fails('ERR_INVALID_ARGUMENT', loadModule(new URL('https://localhost/guest.wasm')));
      await fails('ERR_INVALID_ARGUMENT', loadModule('file://elsewhere/guest.wasm'));
    });

    it('gives several results as an array, each by its type', async () => {
      for (const isolation of ['in-process', 'worker-process'] as const) {
        const file = await wasmFile(`(module
          (func (export "four") (param i32) (result i32 i64 f32 f64)
            (local.get 0) (i64.const -5) (f32.const 0.5) (f64.const nan)))`);
        await withModule(file, { aot, isolation }, async (guest) => {
          assert.deepEqual(await guest.call('four', 2 ** 32 - 1), [-1, -5n, 0.5, NaN]);
          assert.deepEqual((await guest.invoke('four', [7])).value, [7, -5n, 0.5, NaN]);
        });
      }
    });

    it('gives undefined where there is no result', async () => {
      assert.equal(await module.call('nothing'), undefined);
    });

    it('takes i32 in the signed and the unsigned reading, and gives the signed', async () => {
      for (const [given, expected] of [
        [0, 0],
        [-0, 0],
        [2 ** 31 - 1, 2 ** 31 - 1],
        [-(2 ** 31), -(2 ** 31)],
        [2 ** 31, -(2 ** 31)],
        [2 ** 32 - 1, -1],
        [-1, -1],
      ] as const) {
        const result = await module.call('i32', given);
        assert.ok(Object.is(result, expected), `${given}: ${String(result)}`);
      }
      assert.equal(await module.call('divide-unsigned', 2 ** 32 - 1, 2), 2 ** 31 - 1);
    });

    it('takes i64 in the signed and the unsigned reading, and gives the signed', async () => {
      for (const [given, expected] of [
        [0n, 0n],
        [2n ** 63n - 1n, 2n ** 63n - 1n],
        [-(2n ** 63n), -(2n ** 63n)],
        [2n ** 63n, -(2n ** 63n)],
        [2n ** 64n - 1n, -1n],
        [-1n, -1n],
        [0x1234_5678_9abc_def0n, 0x1234_5678_9abc_def0n],
      ] as const) {
        assert.equal(await module.call('i64', given), expected);
      }
      assert.equal(await module.call('divide-signed', -(2n ** 63n), 2n), -(2n ** 62n));
    });

    it('keeps f64 exactly: limits, both zeros, infinities and NaN', async () => {
      for (const value of [
        ...[0, -0, 1.1, -1e300, Infinity, -Infinity, NaN],
        ...[Number.MAX_VALUE, Number.MIN_VALUE, Number.EPSILON, Number.MAX_SAFE_INTEGER],
      ]) {
        const result = await module.call('f64', value);
        assert.ok(Object.is(result, value), `${value}: ${String(result)}`);
      }
    });

    it('rounds to f32 as JavaScript does, to infinity and to zero too', async () => {
      for (const value of [
        ...[0, -0, 0.1, -1.5, 16_777_217, Infinity, -Infinity, NaN],
        ...[3.4028234663852886e38, 3.5e38, -1e300, 1.401298464324817e-45, 1e-60, -1e-60],
      ]) {
        const result = await module.call('f32', value);
        assert.ok(Object.is(result, Math.fround(value)), `${value}: ${String(result)}`);
      }
    });

    it('refuses arguments that do not fit, and says which', async () => {
      const refused: [string, unknown[], RegExp][] = [
        ['add', [1], /takes 2 arguments, \(i32, i32\) -> \(i32\), got 1/],
        ['add', [1, 2, 3], /takes 2 arguments.*got 3/],
        ['nothing', [undefined], /takes 0 arguments.*got 1/],
        ['add', [1, 2 ** 32], /argument 2 must be an integer of 32 bits/],
        ['add', [-(2 ** 31) - 1, 2], /argument 1/],
        ['i32', [1.5], /argument 1/],
        ['i32', [NaN], /argument 1/],
        ['i32', [Infinity], /argument 1/],
        ['i32', [1n], /argument 1.*1n/],
        ['i32', ['1'], /argument 1.*'1'/],
        ['i32', [true], /argument 1/],
        ['i32', [null], /argument 1/],
        ['i32', [{ valueOf: () => 1 }], /argument 1/],
        ['i64', [1], /argument 1 must be a bigint of 64 bits/],
        ['i64', [2n ** 64n], /argument 1/],
        ['i64', [-(2n ** 63n) - 1n], /argument 1/],
        ['i64', [undefined], /argument 1/],
        ['f32', [1n], /argument 1 must be a number \(f32\)/],
        ['f64', ['1'], /argument 1 must be a number \(f64\)/],
      ];
      for (const [name, args, pattern] of refused) {
        const call = module.call(name, ...(args as number[]));
        assert.match((await fails('ERR_INVALID_ARGUMENT', call)).message, pattern);
      }
    });

    it('says what is exported where the name is not', async () => {
      for (const name of ['missing', '', 'toString', 'memory']) {
        const error = await fails('ERR_INVALID_ARGUMENT', module.call(name));
        assert.match(error.message, /exports no function.*add/);
      }
      for (const name of [undefined, 7, null, {}]) {
        await fails('ERR_INVALID_ARGUMENT', module.call(name as string));
      }
    });

    it('is for functions: run() of what is no program is refused', async () => {
      const error = await fails('ERR_INVALID_ARGUMENT', module.run());
      assert.match(error.message, /_start/);
    });
  });
}
