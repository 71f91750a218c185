import assert from 'node:assert/strict';

import { OFLAGS, RIGHTS, WasiProgram } from './support/wasi-program.js';

const FILES = { '/a.txt': Buffer.from('content of a'), '/dir/b': Buffer.from('b') };
const ROOT = 3;
const CURRENT = 4;
const FIRST_OPENED = 5;

describe('WASI path_open', () => {
  interface Case {
    path: string;
    directory?: number;
    flags?: number;
    rights?: bigint;
    fdFlags?: number;
    answer: string;
  }
  const cases: Case[] = [
    { path: 'a.txt', answer: 'success' },
    { path: 'a.txt', directory: CURRENT, answer: 'success' },
    { path: './dir/../a.txt', answer: 'success' },
    { path: 'dir', answer: 'success' },
    { path: 'dir/', flags: OFLAGS.directory, rights: 0n, answer: 'success' },
    { path: '.', answer: 'success' },
    { path: 'a.txt', flags: OFLAGS.directory, answer: 'notdir' },
    { path: 'a.txt/', answer: 'notdir' },
    { path: 'a.txt/b', answer: 'notdir' },
    { path: 'missing', answer: 'noent' },
    { path: 'missing/b', flags: OFLAGS.creat, answer: 'noent' },
    { path: '', answer: 'noent' },
    { path: '/a.txt', answer: 'notcapable' },
    { path: '..', answer: 'notcapable' },
    { path: 'dir/../../a.txt', answer: 'notcapable' },
    { path: 'a\0.txt', answer: 'inval' },
    { path: 'n'.repeat(256), answer: 'nametoolong' },
    { path: 'n/'.repeat(2049), answer: 'nametoolong' },
    { path: 'new', flags: OFLAGS.creat, rights: RIGHTS.fdWrite, answer: 'rofs' },
    { path: 'a.txt', flags: OFLAGS.creat, answer: 'success' },
    { path: 'a.txt', flags: OFLAGS.creat | OFLAGS.excl, answer: 'exist' },
    { path: 'a.txt', flags: OFLAGS.trunc, answer: 'rofs' },
    { path: 'a.txt', rights: RIGHTS.fdWrite, answer: 'rofs' },
    { path: 'dir', rights: RIGHTS.fdWrite, answer: 'isdir' },
    { path: 'a.txt', flags: 0x10, answer: 'inval' },
    { path: 'a.txt', fdFlags: 0x20, answer: 'inval' },
    { path: 'a.txt', directory: 0, answer: 'notdir' },
    { path: 'a.txt', directory: 5, answer: 'badf' },
    { path: 'a.txt', directory: -1, answer: 'badf' },
  ];

  it('answers as the interface defines', async () => {
    const untouched = 0xdead_beef;
    for (const each of cases) {
      const { path, directory = ROOT, flags = 0, rights = RIGHTS.fdRead, fdFlags = 0 } = each;
      const { errnos, memory } = await new WasiProgram()
        .words(0, untouched)
        .data(16, path)
        .call('path_open', directory, 0, 16, Buffer.byteLength(path), flags, rights, 0n, fdFlags, 0)
        .run({ files: FILES, aot: 'off' });
      const what = JSON.stringify({ ...each, path: path.slice(0, 20) }, (_, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value,
      );
      assert.deepEqual(errnos, [each.answer], what);
      const expected = each.answer === 'success' ? FIRST_OPENED : untouched;
      assert.equal(memory.readUInt32LE(0), expected, what);
    }
  });

  it('opens below an opened directory', async () => {
    const { errnos, memory } = await new WasiProgram()
      .data(16, 'dir')
      .data(32, 'b')
      .data(48, '../a.txt')
      .words(64, 256, 16)
      .call('path_open', ROOT, 0, 16, 3, OFLAGS.directory, 0n, RIGHTS.fdRead, 0, 0)
      .call('path_open', FIRST_OPENED, 0, 32, 1, 0, RIGHTS.fdRead, 0n, 0, 4)
      .call('fd_read', FIRST_OPENED + 1, 64, 1, 8)
      .call('path_open', FIRST_OPENED, 0, 48, 8, 0, RIGHTS.fdRead, 0n, 0, 12)
      .run({ files: FILES });
    assert.deepEqual(errnos, ['success', 'success', 'success', 'notcapable']);
    assert.deepEqual([memory.readUInt32LE(4), memory.readUInt32LE(8)], [FIRST_OPENED + 1, 1]);
    assert.equal(memory.toString('latin1', 256, 257), 'b');
  });

  it('gives a descriptor without the right to read where that was not asked for', async () => {
    const { errnos } = await new WasiProgram()
      .data(16, 'a.txt')
      .words(64, 256, 16)
      .call('path_open', ROOT, 0, 16, 5, 0, 0n, 0n, 0, 0)
      .call('fd_read', FIRST_OPENED, 64, 1, 8)
      .run({ files: FILES });
    assert.deepEqual(errnos, ['success', 'badf']);
  });

  it('says when a thousand descriptors are open, and goes on when one is closed', async () => {
    const program = new WasiProgram().data(16, 'a.txt');
    const open = (): unknown =>
      program.call('path_open', ROOT, 0, 16, 5, 0, RIGHTS.fdRead, 0n, 0, 0);
    for (let fd = FIRST_OPENED; fd < 1024; ++fd) open();
    open();
    program.call('fd_close', 500);
    open();
    const { errnos, memory } = await program.run({ files: FILES, aot: 'off' });
    assert.deepEqual(errnos.slice(-3), ['mfile', 'success', 'success']);
    assert.deepEqual(new Set(errnos.slice(0, -3)), new Set(['success']));
    assert.equal(memory.readUInt32LE(0), 500);
  });
});
