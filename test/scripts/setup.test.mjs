import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { copyAtomically, writeAtomically } from '../../scripts/setup/files.mjs';
import { namedCrates, registryCrates } from '../../scripts/setup/guests.mjs';
import { keep, takeKept, takeOrMake } from '../../scripts/setup/kept-guests.mjs';
import { rustEnvironment } from '../../scripts/setup/machine.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { duration } from '../../scripts/setup/progress.mjs';
import { Stamp } from '../../scripts/setup/stamp.mjs';

describe('set-up', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  describe('a stamp', () => {
    const stamp = new Stamp('of-the-tests');
    let output;
    beforeEach(() => {
      output = path.join(folder, 'output');
      writeFileSync(output, 'made');
      stamp.save('digest', [output]);
    });
    afterEach(() => stamp.clear());

    it('matches what it was saved with', () => {
      assert.ok(stamp.matches('digest', [output]));
    });

    it('does not match other inputs, nor once it is cleared', () => {
      assert.ok(!stamp.matches('other', [output]));
      stamp.clear();
      assert.ok(!stamp.matches('digest', [output]));
    });

    it('does not match an output that was changed or removed', () => {
      utimesSync(output, 1, 1);
      assert.ok(!stamp.matches('digest', [output]));
      rmSync(output);
      assert.ok(!stamp.matches('digest', [output]));
    });

    it('never matches an output that was missing when it was saved', () => {
      const absent = path.join(folder, 'absent');
      stamp.save('digest', [absent]);
      assert.ok(!stamp.matches('digest', [absent]));
    });
  });

  describe('the cache of guests', () => {
    let base, files, compiled, cache, kept;
    beforeEach(() => {
      base = path.join(folder, 'clone');
      compiled = path.join(base, 'build/guest.so');
      files = [path.join(base, 'guest.wasm'), compiled, `${compiled}.aot.json`];
      cache = path.join(folder, 'cache');
      kept = path.join(cache, 'key');
      mkdirSync(path.dirname(compiled), { recursive: true });
      for (const file of files) writeFileSync(file, `content of ${path.basename(file)}`);
    });

    it('gives another clone what one has kept, in new files', () => {
      assert.equal(takeKept(base, kept), false);
      keep(base, files, kept);
      const { ino } = statSync(compiled);
      assert.equal(takeKept(base, kept), true);
      // A process that has the old one mapped keeps it.
      assert.notEqual(statSync(compiled).ino, ino);
      rmSync(base, { recursive: true });
      assert.equal(takeKept(base, kept), true);
      assert.deepEqual(readdirSync(base), ['build', 'guest.wasm']);
      assert.deepEqual(readdirSync(path.dirname(compiled)), ['guest.so', 'guest.so.aot.json']);
      for (const file of files) {
        assert.equal(readFileSync(file, 'utf8'), `content of ${path.basename(file)}`);
      }
    });

    for (const [what, damage] of [
      ['a truncated module', () => writeFileSync(path.join(kept, 'build/guest.so'), 'comp')],
      ['no module', () => rmSync(path.join(kept, 'guest.wasm'))],
      ['no list', () => rmSync(path.join(kept, 'digests.json'))],
      ['a truncated list', () => writeFileSync(path.join(kept, 'digests.json'), '{"')],
      ['an empty list', () => writeFileSync(path.join(kept, 'digests.json'), '[]')],
    ]) {
      it(`removes what it cannot use: ${what}`, () => {
        keep(base, files, kept);
        damage();
        rmSync(compiled);
        assert.equal(takeKept(base, kept), false);
        assert.equal(existsSync(kept), false);
        assert.equal(existsSync(compiled), false);
      });
    }

    it('leaves what another clone has kept meanwhile', () => {
      keep(base, files, kept);
      const { ino } = statSync(kept);
      keep(base, files, kept);
      assert.equal(statSync(kept).ino, ino);
      assert.deepEqual(readdirSync(cache), ['key']);
    });

    it('keeps the last four, and what others are writing', () => {
      const put = (name, daysAgo) => {
        const seconds = Date.now() / 1000 - daysAgo * 86_400;
        cpSync(base, path.join(cache, name), { recursive: true });
        utimesSync(path.join(cache, name), seconds, seconds);
      };
      for (const days of [1, 2, 3, 4, 5]) put(`of-${days}`, days);
      put('writing.12', 0);
      put('killed.13', 2);
      keep(base, files, kept);
      assert.deepEqual(readdirSync(cache), ['key', 'of-1', 'of-2', 'of-3', 'writing.12']);
    });

    describe('used by a step', () => {
      let key, made;
      const make = async () => {
        made += 1;
        return [guestOfRoot];
      };
      const guestOfRoot = path.join(root, 'build/setup-test/guest.wasm');
      const take = (makeNow = make) => takeOrMake('guests-test', () => key, makeNow);
      beforeEach(() => {
        process.env.WASMEDGE_EMBED_CACHE = cache;
        [key, made] = ['one', 0];
        writeAtomically(guestOfRoot, 'guest');
      });
      afterEach(() => {
        delete process.env.WASMEDGE_EMBED_CACHE;
        rmSync(path.dirname(guestOfRoot), { recursive: true, force: true });
      });

      it('makes only what it does not have', async () => {
        assert.equal(await take(), false);
        rmSync(guestOfRoot);
        assert.equal(await take(), true);
        assert.equal(readFileSync(guestOfRoot, 'utf8'), 'guest');
        key = 'two';
        assert.equal(await take(), false);
        assert.equal(made, 2);
      });

      it('does not keep what was made of sources that changed meanwhile', async () => {
        const edit = async () => {
          key = 'two';
          return make();
        };
        assert.equal(await take(edit), false);
        assert.equal(await take(), false);
        key = 'one';
        assert.equal(await take(), false);
      });
    });
  });

  it('places files whole, and leaves nothing else behind', () => {
    const file = path.join(folder, 'new/file');
    writeAtomically(file, 'first');
    const other = path.join(folder, 'other');
    copyAtomically(file, other);
    assert.equal(readFileSync(other, 'utf8'), 'first');
    assert.throws(() => writeAtomically(file, undefined));
    assert.equal(readFileSync(file, 'utf8'), 'first');
    assert.deepEqual(readdirSync(path.dirname(file)), ['file']);
  });

  it('knows the crates that come from a registry', () => {
    const lock = `version = 4

[[package]]
name = "image-classification"
version = "0.1.0"
dependencies = [
 "jpeg-decoder",
 "rayon 1.10.0",
]

[[package]]
name = "jpeg-decoder"
version = "0.3.2"
source = "registry+https://registry.example/index"
checksum = "00"
dependencies = [
 "crossbeam",
]
`;
    assert.deepEqual(registryCrates(lock), [{ name: 'jpeg-decoder', version: '0.3.2' }]);
    assert.deepEqual([...namedCrates(lock)], ['jpeg-decoder', 'rayon']);
  });

  it("builds guests without the user's flags for Rust, which would replace its own", () => {
    const env = rustEnvironment({
      rust: { cargo: 'cargo', rustc: 'rustc', programs: '/rust' },
      wasmLinker: {},
    });
    for (const name of ['RUSTFLAGS', 'CARGO_ENCODED_RUSTFLAGS']) {
      assert.ok(name in env);
      assert.equal(env[name], undefined);
    }
  });

  it('writes durations for people', () => {
    assert.equal(duration(40), '0.0 s');
    assert.equal(duration(12_345), '12.3 s');
    assert.equal(duration(59_990), '1 min 00 s');
    assert.equal(duration(125_000), '2 min 05 s');
  });
});
