import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { planInstallation } from '../../scripts/setup/system/plan.mjs';

describe('The plan of an installation', () => {
  it('passes over packages that are in order already', async () => {
    const offers = new Map([
      ['clang', { offers: [{ version: '19', priority: 500, suites: ['bookworm'] }] }],
      [
        'wasi-libc',
        {
          offers: [
            { version: '0.0~git20241209.574b88d-2', priority: 100, suites: ['trixie'] },
            { version: '0.0~git20220510.9886d3d-2', priority: 500, suites: ['bookworm'] },
          ],
        },
      ],
    ]);
    const assumed = [];
    const rehearsal = {
      update: () => undefined,
      policy: () => offers,
      simulate: ({ packages }) => ({
        installed: packages
          .filter((name) => name === 'wasi-libc')
          .map((name) => ({ name, from: 'old', to: 'new' })),
        removed: [],
      }),
      // apt-cache fails where it is asked for no package.
      assume: ({ installed }) => {
        assert.notEqual(installed.length, 0);
        assumed.push(...installed.map(({ name }) => name));
        return 1000;
      },
    };
    const packages = [{ name: 'clang' }, { name: 'wasi-libc', minimum: '0.0~git20240101' }];
    const plan = await planInstallation(rehearsal, packages);
    assert.deepEqual(plan.groups, [
      { packages: ['clang'] },
      { suite: 'trixie', packages: ['wasi-libc'] },
    ]);
    assert.deepEqual(assumed, ['wasi-libc']);
    assert.equal(plan.downloadBytes, 1000);
    assert.deepEqual(plan.upgraded, [{ name: 'wasi-libc', from: 'old', to: 'new' }]);
  });

  it('does without an optional package that is not offered', async () => {
    const offers = new Map([
      ['g++', { offers: [{ version: '12', priority: 500, suites: ['bookworm'] }] }],
    ]);
    const rehearsal = {
      update: () => undefined,
      policy: () => offers,
      simulate: ({ packages }) => ({
        installed: packages.map((name) => ({ name, to: 'new' })),
        removed: [],
      }),
      assume: () => 1000,
    };
    const packages = [{ name: 'g++' }, { name: 'ccache', optional: true }];
    const plan = await planInstallation(rehearsal, packages);
    assert.deepEqual(plan.groups, [{ packages: ['g++'] }]);
  });
});
