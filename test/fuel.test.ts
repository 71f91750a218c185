import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';

import { compileModule, loadModule } from 'wasmedge-embed';
import type { LoadOptions, LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { compiledTestGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/** A loop of six instructions per round, in a function, in _initialize and in a start function. */
const LOOP = `(func $loop (param $rounds i32) (result i32) (local $sum i32)
  (loop $again
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (local.get $rounds)))
    (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
  (local.get $sum))`;

const GUEST = `(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 16) "begun\\n")
  ${LOOP}
  (export "loop" (func $loop))
  (func (export "trap") unreachable)
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))
    (drop (call $loop (i32.const 1000000)))))`;

/** Numbers of rounds for which this budget is sufficient, and for which it is not. */
const FUEL = 100_000;
const FEW = 1_000;
const MANY = 100_000;

function result(rounds: number): number {
  let sum = 0;
  for (let round = rounds; round > 0; --round) sum = (Math.imul(sum, 31) + round) | 0;
  return sum;
}

async function runsOut(call: Promise<unknown>): Promise<string> {
  const error = await fails('ERR_LIMIT', call);
  assert.equal(error.limit, 'fuel');
  assert.match(error.message, /limits\.fuel/);
  return String(error.stdout);
}

describe('limits.fuel', () => {
  let plain: string;
  before(async () => {
    plain = await wasmFile(GUEST);
  });

  async function compiled(name: string): Promise<string> {
    const output = temporaryPath(name);
    await compileModule(plain, output, { meter: true });
    return output;
  }

  const forms: [string, LoadOptions, () => Promise<string>][] = [
    ['a plain .wasm', {}, () => Promise.resolve(plain)],
    ['an interpreted one', { aot: 'off' }, () => Promise.resolve(plain)],
    ['a .so', {}, () => compiled('metered.so')],
    ['a universal .wasm', {}, () => compiled('metered.wasm')],
  ];

  for (const [what, options, make] of forms) {
    describe(`of ${what}`, () => {
      let file: string;
      before(async () => {
        file = await make();
      });

      const withFuel = (
        fuel: number,
        use: (module: LoadedModule) => Promise<void>,
      ): Promise<void> => withModule(file, { ...options, concurrency: 2, limits: { fuel } }, use);

      it('ends what uses it up, keeps what was written, and the next has all of it', async () => {
        await withFuel(FUEL, async (module) => {
          for (let repetition = 0; repetition < 5; ++repetition) {
            assert.equal(await module.call('loop', FEW), result(FEW));
            await runsOut(module.call('loop', MANY));
            assert.equal(await runsOut(module.run()), 'begun\n');
            assert.equal((await fails('ERR_TRAP', module.call('trap'))).trap, 'unreachable');
          }
        });
      });

      it('is enough where it is large', async () => {
        await withFuel(Number.MAX_SAFE_INTEGER, async (module) => {
          assert.equal(await module.call('loop', MANY), result(MANY));
          assert.equal((await module.run()).stdout.toString(), 'begun\n');
        });
      });

      it('gives the same verdict each time, on each thread, to the last round', async () => {
        await withFuel(FUEL, async (module) => {
          const isEnough = (rounds: number): Promise<boolean> =>
            module.call('loop', rounds).then(
              () => true,
              () => false,
            );
          // The most rounds that the fuel allows.
          let [enough, tooMany] = [FEW, MANY];
          while (tooMany - enough > 1) {
            const middle = (enough + tooMany) >> 1;
            if (await isEnough(middle)) enough = middle;
            else tooMany = middle;
          }
          const verdicts = await Promise.all(
            Array.from({ length: 40 }, (_, index) => isEnough(index % 2 ? enough : tooMany)),
          );
          assert.deepEqual(
            verdicts,
            verdicts.map((_, index) => index % 2 === 1),
          );
        });
      });

      it('may be as little as one', async () => {
        await withFuel(1, async (module) => {
          await runsOut(module.call('loop', 1));
        });
      });
    });
  }

  it('is spent by a start function and by _initialize', async () => {
    const start = await wasmFile(`(module ${LOOP}
      (func $start (drop (call $loop (i32.const ${MANY}))))
      (start $start)
      (func (export "f")))`);
    const reactor = await wasmFile(`(module ${LOOP}
      (func (export "_initialize") (drop (call $loop (i32.const ${MANY}))))
      (func (export "f") (result i32) (call $loop (i32.const ${MANY}))))`);
    for (const aot of ['auto', 'off'] as const) {
      for (const file of [start, reactor]) {
        await withModule(file, { aot, limits: { fuel: FUEL } }, async (module) => {
          await runsOut(module.call('f'));
          await runsOut(module.call('f'));
        });
        await withModule(file, { aot, limits: { fuel: 100 * FUEL } }, async (module) => {
          await module.call('f');
        });
      }
    }
  });

  it('and a time limit both hold: what is reached first ends the run', async () => {
    for (const aot of ['auto', 'off'] as const) {
      const little = { fuel: FUEL, timeoutMs: 2 ** 31 - 1 };
      await withModule(plain, { aot, limits: little }, async (module) => {
        await runsOut(module.run());
      });
      const much = { fuel: Number.MAX_SAFE_INTEGER, timeoutMs: 20 };
      await withModule(plain, { aot, limits: much }, async (module) => {
        // As many rounds as there are 32-bit numbers.
        await fails('ERR_TIMEOUT', module.call('loop', 0));
      });
    }
  });

  it('serves a Rust program', async () => {
    const tour = compiledTestGuest('std-tour-metered');
    const options = { concurrency: 1, limits: { fuel: 10_000_000 } };
    await withModule(tour, options, async (module) => {
      assert.equal((await module.run({ args: ['upper'], stdin: 'a' })).stdout.toString(), 'A');
      await runsOut(module.run({ args: ['spin', '100000000'] }));
      assert.equal((await module.run({ args: ['upper'], stdin: 'b' })).stdout.toString(), 'B');
    });
  });

  it('is refused for a module that was not compiled to measure, with the remedy', async () => {
    const metered = await compiled('metered.so');
    const alone = temporaryPath('alone.so');
    copyFileSync(metered, alone);
    const files = [alone];
    for (const name of ['unmetered.so', 'unmetered.wasm']) {
      const file = temporaryPath(name);
      await compileModule(plain, file);
      files.push(file);
    }
    for (const file of files) {
      const { message } = await fails(
        'ERR_MODULE_INVALID',
        loadModule(file, { limits: { fuel: 1 } }),
      );
      assert.match(message, /meter: true/);
      // Without the limit it is an ordinary module.
      await withModule(file, {}, async (module) => {
        assert.equal(await module.call('loop', FEW), result(FEW));
      });
    }
  });

  it('is not needed to run a module that measures', async () => {
    for (const file of [plain, await compiled('metered.so'), await compiled('metered.wasm')]) {
      await withModule(file, {}, async (module) => {
        assert.equal(await module.call('loop', MANY), result(MANY));
        assert.equal((await module.run()).stdout.toString(), 'begun\n');
      });
    }
  });
});
