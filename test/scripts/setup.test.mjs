import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { copyAtomically, writeAtomically } from '../../scripts/setup/files.mjs';
import { namedCrates, registryCrates } from '../../scripts/setup/guests.mjs';
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
