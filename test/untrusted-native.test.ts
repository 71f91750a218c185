import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { runOnce } from './support/run-guest.js';
import { runScript } from './support/process.js';
import { sized } from './support/wasm-binary.js';
import { sections } from './support/wasm-sections.js';
import { shellScript } from './support/shell-script.js';
import { assemble, temporaryPath } from './support/wat.js';

/** A program that prints a word of six letters. */
const says = (word: string): Promise<Buffer> =>
  assemble(`(module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
    (func (export "_start")
      ${word
        .split('')
        .map(
          (letter, at) =>
            `(i32.store8 (i32.const ${String(16 + at)}) (i32.const ${String(letter.charCodeAt(0))}))`,
        )
        .join('\n')}
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))))`);

function fileWith(name: string, content: Uint8Array): string {
  const file = temporaryPath(name);
  writeFileSync(file, content);
  return file;
}

const word = async (file: string, options: LoadOptions): Promise<string> =>
  (await runOnce(file, options)).stdout.toString();

/** Options that reject native code that came with a file. */
const WITHOUT: LoadOptions[] = [{ aot: 'off' }, { trusted: false }, { aot: 'off', trusted: false }];

describe("Native code that came with a file, under aot: 'off' and trusted: false", () => {
  /** A shared object, and a section of compiled code, that print "native". */
  let library: string;
  let section: Buffer;
  let plain: Buffer;

  before(async () => {
    plain = await says('plain.');
    const native = fileWith('native.wasm', await says('native'));
    library = temporaryPath('native.so');
    await compileModule(native, library);
    const universal = temporaryPath('universal.wasm');
    await compileModule(native, universal);
    const bytes = readFileSync(universal);
    const found = sections(bytes).find((each) => each.name === 'wasmedge');
    assert.ok(found, 'no section of compiled code');
    section = bytes.subarray(found.begin, found.end);
  });

  for (const isolation of ISOLATIONS) {
    it(`is refused in a shared object, whatever its name: ${isolation}`, async () => {
      const files = ['upload.wasm', 'upload.so', 'upload'].map((name) => {
        const file = temporaryPath(name);
        copyFileSync(library, file);
        return file;
      });
      for (const file of files) {
        for (const options of WITHOUT) {
          const error = await fails(
            'ERR_MODULE_INVALID',
            loadModule(file, { isolation, ...options }),
          );
          assert.match(error.message, /shared object.*Use the \.wasm/);
          assert.ok(error.message.includes(file), error.message);
        }
      }
    });

    it(`is ignored inside a .wasm: ${isolation}`, async () => {
      const other = Buffer.concat([Buffer.from([0]), sized(sized(Buffer.from('wasmedge')))]);
      // In the first isolation, all of it is tested: none of it reaches the others.
      const forms =
        isolation === 'in-process'
          ? [[section], [section, section], [other, section], [section, other]]
          : [[section]];
      for (const [index, added] of forms.entries()) {
        const file = fileWith('both.wasm', Buffer.concat([plain, ...added]));
        const load = { isolation, concurrency: 1 };
        if (index === 0) assert.equal(await word(file, load), 'native', 'it is there');
        for (const options of WITHOUT) {
          assert.equal(await word(file, { ...load, ...options }), 'plain.');
        }
      }
    });

    it(`is this package's own for an untrusted module, which runs compiled: ${isolation}`, async () => {
      const file = fileWith('upload.wasm', Buffer.concat([plain, section]));
      // A file that an uploader puts next to it has no effect.
      writeFileSync(`${file}.aot.json`, '{"format":1,"options":{"meter":true}}');
      const module = await loadModule(file, { isolation, trusted: false });
      assert.equal(module.mode, 'aot');
      await module.close();
    });
  }

  it('does not come in place of what was looked at: subprocess', async () => {
    const file = fileWith('upload.wasm', plain);
    // When asked for its version while the module is loaded, it replaces the module's file.
    const program = shellScript(
      `[ "$1" = --version ] && sleep 1 && cp ${library} ${file}`,
      'exec wasmedge "$@"',
    );
    const options = { isolation: 'subprocess', aot: 'off', subprocess: { program } } as const;
    assert.equal(await word(file, options), 'plain.');
    assert.deepEqual(readFileSync(file), readFileSync(library));
  });

  it('is opened by nothing that only looks at a module', async () => {
    assert.equal((await inspectModule(library)).form, 'shared-library');
    const { stdout, stderr } = await runScript(`
      const { inspectModule } = require('wasmedge-embed');
      inspectModule(${JSON.stringify(library)}).then(({ mode, exports }) => {
        const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8');
        console.log(mode, exports.length, maps.includes(${JSON.stringify(library)}));
      });`);
    assert.equal(stdout, 'aot 2 false\n', stderr);
  });
});
