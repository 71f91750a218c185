import assert from 'node:assert/strict';

import { OFLAGS, WasiProgram } from './support/wasi-program.js';

const FILES = {
  '/one': Buffer.from('1'),
  '/two/below': Buffer.from('22'),
  '/größe': Buffer.from('333'),
};
const ROOT = 3;
const BUFFER = 1024;
const DIRECTORY_TYPE = 3;
const FILE_TYPE = 4;

interface Entry {
  next: number;
  inode: number;
  type: number;
  name: string;
}

/** The complete entries in the output of fd_readdir. */
function entries(bytes: Buffer): Entry[] {
  const found: Entry[] = [];
  for (let at = 0; at + 24 <= bytes.length;) {
    const end = at + 24 + bytes.readUInt32LE(at + 16);
    if (end > bytes.length) break;
    found.push({
      next: Number(bytes.readBigUInt64LE(at)),
      inode: Number(bytes.readBigUInt64LE(at + 8)),
      type: bytes.readUInt8(at + 20),
      name: bytes.toString('utf8', at + 24, end),
    });
    at = end;
  }
  return found;
}

/** One fd_readdir of the root. */
async function read(size: number, cookie: bigint): Promise<Buffer> {
  const { errnos, memory } = await new WasiProgram()
    .call('fd_readdir', ROOT, BUFFER, size, cookie, 0)
    .run({ files: FILES });
  assert.deepEqual(errnos, ['success']);
  assert.ok(memory.subarray(BUFFER + size, BUFFER + size + 64).every((byte) => byte === 0));
  return memory.subarray(BUFFER, BUFFER + memory.readUInt32LE(0));
}

describe('WASI fd_readdir', () => {
  it('gives ".", ".." and the entries, with type and inode', async () => {
    const bytes = await read(4096, 0n);
    assert.ok(bytes.length < 4096, 'less than the buffer: the end of the directory');
    const all = entries(bytes);
    assert.deepEqual(
      all.map(({ name, type }) => [name, type]),
      [
        ['.', DIRECTORY_TYPE],
        ['..', DIRECTORY_TYPE],
        ['größe', FILE_TYPE],
        ['one', FILE_TYPE],
        ['two', DIRECTORY_TYPE],
      ],
    );
    const inodes = all.slice(2).map((each) => each.inode);
    assert.equal(new Set(inodes).size, 3);
    assert.ok(!inodes.includes(0));
  });

  it('goes on where a cookie says', async () => {
    const all = entries(await read(4096, 0n));
    for (const [index, { next }] of all.entries()) {
      assert.deepEqual(entries(await read(4096, BigInt(next))), all.slice(index + 1));
    }
    assert.equal((await read(4096, 99n)).length, 0);
    assert.equal((await read(4096, (1n << 64n) - 1n)).length, 0);
  });

  it('fills a small buffer to its end, cutting an entry', async () => {
    const whole = await read(4096, 0n);
    for (const size of [0, 1, 24, 25, 60]) {
      assert.ok((await read(size, 0n)).equals(whole.subarray(0, size)), `${size} bytes`);
    }
  });

  it('is for directories only', async () => {
    const { errnos } = await new WasiProgram()
      .data(16, 'one')
      .call('path_open', ROOT, 0, 16, 3, 0, 2n, 0n, 0, 0)
      .call('fd_readdir', 5, BUFFER, 100, 0n, 0)
      .call('fd_readdir', 0, BUFFER, 100, 0n, 0)
      .call('fd_readdir', 99, BUFFER, 100, 0n, 0)
      .run({ files: FILES });
    assert.deepEqual(errnos, ['success', 'notdir', 'notdir', 'badf']);
  });

  it('reads an opened directory', async () => {
    const { errnos, memory } = await new WasiProgram()
      .data(16, 'two')
      .call('path_open', ROOT, 0, 16, 3, OFLAGS.directory, 0n, 0n, 0, 0)
      .call('fd_readdir', 5, BUFFER, 4096, 0n, 4)
      .run({ files: FILES });
    assert.deepEqual(errnos, ['success', 'success']);
    const bytes = memory.subarray(BUFFER, BUFFER + memory.readUInt32LE(4));
    assert.deepEqual(
      entries(bytes).map((each) => each.name),
      ['.', '..', 'below'],
    );
  });
});
