import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

import { rustGuest } from './support/paths.js';
import { runOnce, withModule } from './support/run-guest.js';
import { WasiProgram } from './support/wasi-program.js';

const TOUR = rustGuest('std-tour');

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('WASI standard streams', () => {
  it('carry 10 MB of binary from stdin to stdout', async () => {
    const stdin = randomBytes(10_000_000);
    const { stdout, stderr, exitCode } = await runOnce(TOUR, {}, { args: ['cat'], stdin });
    assert.equal(stdout.length, stdin.length);
    assert.equal(sha256(stdout), sha256(stdin));
    assert.equal(stderr.length, 0);
    assert.equal(exitCode, 0);
  });

  it('have an empty stdin by default, and when it is empty', async () => {
    await withModule(TOUR, { args: ['cat'] }, async (module) => {
      for (const options of [{}, { stdin: '' }, { stdin: Buffer.alloc(0) }]) {
        const { stdout, exitCode } = await module.run(options);
        assert.equal(stdout.length, 0);
        assert.equal(exitCode, 0);
      }
    });
  });

  it('take text as UTF-8', async () => {
    const { stdout } = await runOnce(TOUR, {}, { args: ['upper'], stdin: 'größe 🦀\n' });
    assert.equal(stdout.toString(), 'GRÖSSE 🦀\n');
  });

  it('keep stdout and stderr apart', async () => {
    const { stdout, stderr } = await runOnce(TOUR, {}, { args: ['stderr', 'a warning'] });
    assert.equal(stdout.length, 0);
    assert.equal(stderr.toString(), 'a warning\n');
  });

  it('scatter what is read and gather what is written', async () => {
    const { errnos, memory, stdout, stderr } = await new WasiProgram()
      .words(0, 100, 3, 200, 0, 300, 10)
      .call('fd_read', 0, 0, 3, 64)
      .call('fd_read', 0, 0, 3, 68)
      .data(400, 'written in parts')
      .words(32, 408, 3, 400, 8)
      .call('fd_write', 1, 32, 2, 72)
      .call('fd_write', 2, 32, 1, 76)
      .run({}, { stdin: 'abcdef' });
    assert.deepEqual(errnos, ['success', 'success', 'success', 'success']);
    assert.equal(memory.subarray(100, 104).toString(), 'abc\0');
    assert.equal(memory.subarray(300, 304).toString(), 'def\0');
    assert.equal(memory.readUInt32LE(64), 6, 'all of stdin');
    assert.equal(memory.readUInt32LE(68), 0, 'then its end');
    assert.equal(stdout.toString(), 'in written ');
    assert.equal(memory.readUInt32LE(72), 11);
    assert.equal(stderr.toString(), 'in ');
    assert.equal(memory.readUInt32LE(76), 3);
  });

  it('are read-only and write-only, cannot be sought, and can be closed', async () => {
    const { errnos, stderr } = await new WasiProgram()
      .words(0, 100, 4)
      .call('fd_write', 0, 0, 1, 64)
      .call('fd_read', 1, 0, 1, 64)
      .call('fd_seek', 0, 0, 0, 64)
      .call('fd_tell', 1, 64)
      .call('fd_pread', 0, 0, 1, 0, 64)
      .call('fd_pwrite', 1, 0, 1, 0, 64)
      .call('fd_close', 2)
      .call('fd_write', 2, 0, 1, 64)
      .call('fd_close', 2)
      .run({}, { stdin: 'input' });
    assert.deepEqual(errnos, [
      ...['badf', 'badf', 'spipe', 'spipe', 'spipe', 'spipe'],
      ...['success', 'badf', 'badf'],
    ]);
    assert.equal(stderr.length, 0);
  });
});
