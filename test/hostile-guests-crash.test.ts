import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { runScript } from './support/process.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/**
 * Calls `f` of a guest some times in a process of its own, which must live: then a good guest
 * answers. Gives what came of `f`.
 */
async function outcome(file: string, aot: 'auto' | 'off', args: number[] = []): Promise<string> {
  const good = await wasmFile('(module (func (export "good") (result i32) (i32.const 42)))');
  const { code, signal, stdout, stderr } = await runScript(`
    const { loadModule } = require('wasmedge-embed');
    (async () => {
      const outcome = async (file, name, args) => {
        try {
          // The time limit keeps a guest that is not refused from all of the machine's memory.
          const limits = { timeoutMs: 1000 };
          const module = await loadModule(file, { aot: '${aot}', concurrency: 1, limits });
          const results = new Set();
          for (let repetition = 0; repetition < 3; ++repetition) {
            const call = module.call(name, ...args);
            results.add(await call.then(String, ({ code, trap }) => [code, trap].join(' ').trim()));
          }
          await module.close();
          return [...results].join();
        } catch (error) {
          return error.code;
        }
      };
      console.log(await outcome(${JSON.stringify(file)}, 'f', ${JSON.stringify(args)}));
      console.log(await outcome(${JSON.stringify(good)}, 'good', []));
    })();`);
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr);
  const [result, answer] = stdout.trimEnd().split('\n');
  assert.equal(answer, '42');
  return result!;
}

describe('A guest that asks for more memory than there is leaves the process alive', () => {
  for (const { aot, mode } of MODES) {
    it(`by table.grow, which is refused (${mode})`, async () => {
      for (const [reference, value] of [
        ['funcref', 'func'],
        ['externref', 'extern'],
      ]) {
        const file = await wasmFile(`(module
          (table 1 ${reference})
          (func (export "f") (result i32)
            (table.grow 0 (ref.null ${value}) (i32.const 0xfffffffe))))`);
        assert.equal(await outcome(file, aot), '-1');
      }
    });

    it(`by a declared table (${mode})`, async () => {
      const file = await wasmFile(`(module
        (table 4294967295 funcref)
        (func (export "f") (result i32) (i32.const 5)))`);
      // At load or at the first call.
      assert.match(await outcome(file, aot), /^ERR_(MEMORY_)?LIMIT$/);
    });
  }
});

describe('A function whose frame is larger than the zones below the stack', () => {
  it('overflows the stack where it does not fit, and writes nothing beyond', async () => {
    // 6.4 MB of locals, which stay in the frame of code that is not optimized.
    const file = await wasmFile(`(module
      (memory 1)
      (func $large (result i32) (local ${'v128 '.repeat(400_000)})
        (local.set 399999 (v128.load (i32.const 0)))
        (drop (call $leaf))
        (i32x4.extract_lane 0 (v128.or (local.get 0) (local.get 399999))))
      (func $leaf (result i32) (i32.load (i32.const 4)))
      (func $f (export "f") (param $depth i32) (result i32)
        (if (i32.eqz (local.get $depth)) (then (return (call $large))))
        (i32.xor (i32.mul (call $f (i32.sub (local.get $depth) (i32.const 1))) (i32.const 31))
                 (i32.load (i32.const 8)))))`);
    const output = JSON.stringify(temporaryPath('large.so'));
    const { code, signal, stdout, stderr } = await runScript(`
      const { compileModule, loadModule } = require('wasmedge-embed');
      (async () => {
        const file = ${JSON.stringify(file)};
        try {
          await compileModule(file, ${output}, { optimize: 0 });
        } catch (error) {
          // Then there is no such code.
          if (error.code !== 'ERR_MODULE_INVALID') throw error;
          console.log('[0]');
          return;
        }
        const module = await loadModule(${output}, { concurrency: 4 });
        const outcome = (depth) =>
          module.call('f', depth).then(String, ({ code, trap }) => trap ?? code);
        // From one that leaves room for it to one that leaves none for itself.
        const found = [];
        for (let depth = 0; depth < 500_000; depth += 10_000) {
          found.push(...await Promise.all([0, 1, 2, 3].map((more) => outcome(depth + more))));
        }
        console.log(JSON.stringify([...new Set(found)]));
      })();`);
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr);
    const unexpected = (JSON.parse(stdout) as unknown[])
      .map(String)
      .filter((found) => found !== '0' && found !== 'stack-overflow');
    assert.deepEqual(unexpected, []);
  });
});
