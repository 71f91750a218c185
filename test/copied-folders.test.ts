import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { answers } from './support/script.js';
import { temporaryPath } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const NO_ENTRY = 'NotFound (os error 44)';
const NOT_CAPABLE = 'PermissionDenied (os error 76)';

describe('Copied folders', () => {
  let folder: string;
  let options: LoadOptions;

  beforeEach(() => {
    folder = temporaryPath('template');
    mkdirSync(path.join(folder, 'dir', 'below'), { recursive: true });
    writeFileSync(path.join(folder, 'a.txt'), 'content');
    writeFileSync(path.join(folder, 'dir', 'large'), Buffer.alloc(300_000, 'x'));
    utimesSync(path.join(folder, 'a.txt'), 5, 1_000_000_000);
    symlinkSync('dir/../a.txt', path.join(folder, 'link'));
    symlinkSync('/etc/hostname', path.join(folder, 'absolute'));
    symlinkSync('../outside', path.join(folder, 'out'));
    symlinkSync('loop', path.join(folder, 'loop'));
    spawnSync('mkfifo', [path.join(folder, 'fifo')]);
    options = { aot: 'off', directories: { '/site': { path: folder, write: 'copy' } } };
  });

  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`are changed by a run alone: not on the host, not for the next (${isolation})`, async () => {
      await withModule(TOUR, { ...options, isolation }, async (module) => {
        const changes = [
          'list /site',
          'read /site/a.txt',
          'size /site/dir/large',
          'append /site/link !',
          'read /site/a.txt',
          'rename /site/dir /site/moved',
          'rm /site/absolute',
          'write /site/new text',
        ];
        const before = readdirSync(folder);
        assert.deepEqual(await answers(module, changes), [
          'ok a.txt,absolute,dir/,link,loop,out',
          ...['ok content', 'ok 300000', 'ok', 'ok content!', 'ok', 'ok', 'ok'],
        ]);
        assert.deepEqual(readdirSync(folder), before);
        assert.equal(readFileSync(path.join(folder, 'a.txt'), 'utf8'), 'content');
        writeFileSync(path.join(folder, 'b.txt'), 'later');
        assert.deepEqual(
          await answers(module, ['read /site/a.txt', 'read /site/b.txt', 'read /site/new']),
          ['ok content', 'ok later', NO_ENTRY],
        );
      });
    });
  }

  it('keep what leads out of them from leading anywhere', async () => {
    await withModule(TOUR, options, async (module) => {
      const steps = [
        'read /site/absolute',
        'read /site/out',
        'read /site/loop',
        'write /site/out x',
      ];
      assert.deepEqual(await answers(module, steps), [
        ...[NOT_CAPABLE, NOT_CAPABLE],
        ...['FilesystemLoop (os error 32)', NOT_CAPABLE],
      ]);
    });
  });

  it('are collected from', async () => {
    await withModule(TOUR, options, async (module) => {
      const { files } = await module.run({
        args: ['script'],
        stdin: 'append /site/a.txt !',
        collect: ['/site/*.txt'],
      });
      assert.deepEqual(Object.keys(files), ['/site/a.txt']);
      assert.equal(files['/site/a.txt']?.toString(), 'content!');
    });
  });

  it('count in limits.scratchBytes, whatever their files say of their size', async () => {
    const limits = { scratchBytes: 200_000 };
    await withModule(TOUR, { ...options, limits }, async (module) => {
      const tooLarge = async (): Promise<void> => {
        const { message } = await fails('ERR_LIMIT', answers(module, ['list /site']));
        assert.match(message, /scratchBytes/u);
      };
      await tooLarge();
      truncateSync(path.join(folder, 'dir', 'large'), 100_000);
      assert.deepEqual(await answers(module, ['size /site/dir/large']), ['ok 100000']);
      truncateSync(path.join(folder, 'a.txt'), 2 ** 40);
      await tooLarge();
    });
  });

  it('say what cannot be read', async function () {
    if (process.getuid?.() === 0) this.skip();
    chmodSync(path.join(folder, 'a.txt'), 0);
    await withModule(TOUR, options, async (module) => {
      const { message } = await fails('ERR_INVALID_ARGUMENT', answers(module, ['list /site']));
      assert.match(message, /folder "\/site" cannot be copied: "a\.txt": permission denied/u);
    });
  });

  it('are named where the option is not understood', async () => {
    const directories = { '/site': { path: folder, write: 'yes' as 'copy' } };
    const { message } = await fails('ERR_INVALID_ARGUMENT', loadModule(TOUR, { directories }));
    assert.match(message, /directories\['\/site'\]\.write.*true, false or 'copy'/u);
  });
});
