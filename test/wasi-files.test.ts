import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { rustGuest } from './support/paths.js';
import { complaintOf, withModule } from './support/run-guest.js';
import { temporaryPath } from './support/wat.js';

const TOUR = rustGuest('std-tour');

describe('WASI files', () => {
  const content = randomBytes(100_000);
  const files = {
    '/greeting.txt': Buffer.from('hello'),
    '/empty': new Uint8Array(0),
    '/data/large.bin': content,
    '/data/deep/er/größe 画像.txt': Buffer.from('unicode'),
  };
  let module: LoadedModule;

  before(async () => {
    module = await loadModule(TOUR, { files });
  });
  after(() => module.close());

  const run = (...args: string[]): ReturnType<LoadedModule['run']> => module.run({ args });

  for (const path of [
    '/greeting.txt',
    'greeting.txt',
    './greeting.txt',
    '/data/../greeting.txt',
    'data/deep/../../greeting.txt',
    '//greeting.txt',
  ]) {
    it(`are read by the path ${path}`, async () => {
      const { stdout, stderr, exitCode } = await run('read', path);
      assert.deepEqual([stdout.toString(), stderr.toString(), exitCode], ['hello', '', 0]);
    });
  }

  it('are read whole, large and empty ones and those with any name', async () => {
    assert.ok((await run('read', '/data/large.bin')).stdout.equals(content));
    assert.equal((await run('read', 'empty')).stdout.length, 0);
    assert.equal((await run('read', 'data/deep/er/größe 画像.txt')).stdout.toString(), 'unicode');
  });

  it('are listed, with the directories that their paths make', async () => {
    const listed = async (path: string): Promise<string> =>
      (await run('list', path)).stdout.toString();
    const root = 'dir data\nfile 0 empty\nfile 5 greeting.txt\n';
    assert.equal(await listed('/'), root);
    assert.equal(await listed('.'), root);
    assert.equal(await listed('data'), 'dir deep\nfile 100000 large.bin\n');
    assert.equal(await listed('/data/deep/er'), 'file 7 größe 画像.txt\n');
  });

  it('have a type and a size', async () => {
    assert.equal((await run('stat', '/data/large.bin')).stdout.toString(), 'file 100000\n');
    assert.equal((await run('stat', 'data')).stdout.toString(), 'dir\n');
    assert.equal((await run('stat', '/')).stdout.toString(), 'dir\n');
  });

  it('are sought from their start and their end', async () => {
    const { stdout } = await run('seek', '/data/large.bin', '99000', '500');
    assert.ok(stdout.equals(content.subarray(99_000, 99_500)));
    const fromEnd = await run('seek', '/data/large.bin', '-10', '10');
    assert.ok(fromEnd.stdout.equals(content.subarray(-10)));
  });

  for (const [path, error] of [
    ['/missing', 'NotFound (os error 44)'],
    ['/etc/passwd', 'NotFound (os error 44)'],
    ['/greeting.txt/below', 'NotADirectory (os error 54)'],
    ['/data', 'IsADirectory (os error 31)'],
    ['x'.repeat(300), 'InvalidFilename (os error 37)'],
  ] as const) {
    it(`answer ${error} for ${path.slice(0, 20)}`, async () => {
      const { stdout, stderr, exitCode } = await run('read', path);
      assert.deepEqual([stdout.length, stderr.toString(), exitCode], [0, `${error}\n`, 1]);
    });
  }

  it('do not lead out of the guest by ".."', async () => {
    for (const path of ['..', '../etc/passwd', '/../../../../etc/passwd', 'data/../../x']) {
      const { stdout, exitCode } = await run('read', path);
      assert.deepEqual([stdout.length, exitCode], [0, 1], path);
    }
  });

  it('cannot be made, changed or removed', async () => {
    const readOnly = 'ReadOnlyFilesystem (os error 69)';
    const written = await run('write', '/new.txt');
    assert.equal(written.stdout.toString(), `write: ${readOnly}\n`);
    const mutated = await run('mutate', '/greeting.txt');
    assert.equal(mutated.exitCode, 0, 'no attempt succeeded');
    const answers = new Map(
      mutated.stdout
        .toString()
        .trim()
        .split('\n')
        .map((line) => line.split(': ') as [string, string]),
    );
    for (const attempt of [
      'create_dir',
      'remove_file',
      'rename',
      'hard_link',
      'append',
      'truncate',
    ]) {
      assert.equal(answers.get(attempt), readOnly, attempt);
    }
    assert.match(answers.get('remove_dir')!, /NotADirectory/);
    assert.equal((await run('read', '/greeting.txt')).stdout.toString(), 'hello');
  });

  it('given as host paths are read once, when the module is loaded', async () => {
    const host = temporaryPath('host.txt');
    writeFileSync(host, 'as loaded');
    await withModule(TOUR, { files: { '/config': host } }, async (loaded) => {
      writeFileSync(host, 'changed since');
      assert.equal(
        (await loaded.run({ args: ['read', '/config'] })).stdout.toString(),
        'as loaded',
      );
    });
  });

  it('given as bytes are copied: the caller may change them', async () => {
    const bytes = Buffer.from('as given');
    await withModule(TOUR, { files: { '/config': bytes } }, async (loaded) => {
      bytes.fill('x');
      assert.equal((await loaded.run({ args: ['read', '/config'] })).stdout.toString(), 'as given');
    });
  });

  it('are none by default', async () => {
    const complaint = await complaintOf(1, TOUR, {}, { args: ['list', '/'] });
    // The program's own error: it had nothing to look in.
    assert.equal(complaint, 'Uncategorized');
  });
});
