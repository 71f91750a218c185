import assert from 'node:assert/strict';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { scriptOutput } from './support/process.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/** Runs for ever and writes a byte for every 10,000 rounds (xorshift32). */
const WORKER = `(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\01\\00\\00\\00")
  (data (i32.const 16) ".")
  (func (export "_start") (local $state i32) (local $round i32)
    (local.set $state (i32.const 1))
    (loop $again
      (local.set $round (i32.const 10000))
      (loop $work
        (local.set $state (i32.xor (local.get $state) (i32.shl (local.get $state) (i32.const 13))))
        (local.set $state (i32.xor (local.get $state) (i32.shr_u (local.get $state) (i32.const 17))))
        (local.set $state (i32.xor (local.get $state) (i32.shl (local.get $state) (i32.const 5))))
        (br_if $work (local.tee $round (i32.sub (local.get $round) (i32.const 1)))))
      (i32.store (i32.const 32) (local.get $state))
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))
      (br $again))))`;

const TIME = 40;
const ROUNDS = 5;
/** Compiled code is at least 20 times as fast as interpreted code. */
const FACTOR = 5;

/** How much work the module does in the given time. */
async function work(module: LoadedModule): Promise<number> {
  const error = await fails('ERR_TIMEOUT', module.run({ timeoutMs: TIME }));
  return error.stdout!.length;
}

describe('The mode of a module is how it runs: compiled code does far more in the same time', () => {
  let plain: string;
  let interpreted: LoadedModule;
  before(async () => {
    plain = await wasmFile(WORKER);
    interpreted = await loadModule(plain, { aot: 'off', concurrency: 1 });
  });
  after(() => interpreted.close());

  /** The two take turns, so that other load on the machine slows down both. */
  async function compare(module: LoadedModule): Promise<[compiled: number, other: number]> {
    let [compiled, other] = [0, 0];
    for (let round = 0; round < ROUNDS; ++round) {
      compiled += await work(module);
      other += await work(interpreted);
    }
    return [compiled, other];
  }

  const forms: [string, () => Promise<string>][] = [
    ['a plain .wasm, compiled into the cache', () => Promise.resolve(plain)],
    ['a .so', () => compiled('worker.so', {})],
    ['a universal .wasm', () => compiled('worker.wasm', {})],
    ['one for any processor', () => compiled('worker.so', { generic: true })],
    ['one that measures instructions', () => compiled('worker.so', { meter: true })],
  ];

  async function compiled(
    name: string,
    options: Parameters<typeof compileModule>[2],
  ): Promise<string> {
    const output = temporaryPath(name);
    await compileModule(plain, output, options);
    return output;
  }

  for (const [what, make] of forms) {
    it(`'aot': ${what}`, async () => {
      const module = await loadModule(await make(), { concurrency: 1 });
      try {
        assert.equal(module.mode, 'aot');
        const [much, little] = await compare(module);
        assert.ok(little > 0, 'the interpreter got nothing done');
        assert.ok(much > FACTOR * little, `${much} against ${little} of the interpreter`);
      } finally {
        await module.close();
      }
    });
  }

  it("'interpreter': with aot: 'off', also where the file has compiled code", async () => {
    const module = await loadModule(await compiled('worker.wasm', {}), {
      aot: 'off',
      concurrency: 1,
    });
    try {
      assert.equal(module.mode, 'interpreter');
      const [amount, other] = await compare(module);
      assert.ok(amount < FACTOR * other, `${amount} against ${other}`);
    } finally {
      await module.close();
    }
    assert.equal(interpreted.mode, 'interpreter');
    assert.equal((await inspectModule(plain)).mode, 'interpreter');
  });

  it("'interpreter': where compiling is not possible", async () => {
    // A cache and a temporary folder that are not writable.
    const output = await scriptOutput(
      `const { loadModule } = require('wasmedge-embed');
       (async () => {
         const amount = async (aot) => {
           const module = await loadModule(${JSON.stringify(plain)}, { aot, concurrency: 1 });
           let bytes = 0;
           for (let round = 0; round < ${ROUNDS}; ++round) {
             await module.run({ timeoutMs: ${TIME} }).catch(({ stdout }) => {
               bytes += stdout.length;
             });
           }
           await module.close();
           return [module.mode, bytes];
         };
         console.log(JSON.stringify([await amount('auto'), await amount('off')]));
       })();`,
      {
        env: { WASMEDGE_EMBED_CACHE: '/dev/null/cache', TMPDIR: '/dev/null/tmp' },
        flags: ['--no-warnings'],
      },
    );
    const [auto, off] = JSON.parse(output) as [string, number][];
    assert.deepEqual([auto![0], off![0]], ['interpreter', 'interpreter']);
    assert.ok(auto![1] < FACTOR * off![1], `${auto![1]} against ${off![1]}`);
  });
});
