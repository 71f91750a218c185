import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { factsOfRust, takeOrBuild } from './kept-builds.mjs';

describe('what Rust builds for this machine', () => {
  let folder, builds, key, begun;
  const before = process.env.WASMEDGE_EMBED_CACHE;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'));
    process.env.WASMEDGE_EMBED_CACHE = path.join(folder, 'cache');
    builds = 0;
    key = 'key';
    begun = false;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    delete process.env.WASMEDGE_EMBED_CACHE;
    if (before !== undefined) process.env.WASMEDGE_EMBED_CACHE = before;
  });

  const program = (clone) => path.join(folder, clone, 'debug/program');
  const takeIn = (clone, details = {}) =>
    takeOrBuild({
      name: 'programs',
      folder: path.join(folder, clone),
      keyOf: () => key,
      hasBegun: () => begun,
      build: async () => {
        builds += 1;
        mkdirSync(path.dirname(program(clone)), { recursive: true });
        writeFileSync(program(clone), `build ${builds}`);
        return [program(clone)];
      },
      ...details,
    });

  it('is taken by another clone', async () => {
    assert.equal(await takeIn('first'), false);
    assert.equal(await takeIn('second'), true);
    assert.equal(readFileSync(program('second'), 'utf8'), 'build 1');
  });

  it('is built anew from other sources', async () => {
    await takeIn('first');
    key = 'other';
    assert.equal(await takeIn('second'), false);
    assert.equal(builds, 2);
  });

  it('is left to cargo where cargo has built before', async () => {
    await takeIn('first');
    begun = true;
    assert.equal(await takeIn('first'), false);
    assert.equal(builds, 2);
  });

  it('is built anew if what was kept is damaged', async () => {
    await takeIn('first');
    writeFileSync(path.join(folder, 'cache/programs/key/debug/program'), 'damaged');
    assert.equal(await takeIn('second'), false);
    assert.equal(readFileSync(program('second'), 'utf8'), 'build 2');
    assert.equal(await takeIn('third'), true);
    assert.equal(readFileSync(program('third'), 'utf8'), 'build 2');
  });

  it('is not kept if sources were edited meanwhile, or if it is not for others', async () => {
    await takeIn('first', { keyOf: () => `key ${builds}` });
    await takeIn('first', { build: async () => [] });
    assert.ok(!existsSync(path.join(folder, 'cache')));
  });

  describe('depends', () => {
    const facts = async () => JSON.stringify(await factsOfRust(folder, path.join(folder, 'crate')));

    for (const name of ['RUSTFLAGS', 'CARGO_PROFILE_DEV_OPT_LEVEL', 'CC', 'LD_LIBRARY_PATH']) {
      it(`on ${name}`, async () => {
        const value = process.env[name];
        const without = await facts();
        process.env[name] = `${value ?? ''}x`;
        try {
          assert.notEqual(await facts(), without);
        } finally {
          delete process.env[name];
          if (value !== undefined) process.env[name] = value;
        }
      });
    }

    it("on cargo's and Clippy's settings in folders above", async () => {
      const without = await facts();
      mkdirSync(path.join(folder, '.cargo'));
      writeFileSync(path.join(folder, '.cargo/config.toml'), '[build]');
      const withCargo = await facts();
      writeFileSync(path.join(folder, 'clippy.toml'), 'msrv = "1.85"');
      assert.equal(new Set([without, withCargo, await facts()]).size, 3);
    });
  });
});
