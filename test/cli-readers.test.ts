import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';

import { folderWith } from './support/model-files.js';
import { ROOT } from './support/paths.js';
import { assemble, watGuest } from './support/wat.js';

const MAIN = path.join(ROOT, 'dist', 'cli', 'main.js');

interface Ended {
  code: number | null;
  /** The text on the stream that is still read. */
  text: string;
}

/** Runs the command; the reader of one of its two outputs is gone before it writes. */
async function withoutReaderOf(
  unread: 'stdout' | 'stderr',
  args: readonly string[],
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child[unread].destroy();
  const read = unread === 'stdout' ? child.stderr : child.stdout;
  read.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

describe('A command whose output is not read', () => {
  it('ends quietly when that was standard output, as others do by SIGPIPE', async () => {
    const file = await watGuest('kept');
    for (const args of [['doctor'], ['inspect', file], ['inspect', '--json', file]]) {
      assert.deepEqual(
        await withoutReaderOf('stdout', args),
        { code: 141, text: '' },
        args.join(' '),
      );
    }
  });

  it('goes on when that was standard error', async () => {
    const folder = folderWith({ 'adder.wasm': await assemble('(module (func (export "f")))') });
    const file = path.join(folder, 'adder.wasm');
    const compiled = await withoutReaderOf('stderr', ['compile', '--progress', file]);
    assert.equal(compiled.code, 0);
    assert.match(compiled.text, /adder\.so: \d+ KiB/u);
    assert.ok(existsSync(path.join(folder, 'adder.so')));
  });

  it('has the exit code of what went wrong, though nobody reads what that was', async () => {
    const kept = await watGuest('kept');
    for (const [args, code] of [
      [['inspect', 'nowhere.wasm'], 1],
      [['inspect', '--no-such-option'], 1],
      [['run', '--no-such-option'], 64],
      [['run', '--invoke', 'divide', kept, '0'], 134],
    ] as const) {
      assert.deepEqual(await withoutReaderOf('stderr', args), { code, text: '' }, args.join(' '));
    }
  });

  it('says so where a disk is full', async () => {
    const full = openSync('/dev/full', 'w');
    const args = [MAIN, 'inspect', await watGuest('kept')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let told = '';
    child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 1);
    assert.match(told, /^wasmedge-embed: standard output cannot be written: .*ENOSPC.*\n$/u);
  });
});
