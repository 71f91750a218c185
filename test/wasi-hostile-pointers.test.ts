import assert from 'node:assert/strict';

import { MODES } from './support/modes.js';
import { WasiProgram } from './support/wasi-program.js';
import type { WasiFunction } from './support/wasi-program.js';

const FILES = { '/a.txt': Buffer.from('content') };
const ROOT = 3;
// The program's memory ends at two pages.
const LAST = 0x1_ffff;
const OUTSIDE = [0x2_0000, 0x7fff_ffff, 0xffff_ffff];

type Call = [Exclude<WasiFunction, 'proc_exit'>, (number | bigint)[]];

/** Every function that takes an address, with `at` for one of its addresses. */
function calls(at: number): Call[] {
  return [
    ['args_get', [at, 0]],
    ['args_get', [0, at]],
    ['args_sizes_get', [at, 0]],
    ['args_sizes_get', [0, at]],
    ['environ_get', [at, 0]],
    ['environ_get', [0, at]],
    ['environ_sizes_get', [at, 0]],
    ['environ_sizes_get', [0, at]],
    ['clock_res_get', [0, at]],
    ['clock_time_get', [0, 0n, at]],
    ['fd_fdstat_get', [0, at]],
    ['fd_filestat_get', [ROOT, at]],
    ['fd_pread', [5, at, 1, 0n, 0]],
    ['fd_pread', [5, 64, 1, 0n, at]],
    ['fd_prestat_get', [ROOT, at]],
    ['fd_prestat_dir_name', [ROOT, at, 1]],
    ['fd_read', [0, at, 1, 0]],
    ['fd_read', [0, 64, 1, at]],
    ['fd_readdir', [ROOT, at, 100, 0n, 0]],
    ['fd_readdir', [ROOT, 512, 100, 0n, at]],
    ['fd_seek', [5, 0n, 0, at]],
    ['fd_tell', [5, at]],
    ['fd_write', [1, at, 1, 0]],
    ['fd_write', [1, 64, 1, at]],
    ['path_create_directory', [ROOT, at, 5]],
    ['path_filestat_get', [ROOT, 0, at, 5, 512]],
    ['path_filestat_get', [ROOT, 0, 16, 5, at]],
    ['path_filestat_set_times', [ROOT, 0, at, 5, 0n, 0n, 0]],
    ['path_link', [ROOT, 0, at, 5, ROOT, 16, 5]],
    ['path_link', [ROOT, 0, 16, 5, ROOT, at, 5]],
    ['path_open', [ROOT, 0, at, 5, 0, 2n, 0n, 0, 0]],
    ['path_open', [ROOT, 0, 16, 5, 0, 2n, 0n, 0, at]],
    ['path_readlink', [ROOT, at, 5, 512, 64, 0]],
    ['path_readlink', [ROOT, 16, 5, at, 64, 0]],
    ['path_readlink', [ROOT, 16, 5, 512, 64, at]],
    ['path_remove_directory', [ROOT, at, 5]],
    ['path_rename', [ROOT, at, 5, ROOT, 16, 5]],
    ['path_rename', [ROOT, 16, 5, ROOT, at, 5]],
    ['path_symlink', [at, 5, ROOT, 16, 5]],
    ['path_symlink', [16, 5, ROOT, at, 5]],
    ['path_unlink_file', [ROOT, at, 5]],
    ['poll_oneoff', [at, 512, 1, 0]],
    ['poll_oneoff', [512, at, 1, 0]],
    ['poll_oneoff', [512, 1024, 1, at]],
    ['random_get', [at, 16]],
  ];
}

describe('An address outside of the memory', () => {
  for (const { aot, mode } of MODES) {
    it(`gives fault from every function, for each address it takes (${mode})`, async () => {
      for (const at of [LAST, ...OUTSIDE]) {
        // Where a single byte is sufficient, the last one is valid.
        const tried = calls(at).filter(([name]) => at !== LAST || name !== 'fd_prestat_dir_name');
        const program = new WasiProgram()
          .data(16, 'a.txt')
          .words(64, 256, 4)
          .call('path_open', ROOT, 0, 16, 5, 0, 2n, 0n, 0, 0);
        for (const [name, args] of tried) program.call(name, ...args);
        const { errnos, stdout } = await program.run(
          { files: FILES, aot, env: { A: '1', B: '2' } },
          { args: ['x', 'y'], stdin: 'input' },
        );
        assert.equal(errnos[0], 'success');
        assert.deepEqual(
          errnos.slice(1).map((errno, index) => `${tried[index]!.flat().join(' ')}: ${errno}`),
          tried.map((call) => `${call.flat().join(' ')}: fault`),
        );
        assert.equal(stdout.length, 0, 'nothing was written before the check');
      }
    });
  }

  it('gives fault in an iovec, and for lengths that would wrap', async () => {
    const { errnos, memory, stdout } = await new WasiProgram()
      // Both buffers of the first list are valid; then one is outside; then one wraps around.
      .words(0, 256, 4, 512, 4)
      .words(32, 256, 4, 0x2_0000, 1)
      .words(64, 256, 0xffff_ffff)
      .words(96, 0xffff_fff0, 0x20)
      .call('fd_write', 1, 32, 2, 128)
      .call('fd_write', 1, 64, 1, 128)
      .call('fd_write', 1, 96, 1, 128)
      .call('fd_write', 1, 0, 0x2000_0000, 128)
      .call('fd_write', 1, 0, 0xffff_ffff, 128)
      .call('fd_read', 0, 32, 2, 128)
      .call('fd_read', 0, 64, 1, 128)
      .call('random_get', 16, 0xffff_fff0)
      .call('random_get', 0xffff_fff0, 0x20)
      .call('path_open', ROOT, 0, 16, 0xffff_fff8, 0, 2n, 0n, 0, 128)
      .call('poll_oneoff', 0, 0, 0x1000_0000, 128)
      .call('fd_read', 0, 0, 2, 132)
      .run({ files: FILES }, { stdin: 'untouched' });
    assert.deepEqual(new Set(errnos.slice(0, -1)), new Set(['fault']));
    assert.equal(errnos.at(-1), 'success');
    assert.equal(memory.readUInt32LE(128), 0);
    assert.equal(memory.readUInt32LE(132), 8, 'no refused read took anything');
    assert.equal(stdout.length, 0);
  });
});
