import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { compileModule } from 'wasmedge-embed';

import { ISOLATIONS } from './support/isolations.js';
import { ROOT } from './support/paths.js';
import { HANGS_AFTER_MS } from './support/process.js';
import { temporaryPath, wasmFile } from './support/wat.js';

/** In KiB: enough for Node.js and for what it loads, not for the 12 GiB of a guest's memory. */
const ADDRESS_SPACE = 9_000_000;

interface Attempt {
  file: string;
  isolation: string;
  options: object;
  call?: [string, ...number[]];
}

/** What came of it: the exit code or the value, or the error's code and limit. */
type Outcome = number | [code: string, limit?: string];

/** Runs modules, one after the other, in a process that has few addresses. */
function withFewAddresses(attempts: readonly Attempt[]): Outcome[] {
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
    ['-c', `ulimit -v ${ADDRESS_SPACE} && exec "$0" -e "$1"`, process.execPath, script],
    { cwd: ROOT, encoding: 'utf8', timeout: HANGS_AFTER_MS, killSignal: 'SIGKILL' },
  );
  assert.equal(status, 0, `${String(signal)}\n${stderr}`);
  return JSON.parse(stdout) as Outcome[];
}

describe('Where the 12 GiB of addresses of a memory are not to be had', () => {
  async function forms(text: string): Promise<{ file: string; options: object }[]> {
    const plain = await wasmFile(text);
    const compiled = temporaryPath('guest.so');
    await compileModule(plain, compiled);
    return [
      { file: compiled, options: {} },
      { file: plain, options: { aot: 'off' } },
    ];
  }

  it('nothing of the guest runs, its start function included (every isolation)', async () => {
    // Address 0x400000 is where Node.js lies.
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
      withFewAddresses(attempts),
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
      withFewAddresses(attempts),
      isolations.flatMap(() => [refused, refused, 5, 5]),
    );
  });
});
