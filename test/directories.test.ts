import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { answers } from './support/script.js';
import { temporaryPath } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const NOT_CAPABLE = 'PermissionDenied (os error 76)';
const READ_ONLY = 'ReadOnlyFilesystem (os error 69)';

/** A folder with a file, a folder, links that stay and links that lead out, and a FIFO. */
function scene(): string {
  const root = temporaryPath('host');
  mkdirSync(path.join(root, 'inside', 'dir'), { recursive: true });
  writeFileSync(path.join(root, 'outside.txt'), 'secret');
  const inside = path.join(root, 'inside');
  writeFileSync(path.join(inside, 'a.txt'), 'content');
  writeFileSync(path.join(inside, 'dir', 'b.txt'), 'below');
  symlinkSync('a.txt', path.join(inside, 'link'));
  symlinkSync('dir/../a.txt', path.join(inside, 'round'));
  symlinkSync('../outside.txt', path.join(inside, 'out'));
  symlinkSync(path.join(root, 'outside.txt'), path.join(inside, 'absolute'));
  symlinkSync('/proc/self/root', path.join(inside, 'magic'));
  symlinkSync('loop', path.join(inside, 'loop'));
  symlinkSync('..', path.join(inside, 'up'));
  spawnSync('mkfifo', [path.join(inside, 'fifo')]);
  return root;
}

describe('Host folders', () => {
  let root: string;
  let inside: string;

  beforeEach(() => {
    root = scene();
    inside = path.join(root, 'inside');
  });

  for (const isolation of ['in-process', 'worker-process'] as const) {
    it(`are read, and nothing in them leads out (${isolation})`, async () => {
      const directories = { '/data': inside };
      await withModule(TOUR, { isolation, directories, aot: 'off' }, async (module) => {
        const steps = {
          'read /data/a.txt': 'ok content',
          'read /data/dir/b.txt': 'ok below',
          'read /data/link': 'ok content',
          'read /data/round': 'ok content',
          'list /data/dir': 'ok b.txt',
          'read /data/../outside.txt': NOT_CAPABLE,
          'read /data/dir/../../outside.txt': NOT_CAPABLE,
          'read /data/out': NOT_CAPABLE,
          'read /data/absolute': NOT_CAPABLE,
          'read /data/magic/etc/hostname': NOT_CAPABLE,
          'read /data/up/outside.txt': NOT_CAPABLE,
          'list /data/up': NOT_CAPABLE,
          'read /data/loop': 'FilesystemLoop (os error 32)',
          'read /data/nothing': 'NotFound (os error 44)',
          // No process writes to it: an open that waits would never return.
          'read /data/fifo': NOT_CAPABLE,
          'write /data/a.txt x': READ_ONLY,
          'write /data/new x': READ_ONLY,
          'mkdir /data/new': READ_ONLY,
          'rm /data/a.txt': READ_ONLY,
          'rmdir /data/dir': READ_ONLY,
          'rename /data/a.txt /data/b.txt': READ_ONLY,
          'link /data/a.txt /data/b.txt': READ_ONLY,
          'mtime /data/a.txt 1000000000': READ_ONLY,
        };
        assert.deepEqual(await answers(module, Object.keys(steps)), Object.values(steps));
      });
      assert.equal(readFileSync(path.join(inside, 'a.txt'), 'utf8'), 'content');
    });
  }

  it('are written where that is granted, and only there', async () => {
    const directories = { '/work': { path: path.join(inside, 'dir'), write: true } };
    await withModule(TOUR, { directories, aot: 'off' }, async (module) => {
      symlinkSync('../a.txt', path.join(inside, 'dir', 'out'));
      symlinkSync('../made', path.join(inside, 'dir', 'dangling'));
      assert.deepEqual(
        await answers(module, [
          'write /work/new hello',
          'append /work/new !',
          'mkdir /work/deep',
          'rename /work/new /work/deep/moved',
          'link /work/deep/moved /work/again',
          'removed /work/gone',
          'mtime /work/again 1000000000',
          'write /work/out x',
          'write /work/dangling x',
          'rename /work/deep/moved /work/../moved',
          'link /work/deep/moved /work/../moved',
          'rm /work/../a.txt',
          'rm /work/out',
          'list /work',
        ]),
        [
          ...['ok', 'ok', 'ok', 'ok', 'ok', 'ok still there false', 'ok true'],
          ...[NOT_CAPABLE, NOT_CAPABLE, NOT_CAPABLE, NOT_CAPABLE, NOT_CAPABLE],
          ...['ok', 'ok again,b.txt,dangling,deep/'],
        ],
      );
    });
    assert.equal(readFileSync(path.join(inside, 'dir', 'deep', 'moved'), 'utf8'), 'hello!');
    assert.equal(readFileSync(path.join(inside, 'a.txt'), 'utf8'), 'content');
    assert.equal(existsSync(path.join(inside, 'made')), false);
  });

  it('are those of the load, whatever has their names later', async () => {
    const module = await loadModule(TOUR, { directories: { '/data': inside }, aot: 'off' });
    try {
      linkSync(path.join(inside, 'a.txt'), path.join(root, 'kept'));
      spawnSync('mv', [inside, path.join(root, 'moved')]);
      mkdirSync(inside);
      writeFileSync(path.join(inside, 'a.txt'), 'another');
      assert.deepEqual(await answers(module, ['read /data/a.txt']), ['ok content']);
    } finally {
      await module.close();
    }
  });

  it('are listed whole, in as many calls as the guest takes', async () => {
    for (let i = 0; i < 3000; ++i) writeFileSync(path.join(inside, 'dir', `name-${i}`), '');
    await withModule(TOUR, { directories: { '/d': inside }, aot: 'off' }, async (module) => {
      const [line] = await answers(module, ['list /d/dir']);
      assert.deepEqual(line!.slice(3).split(','), readdirSync(path.join(inside, 'dir')).sort());
    });
  });
});
