import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { withModule } from './support/run-guest.js';
import { SECTION, functionModule, sized, unsigned, wasmModule } from './support/wasm-binary.js';
import { temporaryPath } from './support/wat.js';

const SEVEN = Buffer.from([0x41, 7]);
const END = Buffer.from([0x0b]);

/** A vector: the count, followed by that many copies of an entry. */
function vector(count: number, entry: readonly number[]): Buffer {
  return Buffer.concat([unsigned(count), Buffer.alloc(count * entry.length, Buffer.from(entry))]);
}

/** Locals as a function's head declares them. */
function locals(count: number): Buffer {
  return Buffer.concat([Buffer.from([1]), unsigned(count), Buffer.from([0x7b])]);
}

/** `count` functions without instructions, with this many locals each. */
function functions(count: number, each: number): Buffer {
  const body = sized(locals(each), END);
  return wasmModule(
    [SECTION.types, Buffer.from([1, 0x60, 0, 0])],
    [SECTION.functions, vector(count, [0])],
    [SECTION.code, vector(count, [...body])],
  );
}

/** A type with this many parameters and results. */
function type(parameters: number, results: number): Buffer {
  const values = (count: number): Buffer => vector(count, [0x7f]);
  return Buffer.concat([Buffer.from([0x60]), values(parameters), values(results)]);
}

function types(...all: Buffer[]): [number, Buffer] {
  return [SECTION.types, Buffer.concat([unsigned(all.length), ...all])];
}

/** A function () -> () with this code, next to a type of 100 parameters and 100 results. */
function codeWithWideType(code: Buffer): Buffer {
  return wasmModule(
    types(type(0, 0), type(100, 100)),
    [SECTION.functions, Buffer.from([1, 0])],
    [SECTION.code, Buffer.concat([Buffer.from([1]), sized(Buffer.from([0]), code, END)])],
  );
}

/** Each at its maximum, and with one more. */
const LIMITS: Record<string, [most: Buffer, more: Buffer, message: RegExp]> = {
  'locals in a function': [
    functions(1, 50_000),
    functions(1, 50_001),
    /has 50001 locals in a function; the limit is 50000\.$/,
  ],
  'locals, the parameters among them': [
    functionModule(SEVEN, locals(50_000)),
    wasmModule(
      types(type(1, 0)),
      [SECTION.functions, Buffer.from([1, 0])],
      [SECTION.code, Buffer.concat([Buffer.from([1]), sized(locals(50_000), END)])],
    ),
    /has 50001 locals in a function/,
  ],
  'locals in all functions together': [
    functions(10, 50_000),
    functions(20, 50_000),
    /has 1000000 locals in all functions together; the limit is 500141\.$/,
  ],
  'parameters in a type': [
    wasmModule(types(type(1000, 0))),
    wasmModule(types(type(1001, 0))),
    /has 1001 parameters in a type; the limit is 1000\.$/,
  ],
  'results in a type': [
    wasmModule(types(type(0, 100))),
    wasmModule(types(type(0, 101))),
    /has 101 results in a type; the limit is 100\.$/,
  ],
  'targets of a branch': [
    functionModule(Buffer.from([0x00, 0x0e, ...vector(65_520, [0]), 0])),
    functionModule(Buffer.from([0x00, 0x0e, ...vector(65_521, [0]), 0])),
    /has 65521 targets of a 'br_table'; the limit is 65520\.$/,
  ],
  'values that blocks take and give': [
    // In unreachable code.
    codeWithWideType(
      Buffer.concat([
        Buffer.from([0x00]),
        Buffer.alloc(3 * 500, Buffer.from([2, 1, 0x0b])),
        Buffer.alloc(100, 0x1a),
      ]),
    ),
    codeWithWideType(
      Buffer.concat([
        Buffer.from([0x00]),
        Buffer.alloc(3 * 600, Buffer.from([2, 1, 0x0b])),
        Buffer.alloc(100, 0x1a),
      ]),
    ),
    /has 120000 parameters and results of its calls, blocks and branches; the limit is 103812\.$/,
  ],
  'data segments': [
    wasmModule([SECTION.data, vector(100_000, [1, 0])]),
    wasmModule([SECTION.data, vector(100_001, [1, 0])]),
    /has 100001 data segments; the limit is 100000\.$/,
  ],
  'bytes in a name': [
    wasmModule([0, Buffer.from([0])]),
    wasmModule([
      SECTION.exports,
      Buffer.concat([Buffer.from([1]), sized(Buffer.alloc(100_001, 0x61)), Buffer.from([0, 0])]),
    ]),
    /has 100001 bytes in a name; the limit is 100000\.$/,
  ],
  'bytes in a function': [
    functionModule(Buffer.concat([SEVEN, Buffer.alloc(100_000, 1)])),
    functionModule(Buffer.concat([SEVEN, Buffer.alloc(7_654_320, 1)])),
    /has 7654324 bytes in a function; the limit is 7654321\.$/,
  ],
};

function fileOf(module: Buffer): string {
  const file = temporaryPath('guest.wasm');
  writeFileSync(file, module);
  return file;
}

describe('What a module may have at most', () => {
  for (const [what, [most, more, message]] of Object.entries(LIMITS)) {
    it(`is bounded: ${what}`, async () => {
      await withModule(fileOf(most), { aot: 'off' }, () => Promise.resolve());
      const file = fileOf(more);
      const error = await fails('ERR_MODULE_INVALID', loadModule(file, { aot: 'off' }));
      assert.match(error.message, message);
      assert.match((await fails('ERR_MODULE_INVALID', inspectModule(file))).message, message);
    });
  }

  // 39 bytes took a gigabyte, and 40 of them to compile; 20 KB gave no answer in 40 s.
  const costly: Record<string, [Buffer, RegExp]> = {
    'a function of 67,108,863 locals': [functionModule(SEVEN, locals(2 ** 26 - 1)), /67108863/],
    '2,000 functions of a million': [functions(2000, 1_000_000), /1000000 locals in a function/],
    'a sum that is more than 32 bits': [
      functionModule(
        SEVEN,
        Buffer.from([3, ...vector(3, [0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f]).subarray(1)]),
      ),
      /12884901885 locals in a function/,
    ],
    'announcements that nothing follows': [
      wasmModule([SECTION.imports, unsigned(1_000_000)], [0, Buffer.alloc(2_000_000)]),
      /truncated or malformed/,
    ],
  };
  for (const [what, [module, message]] of Object.entries(costly)) {
    it(`costs nothing beyond it: ${what}`, async () => {
      const file = fileOf(module);
      for (const isolation of ISOLATIONS) {
        const error = await fails(
          'ERR_MODULE_INVALID',
          loadModule(file, { isolation, aot: 'off' }),
        );
        assert.match(error.message, message);
      }
      const compiling = fails('ERR_MODULE_INVALID', compileModule(file, temporaryPath('guest.so')));
      assert.match((await compiling).message, message);
    });
  }
});
