import assert from 'node:assert/strict';

import { inspectModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { wasmFile } from './support/wat.js';

describe('Imports that the host does not offer', () => {
  for (const { aot, mode } of MODES) {
    it(`are an ERR_LINK that names every one: module, name and type (${mode})`, async () => {
      const file = await wasmFile(`(module
        (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (import "env" "first" (func (param i32 i64 f32 f64)))
        (import "env" "second" (func (result i32)))
        (import "wasi_snapshot_preview1" "path_teleport" (func (param i32) (result i32)))
        (import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (import "env" "memory" (memory 1))
        (import "env" "table" (table 1 funcref))
        (import "env" "global" (global i32))
        (func (export "_start")))`);
      const { message } = await fails('ERR_LINK', loadModule(file, { aot }));
      for (const named of [
        /env\.first \(i32, i64, f32, f64\) -> \(\)/,
        /env\.second \(\) -> i32/,
        /wasi_snapshot_preview1\.path_teleport \(i32\) -> i32/,
        /wasi_unstable\.fd_write \(i32, i32, i32, i32\) -> i32/,
        /env\.memory: a memory/,
        /env\.table: a table/,
        /env\.global: a global/,
        /\(7\)/,
      ]) {
        assert.match(message, named);
      }
      assert.ok(message.includes(file));
      assert.doesNotMatch(message, /sched_yield/, 'what is offered is not named');
    });
  }

  it('are named up to thirty, and counted', async () => {
    const imports = Array.from({ length: 40 }, (_, index) => `(import "env" "f${index}" (func))`);
    const file = await wasmFile(`(module ${imports.join('')})`);
    const { message } = await fails('ERR_LINK', loadModule(file, { aot: 'off' }));
    assert.match(message, /\(40\):[^]*env\.f29 [^]*and 10 more\n/);
    assert.doesNotMatch(message, /env\.f30/);
  });

  it('include those of a known name with another type, and say what theirs is', async () => {
    const file = await wasmFile(`(module
      (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func (param i32) (result i32))))`);
    const { message } = await fails('ERR_LINK', loadModule(file));
    assert.match(message, /fd_close \(i64\) -> i32 .*\(i32\) -> i32/);
    assert.match(message, /proc_exit \(i32\) -> i32 .*\(i32\) -> \(\)/);
  });

  it('do not keep a module from being inspected', async () => {
    const file = await wasmFile('(module (import "env" "memory" (memory 1)))');
    assert.deepEqual((await inspectModule(file)).imports, [
      { module: 'env', name: 'memory', kind: 'memory' },
    ]);
  });

  it('may have empty and unusual names', async () => {
    const file = await wasmFile('(module (import "" "größe \\22x\\22" (func)))');
    const { message } = await fails('ERR_LINK', loadModule(file));
    assert.match(message, /größe "x"/);
    assert.deepEqual((await inspectModule(file)).imports[0]?.module, '');
  });

  for (const [what, module, name, advice] of [
    ['WASI preview 0', 'wasi_unstable', 'fd_write', /preview 0: rebuild it for wasm32-wasip1/],
    [
      'WASI preview 2',
      'wasi:cli/stdout@0.2.0',
      'get-stdout',
      /preview 2 and extracted from a component/,
    ],
    ['threads', 'wasi', 'thread-spawn', /uses threads/],
    ['Emscripten', 'env', 'emscripten_resize_heap', /built by Emscripten.*-sSTANDALONE_WASM/],
    ['wasm-bindgen', '__wbindgen_placeholder__', '__wbindgen_describe', /wasm-bindgen/],
    ["wasm-bindgen's output", 'wbg', '__wbindgen_throw', /wasm-bindgen/],
    ['wasm-bindgen for bundlers', './hello_bg.js', '__wbindgen_throw', /wasm-bindgen/],
    ['Extism', 'extism:host/env', 'input_length', /an Extism plug-in/],
    ["Ruby's JavaScript", 'rb-js-abi-host', 'is-js', /Ruby with its bindings to JavaScript/],
    ["Go's JavaScript", 'gojs', 'runtime.wasmExit', /GOOS=wasip1/],
  ] as const) {
    it(`say what the module is: ${what}`, async () => {
      const file = await wasmFile(`(module (import "${module}" "${name}" (func)))`);
      const { message } = await fails('ERR_LINK', loadModule(file, { aot: 'off' }));
      assert.match(message, advice);
    });
  }

  it('say nothing of a toolchain that cannot be told', async () => {
    const file = await wasmFile('(module (import "env" "mine" (func)))');
    const { message } = await fails('ERR_LINK', loadModule(file, { aot: 'off' }));
    assert.match(message, /The option imports adds functions of your own\.$/);
  });
});
