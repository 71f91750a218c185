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

import { copyAtomically, sha256OfFile, writeAtomically } from '../../scripts/setup/files.mjs';
import { namedCrates, registryCrates } from '../../scripts/setup/guests.mjs';
import { keep, takeKept } from '../../scripts/setup/kept-guests.mjs';
import { rustEnvironment } from '../../scripts/setup/machine.mjs';
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

  describe('the cache of compiled guests', () => {
    let guests, compiled, cache, kept;
    beforeEach(() => {
      const guest = path.join(folder, 'guest.wasm');
      compiled = path.join(folder, 'build/guest.so');
      guests = [[guest, compiled]];
      cache = path.join(folder, 'cache');
      kept = path.join(cache, 'key');
      writeFileSync(guest, 'guest');
      mkdirSync(path.dirname(compiled));
      writeFileSync(compiled, 'compiled');
      const side = { source: sha256OfFile(guest), output: sha256OfFile(compiled) };
      writeFileSync(`${compiled}.aot.json`, JSON.stringify(side));
    });

    it('gives another clone what one has kept, in a new file', () => {
      assert.equal(takeKept(guests, kept), false);
      keep(guests, kept);
      const { ino } = statSync(compiled);
      assert.equal(takeKept(guests, kept), true);
      // A process that has the old one mapped keeps it.
      assert.notEqual(statSync(compiled).ino, ino);
      rmSync(path.dirname(compiled), { recursive: true });
      assert.equal(takeKept(guests, kept), true);
      assert.equal(readFileSync(compiled, 'utf8'), 'compiled');
      assert.deepEqual(readdirSync(path.dirname(compiled)), ['guest.so', 'guest.so.aot.json']);
    });

    for (const [what, damage] of [
      ['a truncated module', () => writeFileSync(path.join(kept, 'guest.so'), 'comp')],
      ['no module', () => rmSync(path.join(kept, 'guest.so'))],
      ['a truncated side file', () => writeFileSync(path.join(kept, 'guest.so.aot.json'), '{"')],
      ['another guest', () => writeFileSync(guests[0][0], 'other')],
    ]) {
      it(`removes what it cannot use: ${what}`, () => {
        keep(guests, kept);
        damage();
        rmSync(compiled);
        assert.equal(takeKept(guests, kept), false);
        assert.equal(existsSync(kept), false);
        assert.equal(existsSync(compiled), false);
      });
    }

    it('leaves what another clone has kept meanwhile', () => {
      keep(guests, kept);
      const { ino } = statSync(kept);
      keep(guests, kept);
      assert.equal(statSync(kept).ino, ino);
      assert.deepEqual(readdirSync(cache), ['key']);
    });

    it('keeps the last four, and what others are writing', () => {
      const put = (name, daysAgo) => {
        const seconds = Date.now() / 1000 - daysAgo * 86_400;
        cpSync(path.dirname(compiled), path.join(cache, name), { recursive: true });
        utimesSync(path.join(cache, name), seconds, seconds);
      };
      for (const days of [1, 2, 3, 4, 5]) put(`of-${days}`, days);
      put('writing.12', 0);
      put('killed.13', 2);
      keep(guests, kept);
      assert.deepEqual(readdirSync(cache), ['key', 'of-1', 'of-2', 'of-3', 'writing.12']);
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
