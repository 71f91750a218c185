import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { compileModule, loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { temporaryPath, wasmFile } from './support/wat.js';

const NUMBER = (value: number): string =>
  `(module (func (export "number") (result i32) (i32.const ${String(value)})))`;

interface Side {
  source: string;
  compiler: string;
  target: { arch: string; features: string[] };
  options: { meter: boolean; generic: boolean };
}

/** A compiled module with its side file. */
async function compiled(value: number, generic = false): Promise<{ file: string; side: string }> {
  const file = temporaryPath('guest.so');
  await compileModule(await wasmFile(NUMBER(value)), file, { generic });
  return { file, side: `${file}.aot.json` };
}

async function number(file: string): Promise<unknown> {
  const module = await loadModule(file);
  try {
    return await module.call('number');
  } finally {
    await module.close();
  }
}

/** Changes a side file. */
function rewrite(side: string, change: (content: Side) => void): void {
  const content = JSON.parse(readFileSync(side, 'utf8')) as Side;
  change(content);
  writeFileSync(side, JSON.stringify(content));
}

describe('The side file of a compiled module', () => {
  it('says what was compiled, by what, for what and how', async () => {
    const { side } = await compiled(1);
    const content = JSON.parse(readFileSync(side, 'utf8')) as Side;
    assert.match(content.source, /^[0-9a-f]{64}$/);
    assert.match(content.compiler, /^0\.\d+\.\d+$/);
    assert.equal(content.target.arch, process.arch);
    assert.ok(content.target.features.length > 0);
    assert.equal(content.options.meter, false);
    const generic = await compiled(1, true);
    const other = JSON.parse(readFileSync(generic.side, 'utf8')) as Side;
    assert.deepEqual([other.target.features, other.options.generic], [[], true]);
    assert.equal(other.source, content.source);
  });

  it('may be absent', async () => {
    const { file, side } = await compiled(2);
    rmSync(side);
    assert.equal(await number(file), 2);
  });

  it('is refused where it describes another module', async () => {
    const one = await compiled(3);
    const two = await compiled(4);
    copyFileSync(two.file, one.file);
    const { message } = await fails('ERR_MODULE_INVALID', number(one.file));
    assert.ok(message.includes(one.side) && message.includes('out of date'), message);
    copyFileSync(two.side, one.side);
    assert.equal(await number(one.file), 4);
  });

  it('is refused for another processor or version of WasmEdge', async () => {
    const changes: [(content: Side) => void, string][] = [
      [(content) => (content.target.arch = 'riscv64'), 'riscv64'],
      [(content) => content.target.features.push('feature_of_tomorrow'), 'feature_of_tomorrow'],
      [(content) => (content.compiler = '0.9.1'), '0.9.1'],
    ];
    for (const [change, word] of changes) {
      const { file, side } = await compiled(5);
      rewrite(side, change);
      const { message } = await fails('ERR_MODULE_INVALID', number(file));
      assert.ok(message.includes(word), message);
    }
  });

  it('is refused where it is damaged', async () => {
    const { file, side } = await compiled(6);
    const whole = readFileSync(side, 'utf8');
    for (const content of ['', '{', '[]', 'null', '{"format":1}', '{"format":2}', whole.slice(9)]) {
      writeFileSync(side, content);
      await fails('ERR_MODULE_INVALID', number(file));
    }
    writeFileSync(side, whole);
    assert.equal(await number(file), 6);
  });
});
