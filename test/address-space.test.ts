import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { compileModule } from 'wasmedge-embed';

import { ISOLATIONS } from './support/isolations.js';
import { ROOT } from './support/paths.js';
import { HANGS_AFTER_MS } from './support/process.js';
import { runProgram } from './support/wasmedge-program.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/**
 * In KiB: enough for Node.js and everything that it loads, but not for the 12 GiB of a guest's
 * memory.
 */
const FEW_ADDRESSES = '-v 9000000';
/** In KiB: enough for Node.js, but not for a memory of 4 GiB. */
const FEW_PAGES = '-d 3000000';

interface Attempt {
  file: string;
  isolation: string;
  options: object;
  call?: [string, ...number[]];
}

/** The outcome: the exit code or the value, or the error's code and limit. */
type Outcome = number | [code: string, limit?: string];

/** Runs modules, one after the other, in a process with a limit. */
function limited(ulimit: string, attempts: readonly Attempt[]): Outcome[] {
  const script = `
    const { loadModule } = require('wasmedge-embed');
    (async () => {
      const outcomes = [];
      for (const { file, isolation, options, call } of ${JSON.stringify(attempts)}) {
        const module = await loadModule(file, { ...options, isolation, concurrency: 1 });
        const run = call ? module.call(...call) : module.run().then(({ exitCode }) => exitCode);
        outcomes.push(await run.catch(({ code, limit }) => [code, limit]));
        await module.close();
      }
      console.log(JSON.stringify(outcomes));
    })();`;
  const { stdout, stderr, status, signal } = spawnSync(
    '/bin/sh',
    ['-c', `ulimit ${ulimit} && exec "$0" -e "$1"`, process.execPath, script],
    { cwd: ROOT, encoding: 'utf8', timeout: HANGS_AFTER_MS, killSignal: 'SIGKILL' },
  );
  assert.equal(status, 0, `${String(signal)}\n${stderr}`);
  return JSON.parse(stdout) as Outcome[];
}

async function forms(text: string): Promise<{ file: string; options: object }[]> {
  const plain = await wasmFile(text);
  const compiled = temporaryPath('guest.so');
  await compileModule(plain, compiled);
  return [
    { file: compiled, options: {} },
    { file: plain, options: { aot: 'off' } },
  ];
}

describe('Where the 12 GiB of addresses of a memory are not to be had', () => {
  it('nothing of the guest runs, its start function included (every isolation)', async () => {
    // Node.js is mapped at address 0x400000.
    const guests = [
      ...(await forms(`(module
        (memory (export "memory") 1024)
        (func (export "_start") (if (i32.load (i32.const 0x400000)) (then unreachable))))`)),
      ...(await forms(`(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
        (memory (export "memory") 0)
        (func $start (call $proc_exit (i32.const 7)))
        (start $start)
        (func (export "_start")))`)),
    ];
    const attempts = ISOLATIONS.flatMap((isolation) =>
      guests.map((guest) => ({ ...guest, isolation })),
    );
    assert.deepEqual(
      limited(FEW_ADDRESSES, attempts),
      attempts.map(() => ['ERR_LIMIT', 'address-space']),
    );
  });

  it('call fails likewise, and a module without a memory runs', async () => {
    const reads = await forms(`(module
      (memory 1024)
      (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))`);
    const adds = await forms(`(module
      (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1))))`);
    const isolations = ['in-process', 'worker-process'] as const;
    const attempts = isolations.flatMap((isolation): Attempt[] => [
      ...reads.map((guest): Attempt => ({ ...guest, isolation, call: ['load', 0x40_0000] })),
      ...adds.map((guest): Attempt => ({ ...guest, isolation, call: ['add', 2, 3] })),
    ]);
    const refused = ['ERR_LIMIT', 'address-space'];
    assert.deepEqual(
      limited(FEW_ADDRESSES, attempts),
      isolations.flatMap(() => [refused, refused, 5, 5]),
    );
  });

  it("WasmEdge's program ends, with our plug-ins, and says why", async () => {
    const file = await wasmFile('(module (memory 1) (func (export "_start")))');
    const runs = await runProgram(file);
    assert.deepEqual([runs.exitCode, runs.failures], [0, []]);
    const { exitCode, stderr, failures } = await runProgram(file, { ulimit: FEW_ADDRESSES });
    assert.equal(exitCode, 1);
    assert.match(stderr.toString(), /^wasmedge-embed: The guest's memory cannot be reserved/);
    assert.deepEqual(
      failures.map(({ code, limit }) => [code, limit]),
      [['ERR_LIMIT', 'address-space']],
    );
  });
});

describe('Where the pages that a memory begins with are not to be had', () => {
  it('nothing of the guest runs (every isolation)', async () => {
    const guests = await forms('(module (memory 65536) (func (export "_start") unreachable))');
    const attempts = ISOLATIONS.flatMap((isolation) =>
      guests.map((guest) => ({ ...guest, isolation })),
    );
    assert.deepEqual(
      limited(FEW_PAGES, attempts),
      attempts.map(() => ['ERR_LIMIT', 'host-memory']),
    );
  });
});
