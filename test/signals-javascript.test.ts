import assert from 'node:assert/strict';

import { runScript } from './support/process.js';
import { recursionGuest } from './support/recursion.js';
import { assemble, watGuest } from './support/wat.js';

const FAULTS = 3_000;

/** A module for JavaScript's own WebAssembly, which leaves its bounds checks to the processor. */
const MODULE = `(module
  (memory (export "memory") 1)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store") (param i32) (i32.store (local.get 0) (i32.const 1)))
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
  (func $recurse (export "recurse") (param i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.load (i32.const 0)))))`;

/**
 * The program of one thread: JavaScript's WebAssembly faults before, between and after guests that
 * trap on threads of the package. It reports how often each happened.
 */
async function program(): Promise<string> {
  return `
    const { loadModule } = require('wasmedge-embed');
    const bytes = Buffer.from('${(await assemble(MODULE)).toString('base64')}', 'base64');
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));

    let faults = 0;
    function fault() {
      for (const address of [65533, 65536, 0x7fffffff, -1]) {
        for (const name of ['load', 'store']) {
          try {
            exports[name](address);
          } catch (error) {
            if (!(error instanceof WebAssembly.RuntimeError)) throw error;
            ++faults;
          }
        }
      }
      if (exports.load(65532) !== 0) throw new Error('its memory is no longer right');
      try {
        exports.divide(0);
        throw new Error('a division by zero went well');
      } catch (error) {
        if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      }
    }

    async function main() {
      fault();
      const before = faults;
      const traps = await loadModule(${JSON.stringify(await watGuest('traps'))}, { concurrency: 2 });
      const recursion = await loadModule(${JSON.stringify(await recursionGuest())}, {
        concurrency: 2,
      });
      let trapped = 0;
      let wrong = 0;
      let going = true;
      const trap = async (module, name, args, expected) => {
        while (going) {
          await module.call(name, ...args).then(
            () => ++wrong,
            (error) => (error.trap === expected ? ++trapped : ++wrong),
          );
        }
      };
      const trapping = [
        trap(traps, 'load', [], 'memory-out-of-bounds'),
        trap(traps, 'divide', [], 'divide-by-zero'),
        trap(traps, 'store', [], 'memory-out-of-bounds'),
        trap(recursion, 'endless', [0], 'stack-overflow'),
      ];
      while (faults < before + ${FAULTS} || trapped < ${FAULTS}) {
        for (let count = 0; count < 10; ++count) fault();
        await new Promise(setImmediate);
      }
      try {
        exports.recurse(0);
        ++wrong;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      const during = faults - before;
      going = false;
      await Promise.all(trapping);
      if ((await traps.call('good')) !== 42) ++wrong;
      await traps.close();
      await recursion.close();
      fault();
      return { before, enough: during >= ${FAULTS} && trapped >= ${FAULTS}, wrong,
               after: faults - before - during };
    }`;
}

const EXPECTED = { before: 8, enough: true, wrong: 0, after: 8 };

describe("JavaScript's own WebAssembly gets its faults before, among and after guests' traps", () => {
  it('in the main thread', async () => {
    const ended = await runScript(`${await program()}
      main().then((result) => console.log(JSON.stringify(result)));`);
    assert.deepEqual(
      { ...ended, stdout: JSON.parse(ended.stdout || 'null') as unknown },
      { code: 0, signal: null, stderr: '', stdout: EXPECTED },
    );
  });

  it('in the main thread and two worker threads at once', async () => {
    const worker = `${await program()}
      const { parentPort } = require('node:worker_threads');
      main().then((result) => parentPort.postMessage(result));`;
    const ended = await runScript(`${await program()}
      const { Worker } = require('node:worker_threads');
      const results = [main()];
      for (let count = 0; count < 2; ++count) {
        const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
        results.push(new Promise((resolve, reject) => {
          worker.on('message', resolve).on('error', reject);
        }));
      }
      Promise.all(results).then((all) => console.log(JSON.stringify(all)));`);
    assert.deepEqual(
      { ...ended, stdout: JSON.parse(ended.stdout || 'null') as unknown },
      { code: 0, signal: null, stderr: '', stdout: [EXPECTED, EXPECTED, EXPECTED] },
    );
  });

  it('in a worker thread, when the main thread has never used the package', async () => {
    const worker = `${await program()}
      const { parentPort } = require('node:worker_threads');
      main().then((result) => parentPort.postMessage(result));`;
    const ended = await runScript(`
      const { Worker } = require('node:worker_threads');
      const bytes = Buffer.from('${(await assemble(MODULE)).toString('base64')}', 'base64');
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
      worker.on('message', (result) => console.log(JSON.stringify(result)));
      worker.on('exit', () => {
        try {
          exports.load(65536);
        } catch (error) {
          console.log(error instanceof WebAssembly.RuntimeError);
        }
      });`);
    assert.deepEqual(ended, {
      code: 0,
      signal: null,
      stderr: '',
      stdout: `${JSON.stringify(EXPECTED)}\ntrue\n`,
    });
  });
});
