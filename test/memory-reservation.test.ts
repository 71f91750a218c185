import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import type { LoadedModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { childrenOf, eventually, workers } from './support/workers.js';
import { wasmFile } from './support/wat.js';

const GIBIBYTE = 2 ** 30;
/** A number of pages that no other mapping has. */
const PAGES = 37;
const MEMORY_BYTES = PAGES * 65_536;

/** The inaccessible bytes before and behind the one memory of {@link PAGES} in a process. */
function surroundings(pid: number): { before: number; behind: number } | undefined {
  const mappings = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line))
    .filter((match) => match !== null)
    .map(([, begin = '', end = '', rights = '']) => ({
      begin: Number.parseInt(begin, 16),
      end: Number.parseInt(end, 16),
      isClosed: rights.startsWith('---'),
    }));
  const at = mappings.findIndex(
    ({ begin, end, isClosed }) => !isClosed && end - begin === MEMORY_BYTES,
  );
  const memory = mappings[at];
  if (memory === undefined) return undefined;
  let { begin, end } = memory;
  for (const each of mappings.slice(0, at).reverse()) {
    if (!each.isClosed || each.end !== begin) break;
    ({ begin } = each);
  }
  for (const each of mappings.slice(at + 1)) {
    if (!each.isClosed || each.begin !== end) break;
    ({ end } = each);
  }
  return { before: memory.begin - begin, behind: end - memory.end };
}

describe("The addresses around a guest's memory", () => {
  const processes = {
    'in-process': () => [process.pid],
    'worker-process': () => workers(),
    subprocess: () => childrenOf(process.pid, '.wasm'),
  };

  for (const isolation of ISOLATIONS) {
    for (const { aot, mode } of MODES) {
      it(`belong to nobody, further than a guest reaches (${isolation}, ${mode})`, async () => {
        const file = await wasmFile(`(module
          (memory (export "memory") 1)
          (func (export "_start")
            (drop (memory.grow (i32.const ${PAGES - 1})))
            (loop $again (br $again))))`);
        await withModule(file, { isolation, aot, concurrency: 1 }, async (module) => {
          const controller = new AbortController();
          const run = module.run({ signal: controller.signal });
          const stopped = fails('ERR_ABORTED', run);
          let found: ReturnType<typeof surroundings>;
          await eventually(() => {
            for (const pid of processes[isolation]()) found ??= surroundings(pid);
            return found !== undefined;
          });
          controller.abort();
          await stopped;
          assert.ok(found);
          assert.ok(found.before >= 4 * GIBIBYTE, String(found.before));
          // A 32-bit index plus a 32-bit offset, and the 16 bytes from there.
          assert.ok(found.behind + MEMORY_BYTES >= 8 * GIBIBYTE + 64, String(found.behind));
        });
      });
    }
  }
});

/** Every instruction that reads or writes memory, with the address `$at` and an offset. */
function accesses(offset: string): string[] {
  const address = '(local.get $at)';
  const vector = '(v128.const i64x2 0x4242424242424242 0x4141414141414141)';
  const lanes = ['8', '16', '32', '64'];
  const loads = [
    ...['i32.load', 'i64.load', 'f32.load', 'f64.load', 'v128.load'],
    ...['i32', 'i64'].flatMap((type) => [
      ...['8_s', '8_u', '16_s', '16_u'].map((width) => `${type}.load${width}`),
    ]),
    ...['i64.load32_s', 'i64.load32_u', 'v128.load32_zero', 'v128.load64_zero'],
    ...['8x8_s', '8x8_u', '16x4_s', '16x4_u', '32x2_s', '32x2_u'].map((s) => `v128.load${s}`),
    ...lanes.map((width) => `v128.load${width}_splat`),
  ];
  const stores: [instruction: string, value: string][] = [
    ...['i32.store', 'i32.store8', 'i32.store16'].map((s): [string, string] => [
      s,
      '(i32.const 7)',
    ]),
    ...['i64.store', 'i64.store8', 'i64.store16', 'i64.store32'].map((s): [string, string] => [
      s,
      '(i64.const 0x0123456789abcdef)',
    ]),
    ['f32.store', '(f32.const 1.5)'],
    ['f64.store', '(f64.const 1.5)'],
    // A constant is stored in two halves, the upper one first; other values in one piece.
    ['v128.store', vector],
    ['v128.store', '(v128.const i64x2 0 0)'],
    ['v128.store', '(v128.const i32x4 1 1 1 1)'],
    ['v128.store', '(v128.const f64x2 1.5 -1.5)'],
    ['v128.store', `(i8x16.splat ${address})`],
  ];
  return [
    ...loads.map((load) => `(drop (${load} ${offset} ${address}))`),
    ...stores.map(([store, value]) => `(${store} ${offset} ${address} ${value})`),
    ...lanes.flatMap((width) => [
      `(drop (v128.load${width}_lane ${offset} 1 ${address} ${vector}))`,
      `(v128.store${width}_lane ${offset} 1 ${address} ${vector})`,
    ]),
    `(memory.fill ${address} (i32.const 7) (i32.const -1))`,
    `(memory.copy ${address} (i32.const 0) (i32.const 64))`,
    `(memory.copy (i32.const 0) ${address} (i32.const 64))`,
    `(memory.init 0 ${address} (i32.const 0) (i32.const 4))`,
  ];
}

describe('An access at the highest addresses that a guest reaches', () => {
  async function traps(module: LoadedModule, name: string, address: number): Promise<void> {
    const error = await fails('ERR_TRAP', module.call(name, address));
    assert.equal(error.trap, 'memory-out-of-bounds', `${name} at ${address}`);
  }

  for (const { aot, mode } of MODES) {
    it(`is a trap, by whatever instruction (${mode})`, async () => {
      const offsets = ['offset=0', 'offset=0x7fffffff', 'offset=0xffffffff'];
      const bodies = offsets.flatMap((offset) => accesses(offset));
      const functions = bodies.map(
        (body, index) => `(func (export "${index}") (param $at i32) ${body})`,
      );
      const file = await wasmFile(`(module (memory 1) (data "data") ${functions.join('\n')})`);
      await withModule(file, { aot, concurrency: 4 }, async (module) => {
        for (let address = -16; address < 0; ++address) {
          await Promise.all(bodies.map((_, index) => traps(module, String(index), address)));
        }
      });
    });

    for (const isolation of ISOLATIONS) {
      it(`is a trap, on several threads at a time (${isolation}, ${mode})`, async () => {
        const file = await wasmFile(`(module (memory 1)
          (func (export "_start")
            (v128.store offset=0xffffffff (i32.const 0xfffffff9)
              (v128.const i64x2 0x4242424242424242 0x4141414141414141))))`);
        await withModule(file, { isolation, aot, concurrency: 4 }, async (module) => {
          const runs = Array.from({ length: 8 }, () => fails('ERR_TRAP', module.run()));
          for (const { trap } of await Promise.all(runs))
            assert.equal(trap, 'memory-out-of-bounds');
        });
      });
    }
  }
});
