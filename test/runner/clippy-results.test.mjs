import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { unlessKnown } from './clippy-results.mjs';

describe('results of Clippy', () => {
  let folder, crate, source;
  const before = process.env.WASMEDGE_EMBED_CACHE;
  const crates = path.join(root, 'build/clippy-results-test');
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'));
    process.env.WASMEDGE_EMBED_CACHE = path.join(folder, 'cache');
    mkdirSync(crates, { recursive: true });
    crate = mkdtempSync(path.join(crates, 'crate-'));
    source = path.join(crate, 'main.rs');
    writeFileSync(source, 'fn main() {}');
  });
  afterEach(() => {
    for (const each of [folder, crate]) rmSync(each, { recursive: true });
    rmSync(path.join(root, 'build/clippy-results', nameOf()), { recursive: true, force: true });
    delete process.env.WASMEDGE_EMBED_CACHE;
    if (before !== undefined) process.env.WASMEDGE_EMBED_CACHE = before;
  });
  const nameOf = () => `clippy-${path.relative(root, crate).replaceAll('/', '-')}`;

  const clippy = (details = {}) => ({
    command: 'true',
    args: ['clippy'],
    options: { cwd: crate, env: { PATH: '/bin' } },
    inputs: [path.relative(root, crate)],
    ...details,
  });
  /** Runs all commands, and returns what they wrote. */
  const check = async (command = clippy(), facts = ['1.85']) => {
    const commands = unlessKnown([command], facts);
    const outputs = [];
    for (const each of commands) {
      const { code, output } = await run(each.command, each.args, each.options);
      outputs.push(output);
      if (code !== 0) break;
    }
    return { asked: commands.some(({ args }) => args[0] === 'clippy'), output: outputs.join('') };
  };

  it('are not asked for again', async () => {
    assert.equal((await check()).asked, true);
    const { asked, output } = await check();
    assert.equal(asked, false);
    assert.match(output, /^Clippy has found nothing in the same sources before: build\/clippy-re/);
  });

  it('are asked for if anything has changed', async () => {
    await check();
    assert.equal((await check(clippy(), ['1.86'])).asked, true);
    assert.equal((await check(clippy({ args: ['clippy', '--all'] }))).asked, true);
    writeFileSync(source, 'fn main() { return; }');
    assert.equal((await check()).asked, true);
    writeFileSync(path.join(crate, 'clippy.toml'), '');
    assert.equal((await check()).asked, true);
  });

  it('are not kept if Clippy has found something', async () => {
    await check(clippy({ command: 'false' }));
    await check(clippy({ command: 'false' }));
    assert.equal((await check(clippy({ command: 'false' }))).asked, true);
    assert.throws(() => readdirSync(path.join(folder, 'cache')), { code: 'ENOENT' });
  });

  it('are not kept if sources were edited meanwhile', async () => {
    const args = ['-c', `echo >> ${source}`, 'clippy'];
    await check(clippy({ command: 'sh', args }));
    assert.throws(() => readdirSync(path.join(folder, 'cache')), { code: 'ENOENT' });
  });

  it('are always asked for where inputs are not known', async () => {
    for (let time = 0; time < 2; time += 1) {
      assert.equal((await check(clippy({ inputs: undefined }))).asked, true);
    }
  });
});
