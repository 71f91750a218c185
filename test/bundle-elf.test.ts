import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';

import {
  addonFile,
  compareVersions,
  missingVersions,
  newestVersions,
  readSharedObject,
  setRunPathToOrigin,
  suitableTargets,
  TARGETS,
  wasmEdgeLibraries,
} from './support/bundle.js';
import { temporaryPath } from './support/wat.js';

function readelf(option: string, file: string): string {
  return execFileSync('readelf', ['--wide', option, file], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 26,
  });
}

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);

describe('shared objects, read for a bundle', () => {
  it('says the same as readelf', async () => {
    // The largest have too many symbols for readelf.
    const small = (file: string): boolean => statSync(file).size < 8 << 20;
    for (const file of [addonFile(), ...(await wasmEdgeLibraries())].filter(small)) {
      const { name, needed, versions } = readSharedObject(file);
      const dynamic = readelf('--dynamic', file);
      assert.deepEqual(needed, all(dynamic, /\(NEEDED\).*\[(.*)\]/g), file);
      assert.deepEqual([name], all(dynamic, /\(SONAME\).*\[(.*)\]/g), file);
      const info = readelf('--version-info', file);
      const section = info.slice(info.indexOf('Version needs section'));
      assert.deepEqual(
        versions.map(({ version }) => version),
        all(section, /Name: (\S+) {2}Flags: none/g),
        file,
      );
    }
  });

  it('refuses what is damaged, wherever it is', () => {
    const whole = readFileSync(addonFile());
    const file = temporaryPath('damaged.so');
    const read = (bytes: Buffer): unknown => {
      writeFileSync(file, bytes);
      return readSharedObject(file);
    };
    const refused = /damaged\.so is not a readable shared object/;
    assert.throws(() => read(Buffer.from('no library')), refused);
    assert.throws(() => read(whole.subarray(0, 4096)), refused);
    // The program headers, which lead to everything else, and what they point to.
    for (let at = 0; at < 700; at += 8) {
      const bytes = Buffer.from(whole.subarray(0, 64 * 1024));
      bytes.writeUInt32LE(0xfffffff0, at);
      try {
        read(bytes);
      } catch (error) {
        assert.match((error as Error).message, refused);
      }
    }
  });

  it('have their run path set to their own folder', async () => {
    const file = temporaryPath('addon.node');
    copyFileSync(addonFile(), file);
    await setRunPathToOrigin(file);
    assert.equal(readSharedObject(file).runPathBefore, '$ORIGIN');
    assert.match(readelf('--dynamic', file), /\(RPATH\).*\[\$ORIGIN\]/);
    await setRunPathToOrigin(file);
    const text = temporaryPath('text.so');
    writeFileSync(text, 'no library');
    await assert.rejects(setRunPathToOrigin(text), /not a readable shared object/);
  });
});

describe('symbol versions that a bundle needs', () => {
  const needing = (name: string, versions: string[]): Parameters<typeof newestVersions>[0] => [
    {
      name,
      object: {
        name,
        needed: [],
        runPathBefore: undefined,
        runPathAfter: undefined,
        versions: versions.map((version) => ({ library: 'any', version })),
      },
    },
  ];

  it('are compared by their numbers', () => {
    assert.ok(compareVersions('2.9', '2.10') < 0);
    assert.ok(compareVersions('2.34', '2.4') > 0);
    assert.ok(compareVersions('3.4', '3.4.1') < 0);
    assert.equal(compareVersions('2.34', '2.34'), 0);
  });

  it('are the newest of each library of the system', () => {
    const names = ['GLIBC_2.9', 'GLIBC_2.34', 'GLIBC_2.4', 'GLIBCXX_3.4.9', 'CXXABI_FLOAT128'];
    assert.deepEqual(newestVersions(needing('a.so', names)), {
      GLIBC: { version: '2.34', file: 'a.so' },
      GLIBCXX: { version: '3.4.9', file: 'a.so' },
    });
  });

  it("count abilities of glibc's loader as the version that brought them", () => {
    const relative = newestVersions(needing('a.so', ['GLIBC_2.17', 'GLIBC_ABI_DT_RELR']));
    assert.equal(relative.GLIBC?.version, '2.36');
    assert.deepEqual(suitableTargets(relative), ['debian-12', 'debian-13', 'ubuntu-24.04']);
    const unknown = newestVersions(needing('a.so', ['GLIBC_ABI_OF_TOMORROW']));
    assert.deepEqual(suitableTargets(unknown), []);
  });

  it('say what a system lacks', () => {
    const target = TARGETS['amazon-linux-2023'];
    const fits = newestVersions(needing('a.so', ['GLIBC_2.34', 'GLIBCXX_3.4.29']));
    assert.deepEqual(missingVersions(target, fits), []);
    const newer = newestVersions(needing('a.so', ['GLIBC_2.38', 'GLIBCXX_3.4.30']));
    const missing = missingVersions(target, newer);
    assert.equal(missing.length, 2);
    assert.match(missing[0]!, /^a\.so needs GLIBC_2\.38, and Amazon Linux 2023.* has GLIBC_2\.34$/);
    assert.match(missing[1]!, /GLIBCXX_3\.4\.30/);
  });
});
