import assert from 'node:assert/strict';

import { describe, it } from 'mocha';

import {
  describeSource,
  findSource,
  parseDeb822,
  parseOneLine,
} from '../../scripts/setup/system/apt-sources.mjs';
import { debian13Files } from '../../scripts/setup/system/debian13-source.mjs';

const deb822 = `Types: deb
# http://snapshot.example/archive/debian/20250520T000000Z
URIs: http://mirror.example/debian http://second.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
`;

describe('apt sources', () => {
  it('reads the active binary sources of deb822 files, not their comments', () => {
    const sources = parseDeb822(deb822);
    assert.deepEqual(
      sources.map(({ uris }) => uris[0]),
      ['http://mirror.example/debian', 'http://mirror.example/debian-security'],
    );
    assert.deepEqual(sources[0].options, { 'Signed-By': '/usr/share/keyrings/archive.gpg' });
  });

  it('reads one-line files with options', () => {
    const sources = parseOneLine(
      [
        '# deb http://comment.example/debian bookworm main',
        'deb [ signed-by=/a.gpg arch=amd64,arm64 ] https://mirror.example/debian bookworm main contrib # why',
        'deb-src http://source.example/debian bookworm main',
      ].join('\n'),
    );
    assert.deepEqual(sources, [
      {
        uris: ['https://mirror.example/debian'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        options: { 'Signed-By': '/a.gpg', Architectures: 'amd64 arm64' },
      },
    ]);
  });

  it('finds the source of a suite itself, wherever the one of its security fixes stands', () => {
    const sources = parseOneLine(
      'deb http://s.example/security bookworm-security main\ndeb cdrom:[disc]/ bookworm main\n' +
        'deb http://m.example/debian bookworm main\n',
    );
    assert.equal(findSource(sources, ['bookworm']).uris[0], 'http://m.example/debian');
    assert.equal(findSource(sources, ['trixie']), undefined);
  });

  it('keeps a key that is written out in the source', () => {
    const key = 'Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n';
    const [source] = parseDeb822(
      `Types: deb\nURIs: http://m.example/debian\nSuites: bookworm\nComponents: main\n${key}`,
    );
    const described = describeSource(source, 'trixie');
    assert.ok(described.includes(key), described);
    assert.deepEqual(parseDeb822(described)[0].options, source.options);
  });
});

describe('the source of Debian 13', () => {
  it('comes from the mirror of Debian 12, security fixes included', () => {
    const [sourceFile, pinFile] = debian13Files(parseDeb822(deb822));
    assert.deepEqual(parseDeb822(sourceFile.content), [
      {
        uris: ['http://mirror.example/debian'],
        suites: ['trixie'],
        components: ['main'],
        options: { 'Signed-By': '/usr/share/keyrings/archive.gpg' },
      },
      {
        uris: ['http://mirror.example/debian-security'],
        suites: ['trixie-security'],
        components: ['main'],
        options: {},
      },
    ]);
    assert.match(pinFile.content, /^Pin: release n=trixie\*\nPin-Priority: 100$/m);
  });

  it('is not added to anything but a Debian 12, nor twice', () => {
    const of = (suite) => parseOneLine(`deb http://m.example/debian ${suite} main`);
    assert.equal(debian13Files(of('trixie')), undefined);
    assert.equal(debian13Files(of('noble')), undefined);
    assert.equal(debian13Files([...of('bookworm'), ...of('trixie')]), undefined);
  });
});
