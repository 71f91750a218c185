import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';

import { MACHINE_OFFSET, symbolOffset } from './support/elf.js';
import { fails } from './support/errors.js';
import { sections } from './support/wasm-sections.js';
import { temporaryPath, watGuest } from './support/wat.js';

const AARCH64 = 183;
const X86_64 = 62;

describe('A module that is not for here', () => {
  let library: Buffer;
  let universal: Buffer;

  before(async () => {
    const plain = await watGuest('numbers');
    const files = [temporaryPath('numbers.so'), temporaryPath('numbers.wasm')] as const;
    await compileModule(plain, files[0]);
    await compileModule(plain, files[1]);
    [library, universal] = [readFileSync(files[0]), readFileSync(files[1])];
  });

  /** A changed copy, in a file. */
  function changed(original: Buffer, change: (copy: Buffer) => void): string {
    const copy = Buffer.from(original);
    change(copy);
    const file = temporaryPath(original === library ? 'changed.so' : 'changed.wasm');
    writeFileSync(file, copy);
    return file;
  }

  /**
   * The position of the content in WasmEdge's section of compiled code: version, system, processor.
   */
  function compiledSection(): number {
    const found = sections(universal).find((each) => each.name === 'wasmedge');
    assert.ok(found?.payload !== undefined, 'no section of compiled code');
    return found.payload;
  }

  async function refused(file: string, pattern: RegExp): Promise<void> {
    for (const attempt of [loadModule, inspectModule]) {
      const error = await fails('ERR_MODULE_INVALID', attempt(file));
      assert.match(error.message, pattern);
      assert.ok(error.message.includes(file), error.message);
    }
  }

  it('is not loaded when it is unchanged only: the copies below differ in nothing else', async () => {
    const module = await loadModule(changed(library, () => undefined));
    try {
      assert.equal(await module.call('add', 3, 4), 7);
    } finally {
      await module.close();
    }
  });

  it('is refused when it was compiled for another processor (.so)', async () => {
    const other = process.arch === 'x64' ? AARCH64 : X86_64;
    const file = changed(library, (copy) => {
      copy.writeUInt16LE(other, MACHINE_OFFSET);
    });
    await refused(file, /another processor/);
  });

  it('is refused when it was compiled for another word size or byte order (.so)', async () => {
    for (const [offset, value] of [
      [4, 1],
      [5, 2],
    ] as const) {
      const file = changed(library, (copy) => {
        copy.writeUInt8(value, offset);
      });
      await refused(file, /another processor/);
    }
  });

  it('is refused when another version of WasmEdge compiled it (.so)', async () => {
    const file = changed(library, (copy) => {
      const at = symbolOffset(copy, 'version');
      copy.writeUInt32LE(copy.readUInt32LE(at) + 1, at);
    });
    await refused(file, /another version of WasmEdge/);
  });

  it('is refused when another version of WasmEdge compiled it (universal)', async () => {
    const at = compiledSection();
    const file = changed(universal, (copy) => {
      assert.ok(copy.readUInt8(at) < 0x7f, 'the version is one byte');
      copy.writeUInt8(copy.readUInt8(at) + 1, at);
    });
    await refused(file, /another version of WasmEdge/);
  });

  it('is refused when it was compiled for another system or processor (universal)', async () => {
    const at = compiledSection();
    for (const offset of [1, 2]) {
      const file = changed(universal, (copy) => {
        copy.writeUInt8(copy.readUInt8(at + offset) + 1, at + offset);
      });
      await refused(file, /another system or processor/);
    }
  });

  it('is refused when it is an ordinary shared object', async () => {
    const report = process.report.getReport() as unknown as { sharedObjects: string[] };
    const ordinary = report.sharedObjects.filter((each) => /\/lib(c|m|stdc\+\+)\.so/.test(each));
    assert.ok(ordinary.length > 0, report.sharedObjects.join(' '));
    for (const file of ordinary) await refused(file, /shared object/);
  });

  it('is refused when it is a program', async () => {
    await refused(process.execPath, /ELF|shared object/);
  });

  it('is refused when it is a component', async () => {
    const file = temporaryPath('component.wasm');
    writeFileSync(file, Buffer.from('0061736d0d000100', 'hex'));
    await refused(file, /component/);
  });
});
