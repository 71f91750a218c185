import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { MODES } from './support/modes.js';
import { withModule } from './support/run-guest.js';
import { SECTION, functionModule, sized, wasmModule } from './support/wasm-binary.js';
import { temporaryPath, wasmFile } from './support/wat.js';

const NO_LOCALS = Buffer.from([0]);
const MEMORY = [SECTION.memories, Buffer.from([1, 0, 1])] as const;

/** Two function types of a `rec` group that are subtypes of each other; a call with a third. */
const SUBTYPES = Buffer.from(
  '0061736d010000000116034e025001016000005001006000006000006000017f0303020200040401700001070a' +
    '01065f737461727400000907010041000b01010a0d02080041001103001a0b02000b',
  'hex',
);

/** `f` with this code, which leaves a number. */
function code(...bytes: number[]): Buffer {
  return functionModule(Buffer.from(bytes), NO_LOCALS, MEMORY);
}

/** A module with one type. */
function type(...bytes: number[]): Buffer {
  return wasmModule([SECTION.types, Buffer.from([1, ...bytes])]);
}

function table(...limits: number[]): Buffer {
  return wasmModule([SECTION.tables, Buffer.from([1, 0x70, ...limits])]);
}

/**
 * Modules that WasmEdge 0.14.1 or 0.17.1 accepts although the proposal is disabled, and our
 * message.
 */
const TAKEN: Record<string, [module: Buffer, message: RegExp]> = {
  'types that are subtypes of each other': [
    SUBTYPES,
    /type of the form 0x4e, .*'garbage collection'/,
  ],
  'a type that has a supertype': [
    type(0x50, 0, 0x60, 0, 0),
    /type of the form 0x50, .*'garbage collection'/,
  ],
  'a final type': [type(0x4f, 0, 0x60, 0, 0), /type of the form 0x4f/],
  'a structure': [type(0x5f, 1, 0x7f, 0), /type of the form 0x5f/],
  'an array': [type(0x5e, 0x7f, 0), /type of the form 0x5e/],
  'a shared table': [table(3, 0, 1), /table that is shared/],
  'a shared table without a maximum': [table(2, 0), /table that is shared/],
  'atomic.fence': [code(0xfe, 3, 0, 0x41, 7), /instruction 0xfe in function 0, .*'threads'/],
  'memory.atomic.wait32': [
    code(0x41, 0, 0x41, 0, 0x42, 0, 0xfe, 1, 2, 0),
    /instruction 0xfe in function 0/,
  ],
  'memory.atomic.notify': [code(0x41, 0, 0x41, 0, 0xfe, 0, 2, 0), /instruction 0xfe/],
  "a block's type in two bytes": [code(0x02, 0xc0, 0x7f, 0x0b, 0x41, 7), /a block type is/],
  "a block's type that only ends as the empty one": [
    code(0x02, 0xc0, 0x7e, 0x0b, 0x41, 7),
    /a block type is/,
  ],
  "a reference's type in two bytes": [code(0xd0, 0xf0, 0x7f, 0xd1), /value of the type 0xf0/],
  'sections in another order': [
    wasmModule([SECTION.functions, Buffer.from([0])], [SECTION.types, Buffer.from([0])]),
    /not in order/,
  ],
  'the number of data segments after them': [
    wasmModule([SECTION.data, Buffer.from([0])], [12, Buffer.from([0])]),
    /not in order/,
  ],
};

/**
 * Modules that both versions refuse as well, and our message: the answer does not depend on the
 * version.
 */
const REFUSED: Record<string, [module: Buffer, message: RegExp]> = {
  'a section of tags': [wasmModule([13, Buffer.from([0])]), /kind 13, .*'exception handling'/],
  'a section of strings': [
    wasmModule([14, Buffer.from([0])]),
    /kind 14, .*'reference-typed strings'/,
  ],
  'a section that nobody knows': [wasmModule([15, Buffer.from([0])]), /kind 15, which guests/],
  'an imported tag': [
    wasmModule([SECTION.imports, Buffer.from([1, 0, 0, 4, 0, 0])]),
    /kind 4, .*'exception handling'/,
  ],
  'a table of 64-bit indices': [table(4, 0), /indices of 64 bits/],
  'a table with a first value': [
    wasmModule([SECTION.tables, Buffer.from([1, 0x40, 0, 0x70, 0, 0, 0xd0, 0x70, 0x0b])]),
    /value of the type 0x40, which guests/,
  ],
  'a memory with pages of another size': [
    wasmModule([SECTION.memories, Buffer.from([1, 8, 0, 0])]),
    /malformed/,
  ],
  'two memories': [wasmModule([SECTION.memories, Buffer.from([2, 0, 0, 0, 0])]), /memories/],
  'an imported memory beside its own': [
    wasmModule(
      [SECTION.imports, Buffer.from([1, 0, 0, 2, 0, 0])],
      [SECTION.memories, Buffer.from([1, 0, 0])],
    ),
    /memories/,
  ],
  'a parameter of a typed reference': [
    type(0x60, 1, 0x64, 0x70, 0),
    /type 0x64, .*'typed function references'/,
  ],
  'a result of any reference': [type(0x60, 0, 1, 0x6e), /type 0x6e, .*'garbage collection'/],
  'a local of an exception': [
    functionModule(Buffer.from([0x41, 7]), Buffer.from([1, 1, 0x69])),
    /type 0x69 .*'exception handling'/,
  ],
  throw: [code(0x08, 0), /0x08 .*'exception handling'/],
  try_table: [code(0x1f, 0x40, 0, 0x0b, 0x41, 7), /0x1f .*'exception handling'/],
  try: [code(0x06, 0x40, 0x0b, 0x41, 7), /0x06 .*'exception handling'/],
  call_ref: [code(0xd0, 0x70, 0x14, 0), /0x14 .*'typed function references'/],
  'ref.as_non_null': [code(0xd0, 0x70, 0xd4, 0xd1), /0xd4 .*'typed function references'/],
  'ref.null any': [code(0xd0, 0x6e, 0xd1), /0x6e .*'garbage collection'/],
  'struct.new_default': [code(0xfb, 1, 0, 0x1a, 0x41, 7), /0xfb .*'garbage collection'/],
  'i32.atomic.load': [code(0x41, 0, 0xfe, 0x10, 2, 0), /0xfe .*'threads'/],
  'i64.add128': [
    code(0x42, 0, 0x42, 0, 0x42, 0, 0x42, 0, 0xfc, 19, 0x1a, 0xa7),
    /0xfc .*'wide arithmetic', which guests may not use \(no WasmEdge/,
  ],
  'memory.discard': [code(0x41, 0, 0x41, 0, 0xfc, 18, 0), /0xfc .*'memory control'/],
  suspend: [code(0xe2, 0, 0x41, 7), /0xe2 .*'stack switching'/],
  'an instruction that nobody has': [code(0xff), /0xff in function 0, which guests/],
  'a select of two types': [code(0x41, 7, 0x41, 7, 0x41, 7, 0x1c, 2, 0x7f, 0x7f), /select/],
  'an instruction that is cut off': [code(0x41), /cut off/],
  'bytes after the end of a function': [code(0x41, 7, 0x0b, 0x01), /bytes follow/],
};

function fileOf(module: Buffer): string {
  const file = temporaryPath('guest.wasm');
  writeFileSync(file, module);
  return file;
}

describe('A module with what is switched off', () => {
  for (const [what, [module, message]] of Object.entries(TAKEN)) {
    it(`is refused although WasmEdge takes it: ${what}`, async () => {
      const file = fileOf(module);
      for (const isolation of ISOLATIONS) {
        const error = await fails(
          'ERR_MODULE_INVALID',
          loadModule(file, { isolation, aot: 'off' }),
        );
        assert.match(error.message, message);
        assert.ok(error.message.startsWith(file), error.message);
      }
      await fails('ERR_MODULE_INVALID', inspectModule(file));
      const compiling = fails('ERR_MODULE_INVALID', compileModule(file, temporaryPath('guest.so')));
      assert.match((await compiling).message, message);
    });
  }

  it(`is refused: ${Object.keys(REFUSED).join(', ')}`, async () => {
    for (const [what, [module, message]] of Object.entries(REFUSED)) {
      for (const { aot } of MODES) {
        const loading = loadModule(fileOf(module), { aot });
        await assert.rejects(loading, { code: 'ERR_MODULE_INVALID', message }, what);
      }
    }
  });

  it('is refused as what a shared object was compiled from, too', async () => {
    const library = temporaryPath('guest.so');
    await compileModule(await wasmFile('(module (func nop nop nop))'), library);
    const compiled = readFileSync(library);
    const types = Buffer.from([1, 4, 1, 0x60, 0, 0]);
    const body = Buffer.from([5, 0, 1, 1, 1, 0x0b]);
    /** A different file, in which one of the two has other bytes. */
    const changed = (part: Buffer, ...bytes: number[]): string => {
      const at = compiled.indexOf(part);
      assert.ok(at > 0);
      const copy = Buffer.from(compiled);
      copy.set(bytes, at);
      const file = temporaryPath('changed.so');
      writeFileSync(file, copy);
      return file;
    };
    for (const [file, message] of [
      [
        changed(types, 1, 4, 1, 0x5e),
        /was compiled from a module that has a type of the form 0x5e/,
      ],
      [changed(types, 12), /not in order/],
      [changed(body, 5, 1, 0x7f), /local of the type 0x01 in function 0/],
    ] as const) {
      assert.match((await fails('ERR_MODULE_INVALID', loadModule(file))).message, message);
    }
    // The instructions are only read if they are parsed: not when the compiled code runs.
    const fence = changed(body, 5, 0, 0xfe, 3, 0);
    assert.match((await fails('ERR_MODULE_INVALID', inspectModule(fence))).message, /0xfe/);
    await withModule(fence, {}, () => Promise.resolve());
  });
});

describe('A module of WebAssembly 2.0', () => {
  it('may have every instruction, every section, and custom sections anywhere', async () => {
    const file = await wasmFile(`(module
      (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
      (type $pair (func (param i32 i64) (result f32 f64)))
      (table $t 1 10 funcref) (table 1 externref) (memory 1 2)
      (global (mut v128) (v128.const i64x2 1 2)) (global funcref (ref.func 1))
      (elem (table $t) (i32.const 0) funcref (ref.func 1) (ref.null func))
      (elem declare func 1) (data (i32.const 1) "ab") (data "passive")
      (start 1) (func)
      (func (export "f") (param externref) (result i32) (local i32 i64 f32 f64 v128 funcref)
        (block $b (result i32)
          (loop $l (param) (br_if $l (i32.eqz (i32.const 1))))
          (if (i32.const 1) (then (nop)) (else (unreachable)))
          (br_table $b $b $b (i32.const 7) (i32.const 200)))
        (drop (select (result externref) (local.get 0) (ref.null extern) (i32.const 1)))
        (drop (ref.is_null (local.get 0)))
        (drop (f64.add (f64.const 1) (f64.promote_f32 (f32.const 2))))
        (drop (i64.const -9223372036854775808))
        (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 4)) (data.drop 1)
        (memory.copy (i32.const 0) (i32.const 8) (i32.const 4))
        (memory.fill (i32.const 0) (i32.const 8) (i32.const 4))
        (table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 1))
        (table.init $t 0 (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop 0)
        (drop (table.grow $t (ref.func 1) (i32.const 1))) (drop (table.size $t))
        (table.fill $t (i32.const 0) (ref.null func) (i32.const 1))
        (table.set $t (i32.const 0) (ref.func 1))
        (call_indirect $t (i32.const 0))
        (v128.store64_lane offset=300 1 (i32.const 0)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            (v128.load32_splat (i32.const 0)) (v128.load64_zero (i32.const 0))))
        (drop (i16x8.extract_lane_s 7 (f64x2.promote_low_f32x4 (v128.const i64x2 0 0))))
        (drop (i64.trunc_sat_f64_u (f64.const 1))) (drop (i32.extend8_s (i32.const 1)))
        (drop (memory.grow (i32.const 0))) (drop (memory.size))
        (drop (call 0)) (return)))`);
    const module = readFileSync(file);
    const custom = Buffer.concat([Buffer.from([0]), sized(Buffer.from([0]))]);
    writeFileSync(file, Buffer.concat([module.subarray(0, 8), custom, module.subarray(8), custom]));
    for (const { aot } of MODES) {
      const guest = await loadModule(file, { aot });
      await guest.close();
    }
  });
});
