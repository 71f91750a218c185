import assert from 'node:assert/strict';

import { WasiProgram } from './support/wasi-program.js';
import type { WasiFunction } from './support/wasi-program.js';

const FILES = { '/file': Buffer.from('content'), '/dir/below': Buffer.from('b') };
const ROOT = 3;
const FILE = 5;
// The positions of the paths "file", "dir" and "new" in each program, by address and length.
const file = [16, 4] as const;
const dir = [32, 3] as const;
const missing = [48, 3] as const;

type Call = [Exclude<WasiFunction, 'proc_exit'>, (number | bigint)[], string];

const CALLS: Call[] = [
  ['path_create_directory', [ROOT, ...missing], 'rofs'],
  ['path_create_directory', [ROOT, ...dir], 'exist'],
  ['path_create_directory', [FILE, ...missing], 'notdir'],
  ['path_create_directory', [99, ...missing], 'badf'],
  ['path_filestat_set_times', [ROOT, 0, ...file, 0n, 0n, 1], 'rofs'],
  ['path_filestat_set_times', [ROOT, 0, ...file, 0n, 0n, 3], 'inval'],
  ['path_filestat_set_times', [ROOT, 0, ...missing, 0n, 0n, 1], 'noent'],
  ['path_link', [ROOT, 0, ...file, ROOT, ...missing], 'rofs'],
  ['path_link', [ROOT, 0, ...file, ROOT, ...dir], 'exist'],
  ['path_link', [ROOT, 0, ...missing, ROOT, ...missing], 'noent'],
  ['path_readlink', [ROOT, ...file, 512, 64, 600], 'inval'],
  ['path_readlink', [ROOT, ...missing, 512, 64, 600], 'noent'],
  ['path_remove_directory', [ROOT, ...dir], 'rofs'],
  ['path_remove_directory', [ROOT, ...file], 'notdir'],
  ['path_rename', [ROOT, ...file, ROOT, ...missing], 'rofs'],
  ['path_rename', [ROOT, ...missing, ROOT, ...file], 'noent'],
  ['path_symlink', [...file, ROOT, ...missing], 'rofs'],
  ['path_symlink', [...file, ROOT, ...dir], 'exist'],
  ['path_unlink_file', [ROOT, ...file], 'rofs'],
  ['path_unlink_file', [ROOT, ...dir], 'isdir'],
  ['path_unlink_file', [ROOT, ...missing], 'noent'],
  ['fd_write', [FILE, 64, 1, 72], 'badf'],
  ['fd_pwrite', [FILE, 64, 1, 0n, 72], 'badf'],
  ['fd_pwrite', [ROOT, 64, 1, 0n, 72], 'isdir'],
  ['fd_allocate', [FILE, 0n, 100n], 'badf'],
  ['fd_allocate', [1, 0n, 100n], 'spipe'],
  ['fd_filestat_set_size', [FILE, 0n], 'badf'],
  ['fd_filestat_set_size', [ROOT, 0n], 'isdir'],
  ['fd_filestat_set_times', [FILE, 0n, 0n, 1], 'rofs'],
  ['fd_filestat_set_times', [FILE, 0n, 0n, 3], 'inval'],
  ['fd_read', [ROOT, 64, 1, 72], 'isdir'],
  ['proc_raise', [6], 'notsup'],
  ['sock_accept', [0, 0, 72], 'notsock'],
  ['sock_accept', [99, 0, 72], 'badf'],
  ['sock_recv', [0, 64, 1, 0, 72, 76], 'notsock'],
  ['sock_recv', [99, 64, 1, 0, 72, 76], 'badf'],
  ['sock_send', [1, 64, 1, 0, 72], 'notsock'],
  ['sock_send', [99, 64, 1, 0, 72], 'badf'],
  ['sock_shutdown', [ROOT, 0], 'notsock'],
  ['sock_shutdown', [99, 0], 'badf'],
];

describe('What WASI does not grant', () => {
  it('answers with an errno and never traps', async () => {
    const program = new WasiProgram()
      .data(file[0], 'file')
      .data(dir[0], 'dir')
      .data(missing[0], 'new')
      .words(64, 256, 4)
      .call('path_open', ROOT, 0, ...file, 0, 2n, 0n, 0, 0);
    for (const [name, args] of CALLS) program.call(name, ...args);
    const { errnos, stdout } = await program.run({ files: FILES });
    assert.deepEqual(
      errnos.slice(1).map((errno, index) => `${CALLS[index]![0]}: ${errno}`),
      CALLS.map(([name, , errno]) => `${name}: ${errno}`),
    );
    assert.equal(stdout.length, 0);
  });
});
