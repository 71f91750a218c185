import assert from 'node:assert/strict';

import { RIGHTS, WasiProgram } from './support/wasi-program.js';

const FILES = { '/a.txt': Buffer.from('0123456789') };
const FILE = 5;
const DIRECTORY = 3;
const REGULAR_FILE_TYPE = 4;

/** A program that has opened /a.txt as FILE, and has an iovec at 64 of 4 bytes at 256. */
function withFile(): WasiProgram {
  return new WasiProgram()
    .data(16, 'a.txt')
    .words(64, 256, 4)
    .call('path_open', DIRECTORY, 0, 16, 5, 0, RIGHTS.fdRead, 0n, 0, 0);
}

describe('WASI descriptors', () => {
  it('begin with no preopened directory where there are no files', async () => {
    const { errnos } = await new WasiProgram().call('fd_prestat_get', 3, 0).run();
    assert.deepEqual(errnos, ['badf']);
  });

  it('begin with the preopened "/" and "."', async () => {
    const { errnos, memory } = await new WasiProgram()
      .call('fd_prestat_get', 3, 0)
      .call('fd_prestat_dir_name', 3, 32, 1)
      .call('fd_prestat_get', 4, 8)
      .call('fd_prestat_dir_name', 4, 33, 1)
      .call('fd_prestat_get', 5, 16)
      .call('fd_prestat_get', 0, 16)
      .call('fd_prestat_dir_name', 3, 32, 0)
      .call('fd_prestat_dir_name', 0, 32, 8)
      .run({ files: FILES });
    assert.deepEqual(errnos, [
      ...['success', 'success', 'success', 'success'],
      ...['badf', 'badf', 'nametoolong', 'notdir'],
    ]);
    assert.deepEqual(
      [0, 4, 8, 12].map((at) => memory.readUInt32LE(at)),
      [0, 1, 0, 1],
    );
    assert.equal(memory.toString('latin1', 32, 35), '/.\0');
  });

  it('of files are read, sought and told', async () => {
    const seen = (at: number): number => Number(memory.readBigUInt64LE(at));
    const { errnos, memory } = await withFile()
      .call('fd_read', FILE, 64, 1, 96)
      .call('fd_tell', FILE, 104)
      .call('fd_seek', FILE, -2n, 1, 112)
      .call('fd_seek', FILE, -1n, 2, 120)
      .call('fd_read', FILE, 64, 1, 100)
      .call('fd_seek', FILE, 1n << 40n, 0, 128)
      .call('fd_read', FILE, 64, 1, 136)
      .call('fd_seek', FILE, -1n, 0, 144)
      .call('fd_seek', FILE, 0n, 3, 144)
      .call('fd_seek', FILE, (1n << 63n) - 1n, 1, 144)
      .call('fd_tell', FILE, 152)
      .run({ files: FILES });
    assert.deepEqual(errnos.slice(1), [
      ...['success', 'success', 'success', 'success', 'success', 'success', 'success'],
      ...['inval', 'inval', 'inval', 'success'],
    ]);
    assert.equal(memory.readUInt32LE(96), 4);
    assert.deepEqual([seen(104), seen(112), seen(120)], [4, 2, 9]);
    assert.equal(memory.readUInt32LE(100), 1);
    assert.equal(memory.toString('latin1', 256, 260), '9123', 'the last byte over the first four');
    assert.equal(seen(128), 2 ** 40, 'beyond the end, where nothing is read');
    assert.equal(memory.readUInt32LE(136), 0);
    assert.equal(seen(144), 0, 'a refused seek writes nothing');
    assert.equal(seen(152), 2 ** 40, 'and moves nothing');
  });

  it('are read elsewhere by fd_pread, which does not move them', async () => {
    const { errnos, memory } = await withFile()
      .call('fd_pread', FILE, 64, 1, 7n, 96)
      .call('fd_tell', FILE, 104)
      .call('fd_pread', FILE, 64, 1, (1n << 64n) - 1n, 100)
      .call('fd_pread', DIRECTORY, 64, 1, 0n, 100)
      .run({ files: FILES });
    assert.deepEqual(errnos.slice(1), ['success', 'success', 'success', 'isdir']);
    assert.equal(memory.readUInt32LE(96), 3);
    assert.equal(memory.toString('latin1', 256, 260), '789\0');
    assert.equal(memory.readBigUInt64LE(104), 0n);
    assert.equal(memory.readUInt32LE(100), 0);
  });

  it('are moved by fd_renumber', async () => {
    const { errnos, memory } = await withFile()
      .call('path_open', DIRECTORY, 0, 16, 5, 0, RIGHTS.fdRead, 0n, 0, 4)
      .call('fd_read', FILE, 64, 1, 96)
      .call('fd_renumber', FILE, FILE + 1)
      .call('fd_tell', FILE, 104)
      .call('fd_tell', FILE + 1, 104)
      .call('fd_renumber', FILE + 1, FILE + 1)
      .call('fd_renumber', FILE, FILE + 1)
      .call('fd_renumber', FILE + 1, 99)
      .call('fd_renumber', FILE + 1, 0)
      .call('fd_read', 0, 64, 1, 96)
      .run({ files: FILES }, { stdin: 'what was given' });
    assert.deepEqual(errnos.slice(2), [
      ...['success', 'success', 'badf', 'success', 'success'],
      ...['badf', 'badf', 'success', 'success'],
    ]);
    assert.equal(memory.readBigUInt64LE(104), 4n, 'the position moves along');
    assert.equal(memory.toString('latin1', 256, 260), '4567', 'stdin is now the file');
  });

  it('are free again once they are closed', async () => {
    const { errnos, memory } = await withFile()
      .call('fd_close', FILE)
      .call('fd_close', FILE)
      .call('fd_read', FILE, 64, 1, 96)
      .call('fd_close', DIRECTORY)
      .call('path_open', DIRECTORY, 0, 16, 5, 0, RIGHTS.fdRead, 0n, 0, 0)
      .call('path_open', 4, 0, 16, 5, 0, RIGHTS.fdRead, 0n, 0, 4)
      .run({ files: FILES });
    assert.deepEqual(errnos.slice(1), ['success', 'badf', 'badf', 'success', 'badf', 'success']);
    assert.equal(memory.readUInt32LE(4), DIRECTORY, 'the lowest free number');
  });

  it('tell their type, flags and rights', async () => {
    const { errnos, memory } = await withFile()
      .call('fd_fdstat_get', FILE, 512)
      .call('fd_fdstat_get', DIRECTORY, 544)
      .call('fd_fdstat_get', 0, 576)
      .call('fd_fdstat_get', 99, 608)
      .call('fd_fdstat_set_flags', FILE, 4)
      .call('fd_fdstat_get', FILE, 640)
      .call('fd_fdstat_set_flags', FILE, 0x20)
      .run({ files: FILES });
    assert.deepEqual(errnos.slice(1), [
      ...['success', 'success', 'success', 'badf', 'success', 'success', 'inval'],
    ]);
    assert.equal(memory.readUInt8(512), REGULAR_FILE_TYPE);
    assert.equal(memory.readUInt8(544), 3, 'a directory');
    const fileRights = memory.readBigUInt64LE(520);
    assert.equal(fileRights & RIGHTS.fdRead, RIGHTS.fdRead);
    assert.equal(fileRights & RIGHTS.fdWrite, 0n);
    assert.equal(memory.readBigUInt64LE(552) & RIGHTS.pathOpen, RIGHTS.pathOpen);
    assert.deepEqual([memory.readUInt16LE(514), memory.readUInt16LE(642)], [0, 4]);
  });

  it('can give up rights and not gain them', async () => {
    const { errnos } = await withFile()
      .call('fd_fdstat_set_rights', FILE, RIGHTS.fdRead | RIGHTS.fdWrite, 0n)
      .call('fd_fdstat_set_rights', FILE, RIGHTS.fdRead, 0n)
      .call('fd_read', FILE, 64, 1, 96)
      .call('fd_seek', FILE, 1n, 0, 104)
      .call('fd_fdstat_set_rights', FILE, RIGHTS.fdRead | RIGHTS.fdSeek, 0n)
      .call('fd_fdstat_set_rights', 99, 0n, 0n)
      .run({ files: FILES });
    assert.deepEqual(errnos.slice(1), [
      ...['notcapable', 'success', 'success', 'notcapable', 'notcapable', 'badf'],
    ]);
  });

  it('and paths have the same file status', async () => {
    const { errnos, memory } = await withFile()
      .call('fd_filestat_get', FILE, 512)
      .call('path_filestat_get', DIRECTORY, 1, 16, 5, 576)
      .call('fd_filestat_get', DIRECTORY, 640)
      .call('fd_filestat_get', 1, 704)
      .call('fd_filestat_get', 99, 704)
      .call('path_filestat_get', DIRECTORY, 0, 16, 4, 704)
      .run({ files: FILES });
    assert.deepEqual(errnos.slice(1), [
      'success',
      'success',
      'success',
      'success',
      'badf',
      'noent',
    ]);
    assert.ok(memory.subarray(512, 576).equals(memory.subarray(576, 640)));
    assert.equal(memory.readUInt8(512 + 16), REGULAR_FILE_TYPE);
    assert.equal(memory.readBigUInt64LE(512 + 32), 10n);
    assert.notEqual(memory.readBigUInt64LE(512 + 8), memory.readBigUInt64LE(640 + 8), 'inodes');
  });

  it('take advice and are synchronized', async () => {
    const { errnos } = await withFile()
      .call('fd_advise', FILE, 0n, 10n, 0)
      .call('fd_advise', FILE, 0n, 10n, 6)
      .call('fd_advise', FILE, 1n, (1n << 64n) - 1n, 0)
      .call('fd_advise', 0, 0n, 0n, 0)
      .call('fd_sync', FILE)
      .call('fd_datasync', FILE)
      .call('fd_sync', 99)
      .call('fd_datasync', 99)
      .run({ files: FILES });
    assert.deepEqual(errnos.slice(1), [
      ...['success', 'inval', 'inval', 'spipe', 'success', 'success', 'badf', 'badf'],
    ]);
  });
});
