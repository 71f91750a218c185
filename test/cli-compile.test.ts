import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { inspectModule } from 'wasmedge-embed';

import { generatedModule } from './support/bench.js';
import { commandLine } from './support/command-line.js';
import { fails } from './support/errors.js';
import { folderWith } from './support/model-files.js';
import { ROOT } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { assemble, namedWatGuest, temporaryPath } from './support/wat.js';

// Provided by Node.js; the compiler has types of it only for browsers.
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

const TEXT = `(module (func (export "add") (param i32 i32) (result i32)
  (i32.add (local.get 0) (local.get 1))))`;

async function folderWithModule(): Promise<string> {
  return folderWith({ 'adder.wasm': await assemble(TEXT) });
}

async function adds(file: string): Promise<void> {
  await withModule(file, {}, async (module) => {
    assert.equal(module.mode, 'aot');
    assert.equal(await module.call('add', 40, 2), 42);
  });
}

describe('wasmedge-embed compile, interrupted,', () => {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`leaves nothing behind (${signal})`, async function () {
      this.timeout(60_000);
      const folder = folderWith({ 'big.wasm': generatedModule() });
      const child = spawn(
        process.execPath,
        [path.join(ROOT, 'dist/cli/main.js'), 'compile', '--progress', 'big.wasm'],
        { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      // It is under way once it has created its own folder.
      while (readdirSync(folder).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [exitCode, null]);
      assert.deepEqual(readdirSync(folder), ['big.wasm']);
    });
  }
});

describe('wasmedge-embed compile', () => {
  it('writes a shared object beside the module', async () => {
    const folder = await folderWithModule();
    const { stdout, stderr, exitCode } = await commandLine([
      'compile',
      path.join(folder, 'adder.wasm'),
    ]);
    assert.deepEqual([exitCode, stderr], [0, '']);
    const output = path.join(folder, 'adder.so');
    assert.match(stdout, /^\S*adder\.so: \d+ KiB, compiled in [\d.]+ s\n$/);
    assert.deepEqual(readdirSync(folder).sort(), ['adder.so', 'adder.so.aot.json', 'adder.wasm']);
    assert.equal((await inspectModule(output)).form, 'shared-library');
    await adds(output);
  });

  it('writes where it is told, into a folder that it makes', async () => {
    const folder = await folderWithModule();
    const output = path.join(folder, 'new', 'deep', 'out.so');
    const args = ['-o', output, '-O', '1', '--generic', '--interruptible'];
    const result = await commandLine(['compile', path.join(folder, 'adder.wasm'), ...args]);
    assert.equal(result.exitCode, 0, result.stderr);
    await adds(output);
  });

  it('writes a universal module where the name ends so', async () => {
    const folder = await folderWithModule();
    const output = path.join(folder, 'universal.wasm');
    await commandLine(['compile', path.join(folder, 'adder.wasm'), '--output', output]);
    assert.equal((await inspectModule(output)).form, 'universal');
    assert.ok(WebAssembly.validate(readFileSync(output)), 'any other runtime can read it');
    await adds(output);
  });

  it('keeps the names of functions, or leaves them out', async () => {
    const input = await namedWatGuest('guest-stack');
    for (const [args, name] of [
      [[], 'unreachable'],
      [['--no-names'], 'wasm-function[3]'],
    ] as const) {
      const output = temporaryPath('stack.so');
      await commandLine(['compile', input, '-o', output, ...args]);
      const imports = { env: { now: () => 0 } };
      await withModule(output, { imports }, async (module) => {
        const { guestStack } = await fails('ERR_TRAP', module.call('fail', 0));
        assert.deepEqual(guestStack?.[0], { function: name, index: 3 });
      });
    }
  });

  it('replaces what was there, and leaves it where it cannot', async () => {
    const folder = await folderWithModule();
    const output = path.join(folder, 'adder.so');
    writeFileSync(output, 'something old');
    await commandLine(['compile', path.join(folder, 'adder.wasm')]);
    await adds(output);
    const before = readFileSync(output);
    writeFileSync(path.join(folder, 'adder.wasm'), 'no module');
    const { exitCode } = await commandLine(['compile', path.join(folder, 'adder.wasm')]);
    assert.equal(exitCode, 1);
    assert.deepEqual(readFileSync(output), before);
    assert.deepEqual(readdirSync(folder).sort(), ['adder.so', 'adder.so.aot.json', 'adder.wasm']);
  });

  it('says what it could not read, take or write', async () => {
    const folder = await folderWithModule();
    const module = path.join(folder, 'adder.wasm');
    const text = path.join(folder, 'text.wasm');
    writeFileSync(text, 'no module');
    const cases: [string[], RegExp][] = [
      [[path.join(folder, 'none.wasm')], /ERR_MODULE_LOAD: Cannot read .*none\.wasm/],
      [[text], /ERR_MODULE_INVALID/],
      [[module, '-o', path.join(module, 'out.so')], /ERR_MODULE_LOAD: Cannot write/],
      [[module, '-o', module], /ERR_INVALID_ARGUMENT: .*same file/],
      [[module, '--compile-memory', '32'], /ERR_LIMIT: .*'memoryBytes' of 33554432/],
    ];
    for (const [args, expected] of cases) {
      const { stdout, stderr, exitCode } = await commandLine(['compile', ...args]);
      assert.deepEqual([exitCode, stdout], [1, ''], stderr);
      assert.match(stderr, expected);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
    assert.ok(!existsSync(path.join(folder, 'text.so')));
  });
});
