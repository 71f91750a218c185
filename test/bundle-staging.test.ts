import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { makeFolder, mappedFiles } from './support/bundle.js';
import { fails } from './support/errors.js';
import { folderWith } from './support/model-files.js';
import { ROOT } from './support/paths.js';
import { skip } from './support/skip.js';

describe('The folder of a bundle', () => {
  it('is not there after a full disk, of which the error tells', async () => {
    const folder = folderWith({});
    const target = path.join(folder, 'out');
    const making = makeFolder(target, (staging) => {
      writeFileSync(path.join(staging, 'a'), 'a');
      // The kernel's file for it: each write fails with ENOSPC.
      writeFileSync('/dev/full', 'b');
      return Promise.resolve();
    });
    const { message } = await fails('ERR_BUNDLE', making);
    assert.match(message, /^Cannot write .*out: .*no space left on device/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('hides no fault of the program', async () => {
    const fault = new TypeError('a bug');
    const making = makeFolder(path.join(folderWith({}), 'out'), () => Promise.reject(fault));
    await assert.rejects(making, fault);
  });
});

describe('What a process has loaded', () => {
  it('is read from its maps', () => {
    const line = (file: string): string => `7f00-7f01 r-xp 00000000 08:01 7   ${file}`;
    const maps = [
      line('/lib/libc.so.6'),
      line('/lib/libc.so.6'),
      line('[heap]'),
      line('/usr/bin/node'),
    ];
    assert.deepEqual(mappedFiles(maps.join('\n')), ['/lib/libc.so.6']);
  });

  it('is told to be unknown where /proc is not mounted', function () {
    const script = "require('./dist/bundle/libraries.js').mappedFiles()";
    const shell = 'umount -l /proc && exec "$0" -e "$1"';
    const args = ['--mount', 'sh', '-c', shell, process.execPath, script];
    const { status, stderr } = spawnSync('unshare', args, { cwd: ROOT, encoding: 'utf8' });
    if (/unshare: unshare failed|umount:/.test(stderr)) skip(this, 'this user may not unmount');
    assert.notEqual(status, 0);
    assert.match(stderr, /code: 'ERR_BUNDLE'/);
    assert.match(stderr, /mount -t proc proc \/proc/);
  });
});
