import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { cratesIn, incompatible, npmDependenciesIn } from '../../scripts/release/licences.mjs';

const shipped = (licence) => incompatible([{ name: 'it', licence, isShipped: true }]);

describe('the licences of dependencies', () => {
  it('are compatible where one of those to choose from is', () => {
    for (const licence of ['MIT', '(GPL-3.0 OR MIT)', 'MIT/GPL-3.0', '(MIT OR GPL-3.0) AND ISC']) {
      assert.deepEqual(shipped(licence), [], licence);
    }
  });

  it('are incompatible otherwise, and where none is named', () => {
    for (const licence of [
      'GPL-3.0',
      'MIT AND GPL-3.0',
      '(MIT OR ISC) AND GPL-3.0',
      'UNLICENSED',
    ]) {
      assert.deepEqual(shipped(licence), [`it (${licence})`]);
    }
    assert.deepEqual(shipped(undefined), ['it (no licence given)']);
  });

  it('may be further ones for what is not shipped', () => {
    assert.deepEqual(shipped('CC-BY-4.0'), ['it (CC-BY-4.0)']);
    assert.deepEqual(incompatible([{ name: 'it', licence: 'CC-BY-4.0', isShipped: false }]), []);
  });

  it('are read from the lock file and from what cargo tells', () => {
    const packages = {
      '': { license: 'Apache-2.0' },
      'node_modules/a': { license: 'MIT' },
      'node_modules/a/node_modules/@b/c': { license: 'ISC', dev: true },
    };
    assert.deepEqual(npmDependenciesIn({ packages }), [
      { name: 'a', licence: 'MIT', isShipped: true },
      { name: '@b/c', licence: 'ISC', isShipped: false },
    ]);
    const crates = [
      { name: 'own', license: 'Apache-2.0', source: null },
      { name: 'foreign', license: null, source: 'registry' },
    ];
    assert.deepEqual(cratesIn({ packages: crates }), [
      { name: 'foreign', licence: undefined, isShipped: true },
    ]);
  });
});
