import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import path from 'node:path';

import { compileModule, inspectModule, loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { withModule } from './support/run-guest.js';
import { assemble, temporaryPath, watGuest } from './support/wat.js';

describe('The forms of a module', () => {
  let plain: string;
  let library: string;
  let universal: string;

  before(async () => {
    plain = await watGuest('numbers');
    library = temporaryPath('numbers.so');
    universal = temporaryPath('numbers.wasm');
    await compileModule(plain, library);
    await compileModule(plain, universal);
  });

  const forms = [
    { what: 'a plain .wasm', file: () => plain, options: {}, form: 'plain', mode: 'aot' },
    {
      what: "a plain .wasm with aot: 'off'",
      file: () => plain,
      options: { aot: 'off' },
      form: 'plain',
      mode: 'interpreter',
    },
    {
      what: 'a compiled .so',
      file: () => library,
      options: {},
      form: 'shared-library',
      mode: 'aot',
    },
    {
      what: 'a universal .wasm',
      file: () => universal,
      options: {},
      form: 'universal',
      mode: 'aot',
    },
    {
      what: "a universal .wasm with aot: 'off'",
      file: () => universal,
      options: { aot: 'off' },
      form: 'universal',
      mode: 'interpreter',
    },
  ] as const;

  for (const { what, file, options, form, mode } of forms) {
    it(`run alike: ${what}`, async () => {
      const description = await inspectModule(file());
      assert.equal(description.form, form);
      assert.equal(description.mode, form === 'plain' ? 'interpreter' : 'aot');
      await withModule(file(), options, async (module) => {
        assert.equal(module.mode, mode);
        assert.equal(module.file, file());
        assert.equal(module.isolation, 'in-process');
        assert.deepEqual(module.exports, description.exports);
        assert.deepEqual(module.imports, description.imports);
        assert.equal(await module.call('sum', 1, 2n, 0.5, 0.25), 3.75);
      });
    });
  }

  it('are inspected: imports and exports of every kind, with the types of functions', async () => {
    const { imports, exports } = await inspectModule(await watGuest('reactor'));
    assert.deepEqual(imports, [
      {
        module: 'wasi_snapshot_preview1',
        name: 'args_sizes_get',
        kind: 'function',
        params: ['i32', 'i32'],
        results: ['i32'],
      },
    ]);
    assert.deepEqual(exports, [
      { name: 'memory', kind: 'memory' },
      { name: '_initialize', kind: 'function', params: [], results: [] },
      { name: 'initialized', kind: 'function', params: [], results: ['i32'] },
      { name: 'arguments', kind: 'function', params: [], results: ['i32'] },
      { name: 'calls', kind: 'function', params: [], results: ['i32'] },
    ]);
  });

  it('are found by a relative path and by any name', async () => {
    for (const name of ['größe 画像.so', ' .so', "it's; $(echo) %s.so", 'x'.repeat(200)]) {
      const file = temporaryPath(name);
      copyFileSync(library, file);
      for (const given of [file, path.relative(process.cwd(), file)]) {
        await withModule(given, {}, async (module) => {
          assert.equal(module.file, given);
          assert.equal(await module.call('add', 3, 4), 7);
        });
      }
    }
  });

  it('may be replaced under a name: what is loaded then is the new file', async () => {
    const file = temporaryPath('replaced.so');
    const answers: unknown[] = [];
    const compile = async (answer: number): Promise<void> =>
      compileModule(
        await assemble(`(module (func (export "answer") (result i32) (i32.const ${answer})))`),
        file,
      );
    await compile(1);
    await withModule(file, {}, async (first) => {
      await compile(2);
      await withModule(file, {}, async (second) => {
        answers.push(await first.call('answer'), await second.call('answer'));
      });
    });
    assert.deepEqual(answers, [1, 2]);
  });

  it('are never mistaken for one another, however they come and go', async () => {
    const files: string[] = [];
    for (const answer of [0, 1, 2]) {
      const file = temporaryPath('numbered.so');
      await compileModule(
        await assemble(`(module (func (export "answer") (result i32) (i32.const ${answer})))`),
        file,
      );
      files.push(file);
    }
    // Some are closed and collected while others of the same file are still loaded.
    let kept: LoadedModule[] = [];
    for (let round = 0; round < 30; ++round) {
      const answer = (round * round) % 3;
      const modules = await Promise.all(
        [answer, (answer + round) % 3].map((each) => loadModule(files[each]!)),
      );
      assert.equal(await modules[0]!.call('answer'), answer);
      assert.equal(await modules[1]!.call('answer'), (answer + round) % 3);
      await Promise.all(kept.map((each) => each.close()));
      kept = [modules[round % 2]!];
      await modules[1 - (round % 2)]!.close();
      global.gc?.();
    }
    await Promise.all(kept.map((each) => each.close()));
  });
});
