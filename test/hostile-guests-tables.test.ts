import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { runScript } from './support/process.js';
import { wasmFile } from './support/wat.js';

/**
 * Calls `f` of a guest several times in a process of its own, which must survive: then a good guest
 * runs. Returns the outcome of `f`.
 */
async function outcome(file: string, aot: 'auto' | 'off'): Promise<string> {
  const good = await wasmFile('(module (func (export "good") (result i32) (i32.const 42)))');
  const { code, signal, stdout, stderr } = await runScript(`
    const { loadModule } = require('wasmedge-embed');
    (async () => {
      const outcome = async (file, name) => {
        try {
          // The time limit keeps a guest that is not refused from all of the machine's memory.
          const limits = { timeoutMs: 1000 };
          const module = await loadModule(file, { aot: '${aot}', concurrency: 1, limits });
          const results = new Set();
          for (let repetition = 0; repetition < 3; ++repetition) {
            const call = module.call(name);
            results.add(await call.then(String, ({ code, trap }) => [code, trap].join(' ').trim()));
          }
          await module.close();
          return [...results].join();
        } catch (error) {
          return error.code;
        }
      };
      console.log(await outcome(${JSON.stringify(file)}, 'f'));
      console.log(await outcome(${JSON.stringify(good)}, 'good'));
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
