import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import { parsePolicy, parseSimulation, removedForGood } from '../../scripts/setup/system/apt.mjs';

describe('apt', () => {
  it('reads which suites offer which version, at which priority', () => {
    const policy = parsePolicy(
      [
        'rustc:',
        '  Installed: (none)',
        '  Candidate: 1.63.0+dfsg1-2',
        '  Version table:',
        '     1.85.1+dfsg1-1+deb13u1 100',
        '        100 http://mirror.example/debian trixie/main amd64 Packages',
        '     1.63.0+dfsg1-2 500',
        '        500 http://mirror.example/debian bookworm/main amd64 Packages',
        '        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages',
        'lld:',
        '  Installed: 1:19.0-63',
        '  Candidate: 1:19.0-63',
        '  Version table:',
        ' *** 1:19.0-63 100',
        '        100 /var/lib/dpkg/status',
        '',
      ].join('\n'),
    );
    assert.deepEqual(policy.get('rustc'), {
      candidate: '1.63.0+dfsg1-2',
      offers: [
        { version: '1.85.1+dfsg1-1+deb13u1', priority: 100, suites: ['trixie'] },
        { version: '1.63.0+dfsg1-2', priority: 500, suites: ['bookworm', 'bookworm-security'] },
      ],
    });
    // An installed package that is in no source cannot be installed again.
    assert.deepEqual(policy.get('lld').offers[0].suites, []);
    assert.equal(policy.get('cargo'), undefined);
  });

  it('reads what an installation would do', () => {
    const outcome = parseSimulation(
      [
        'Inst libc6 [2.36-9] (2.41-12 Debian:13.7/stable [amd64]) [libc-bin:amd64 ]',
        'Remv libssl3 [3.0.22-1] [openssl:amd64 ]',
        'Inst libssl3t64 (3.5.7-1 Debian:13.7/stable [amd64]) []',
        'Conf libc6 (2.41-12 Debian:13.7/stable [amd64])',
      ].join('\n'),
    );
    assert.deepEqual(outcome, {
      installed: [
        { name: 'libc6', from: '2.36-9', to: '2.41-12' },
        { name: 'libssl3t64', from: undefined, to: '3.5.7-1' },
      ],
      removed: ['libssl3'],
    });
  });

  it('lets only libraries go whose 64-bit time successors come', () => {
    const installed = ['libssl3t64', 'libcurl3t64-gnutls', 'libc6'].map((name) => ({
      name,
      to: '1',
    }));
    const removed = ['libssl3', 'libcurl3-gnutls', 'libgnutls30', 'nginx'];
    assert.deepEqual(removedForGood({ installed, removed }), ['libgnutls30', 'nginx']);
  });
});
