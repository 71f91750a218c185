import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { HANGS_AFTER_MS, runScript } from './support/process.js';
import { endingResult, endlessRecursion, recursionGuest } from './support/recursion.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

/** What a guest does at each depth: the engine or the host then needs some of the stack, too. */
const INSTRUCTIONS: Record<string, string> = {
  nothing: '',
  'fd_write of a byte':
    '(drop (call $fd_write (i32.const 1) (i32.const 32768) (i32.const 1) (i32.const 32776)))',
  'fd_write to nowhere':
    '(drop (call $fd_write (i32.const 9) (i32.const 32768) (i32.const 1) (i32.const 32776)))',
  path_filestat_get: `(drop (call $path_filestat_get
    (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 500) (i32.const 1000)))`,
  load_by_name: '(drop (call $load_by_name (i32.const 0) (i32.const 20) (i32.const 100)))',
  'memory.grow': '(drop (memory.grow (i32.const 0)))',
  'memory.grow that is refused': '(drop (memory.grow (i32.const 65536)))',
  'memory.fill': '(memory.fill (i32.const 40000) (i32.const 0) (i32.const 64))',
  'memory.copy': '(memory.copy (i32.const 40000) (i32.const 0) (i32.const 64))',
  'memory.init': '(memory.init $passive (i32.const 40000) (i32.const 0) (i32.const 7))',
  'table.get': '(drop (table.get $table (i32.const 1)))',
  'table.grow': '(drop (table.grow $table (ref.null func) (i32.const 0)))',
  'table.copy': '(table.copy (i32.const 2) (i32.const 0) (i32.const 2))',
  'table.init': '(table.init $functions (i32.const 2) (i32.const 0) (i32.const 2))',
};

/** How the guest recurses one level deeper. */
const CALLS: Record<string, (depth: string) => string> = {
  'a function that calls itself': (depth) => `(call $recurse ${depth})`,
  'two functions that call one another': (depth) => `(call $other ${depth})`,
  'a call through a table': (depth) => `(call_indirect (type $recursive) ${depth} (i32.const 0))`,
};

const REPETITIONS = 3;

/** Recurses without end before anything of it can be called. */
const START_RECURSION = `(module
  (memory 1)
  (func $recurse (param $depth i32) (result i32)
    (i32.xor (i32.mul (call $recurse (i32.add (local.get $depth) (i32.const 1))) (i32.const 31))
             (i32.load (i32.and (local.get $depth) (i32.const 0xfff)))))
  (func $start (drop (call $recurse (i32.const 0))))
  (start $start)
  (func (export "never")))`;

/**
 * Runs guests that recurse without end in a process of its own, which a fault would end: each
 * several times by `call` and by `run`. Returns the outcomes, and that of a call that works, by the
 * guest's name.
 */
async function outcomes(
  aot: 'auto' | 'off',
  guests: Record<string, string>,
  repetitions = REPETITIONS,
): Promise<Record<string, string[]>> {
  const { code, signal, stdout, stderr } = await runScript(`
    const { loadModule } = require('wasmedge-embed');
    const outcome = (promise) =>
      promise.then(String, (error) => error.code + ' ' + (error.trap ?? error.message));
    (async () => {
      for (const [name, file] of ${JSON.stringify(Object.entries(guests))}) {
        // The time limit keeps a guest that is not stopped from all of the machine's memory.
        const limits = { timeoutMs: ${HANGS_AFTER_MS / 5} };
        const module = await loadModule(file, { aot: '${aot}', concurrency: 1, limits });
        const found = new Set();
        for (let repetition = 0; repetition < ${repetitions}; ++repetition) {
          found.add(await outcome(module.call('recurse')));
          found.add(await outcome(module.run()));
          found.add(await outcome(module.call('good')));
        }
        console.log(JSON.stringify([name, [...found]]));
        await module.close();
      }
    })();`);
  const lines = stdout.trimEnd().split('\n');
  const found = Object.fromEntries(
    lines.filter(Boolean).map((line) => JSON.parse(line) as [string, string[]]),
  );
  if (code !== 0) {
    const last = Object.keys(guests)[Object.keys(found).length];
    found[String(last)] = [`the process ended with ${signal ?? String(code)}: ${stderr}`];
  }
  return found;
}

describe('A guest that recurses without end', () => {
  // The working call returns the dot that fd_write writes.
  const expected = ['ERR_TRAP stack-overflow', String('.'.charCodeAt(0))];

  for (const { aot, mode } of MODES) {
    it(`overflows its stack, whatever it asks of the host at each depth (${mode})`, async () => {
      const guests: Record<string, string> = {};
      // An interpreted guest uses none of the stack on which the host and the engine run.
      const names = aot === 'auto' ? Object.keys(INSTRUCTIONS) : ['nothing', 'fd_write of a byte'];
      for (const name of names) guests[name] = await endlessRecursion(INSTRUCTIONS[name]!);
      const found = await outcomes(aot, guests);
      const all = Object.fromEntries(Object.keys(guests).map((name) => [name, expected]));
      assert.deepEqual(found, all);
    });

    it(`overflows its stack, however it calls itself (${mode})`, async () => {
      const guests: Record<string, string> = {};
      for (const [name, call] of Object.entries(CALLS)) {
        guests[name] = await endlessRecursion('', call);
      }
      const found = await outcomes(aot, guests);
      const all = Object.fromEntries(Object.keys(guests).map((name) => [name, expected]));
      assert.deepEqual(found, all);
    });

    it(`overflows its stack in its start function, too (${mode})`, async () => {
      const { code, signal, stdout } = await runScript(`
        const { loadModule } = require('wasmedge-embed');
        const file = ${JSON.stringify(await wasmFile(START_RECURSION))};
        const options = { aot: '${aot}', concurrency: 1, limits: { timeoutMs: ${HANGS_AFTER_MS / 5} } };
        (async () => {
          const module = await loadModule(file, options);
          for (let repetition = 0; repetition < 3; ++repetition) {
            await module.call('never').catch((error) => console.log(error.trap ?? error.message));
          }
        })();`);
      assert.deepEqual(
        { code, signal, stdout },
        { code: 0, signal: null, stdout: 'stack-overflow\n'.repeat(3) },
      );
    });
  }

  it('overflows its stack, however often it tries to leave none to the engine', async () => {
    // The processor spends most of the time in the engine's code, so a check that only looks now
    // and then whether the guest is back in its own code would miss it.
    const guests: Record<string, string> = {};
    for (const name of ['memory.fill', 'table.get', 'table.init', 'table.copy']) {
      for (const vectors of [8, 64]) {
        const file = await endlessRecursion(INSTRUCTIONS[name]!, undefined, vectors);
        guests[`${name} in frames of ${vectors} vectors`] = file;
      }
    }
    const found = await outcomes('auto', guests, 50);
    const all = Object.fromEntries(Object.keys(guests).map((name) => [name, expected]));
    assert.deepEqual(found, all);
  });

  for (const { aot, mode } of MODES) {
    it(`is told from one that ends: 50,000 calls deep (${mode})`, async () => {
      await withModule(await recursionGuest(), { aot, concurrency: 1 }, async (module) => {
        assert.equal(await module.call('ending', 50_000), endingResult(50_000));
      });
    });
  }

  it('leaves in the error what it wrote at each depth, as much each time', async () => {
    const file = await endlessRecursion(INSTRUCTIONS['fd_write of a byte']!);
    const { code, stdout, stderr } = await runScript(`
      const { loadModule } = require('wasmedge-embed');
      (async () => {
        const module = await loadModule(${JSON.stringify(file)}, { concurrency: 1 });
        for (let repetition = 0; repetition < 4; ++repetition) {
          await module.run().catch((error) => {
            console.log(error.trap, error.stdout.length, /^[.]+$/.test(error.stdout));
          });
        }
      })();`);
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 4);
    assert.equal(new Set(lines).size, 1, stdout);
    const [trap, depth, isAll] = lines[0]!.split(' ');
    assert.deepEqual([trap, isAll], ['stack-overflow', 'true']);
    assert.ok(Number(depth) > 10_000, `${String(depth)} calls deep`);
  });
});
