import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './support/paths.js';
import { skip } from './support/skip.js';
import { temporaryPath, wasmFile } from './support/wat.js';

describe('Two caches on file systems of their own', () => {
  it('are told apart where their files have the same inode number and descriptor', async function () {
    const folder = temporaryPath('devices');
    const caches = ['a', 'b'].map((name) => path.join(folder, name));
    const files = [
      await wasmFile('(module (func (export "f") (result i32) (i32.const 1)))'),
      await wasmFile('(module (func (export "f") (result i32) (i32.const 2)))'),
    ];
    for (const cache of caches) mkdirSync(cache, { recursive: true });
    const script = `
      const { readdirSync, statSync } = require('node:fs');
      const { loadModule } = require('wasmedge-embed');
      const caches = ${JSON.stringify(caches)}, files = ${JSON.stringify(files)};
      (async () => {
        const seen = [];
        for (const [index, cache] of caches.entries()) {
          process.env.WASMEDGE_EMBED_CACHE = cache + '/cache';
          const module = await loadModule(files[index]);
          const [name] = readdirSync(cache + '/cache/aot');
          seen.push([await module.call('f'), statSync(cache + '/cache/aot/' + name).ino]);
        }
        console.log(JSON.stringify(seen));
        process.exit();
      })();`;
    const mounts = caches.map((cache) => `mount -t tmpfs -o mode=700 none ${cache}`).join(' && ');
    const inPrivate = (command: string) =>
      spawnSync('unshare', ['--mount', 'sh', '-c', command, process.execPath, script], {
        cwd: ROOT,
        encoding: 'utf8',
      });
    if (inPrivate(mounts).status !== 0) skip(this, 'this user may not mount file systems');
    const { stdout, stderr } = inPrivate(`${mounts} && exec "$0" -e "$1"`);
    assert.equal(stderr, '');
    const [[first, inode], [second, other]] = JSON.parse(stdout) as [
      [number, number],
      [number, number],
    ];
    assert.equal(inode, other, 'the files were made in the same order');
    assert.deepEqual([first, second], [1, 2]);
  });
});
