import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { clearestPhotograph } from '../support/examples.js';
import { blocksOf } from '../support/documentation-code.js';
import { readText } from '../support/documentation.js';
import { folderWith } from '../support/model-files.js';
import { ROOT } from '../support/paths.js';
import { runNode } from '../support/process.js';
import type { Ended } from '../support/process.js';

/** The compilers, as the set-up has found them. */
function compiler(name: string): string {
  const command = process.env[name];
  assert.ok(command, "Run these tests with 'npm run test:examples'.");
  return command;
}

describe('The programs of docs/getting-started.md', function () {
  this.timeout(120_000);

  let folder: string;

  before(() => {
    // The first line of each is a comment with the name of its file.
    const blocks = blocksOf(
      { name: 'getting-started.md', text: readText('docs/getting-started.md') },
      'js|rust|c',
    );
    const files = blocks.map(({ text }) => [/^\/\/ (\S+)\n/.exec(text)?.[1] ?? '', text] as const);
    assert.deepEqual(
      files.map(([name]) => name),
      ['classify.mjs', 'lines.rs', 'lines.c', 'lines.mjs', 'index.mjs'],
    );
    folder = folderWith(Object.fromEntries(files));
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(ROOT, path.join(folder, 'node_modules', 'wasmedge-embed'));
  });

  function compile(command: string, ...args: string[]): void {
    execFileSync(command, args, { cwd: folder, stdio: 'inherit' });
  }

  async function prints(expected: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await started(...args);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, expected);
  }

  function started(...args: string[]): Promise<Ended> {
    return runNode(args, { WASMEDGE_EMBED_DATA: '' }, folder);
  }

  it('name what a photograph shows', async () => {
    const { file, topK } = await clearestPhotograph();
    const { code, stdout, stderr } = await started('classify.mjs', file);
    assert.equal(code, 0, stderr);
    for (const { label } of topK) assert.ok(stdout.includes(label), stdout);
    assert.match(stdout, /executeMs: /);
  });

  it('count lines, in Rust and in C', async () => {
    const linker = process.env['WASMEDGE_EMBED_WASM_LINKER'];
    const rust = ['--target', 'wasm32-wasip1', '-O', ...(linker ? ['-C', `linker=${linker}`] : [])];
    compile(compiler('WASMEDGE_EMBED_RUSTC'), ...rust, 'lines.rs');
    await prints('0 2 lines\n\n', 'lines.mjs');
    const c = ['--target=wasm32-wasi', '-O2', 'lines.c', '-o', 'lines.wasm'];
    compile(compiler('WASMEDGE_EMBED_WASI_COMPILER'), ...c);
    await prints('0 2 lines\n\n', 'lines.mjs');
  });

  it('answer as a Lambda handler', async () => {
    const call =
      "import { handler } from './index.mjs';" +
      "const { body } = await handler({ body: 'one' }, { awsRequestId: '1' });" +
      'process.stderr.write(body);';
    const { code, stderr } = await started('--input-type=module', '-e', call);
    assert.deepEqual([code, stderr], [0, '1 lines\n']);
  });
});
