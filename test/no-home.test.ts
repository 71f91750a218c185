import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ROOT } from './support/paths.js';
import { runScript, scriptOutput } from './support/process.js';
import { skip } from './support/skip.js';
import { assemble } from './support/wat.js';

/** The ID of no user, as containers may get one. */
const NOBODY = 54_321;
const ADDER = '(module (func (export "one") (result i32) (i32.const 1)))';

/** Folders that not even root can create. */
const NOWHERE = { WASMEDGE_EMBED_CACHE: '/dev/null/cache', TMPDIR: '/dev/null' };
const LOAD = `
  const module = await wasmedge.loadModule(process.env.MODULE);
  console.log(module.mode);
  await module.close();`;

describe('A user without a home', () => {
  let folder = '';
  let env: Record<string, string | undefined>;

  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become a user without a home');
    folder = mkdtempSync(path.join(tmpdir(), 'no-home-'));
    chmodSync(folder, 0o777);
    env = {
      ...{ HOME: undefined, XDG_CACHE_HOME: undefined, WASMEDGE_EMBED_CACHE: undefined },
      ...{ WASMEDGE_EMBED_DATA: undefined, TMPDIR: folder },
    };
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  /** Begins as root, and continues as that user. */
  const asNobody = (script: string): string => `
    const wasmedge = require('wasmedge-embed');
    process.setgroups([]);
    process.setgid(${NOBODY});
    process.setuid(${NOBODY});
    (async () => { ${script} })();`;

  it('finds the default model, and has modules compiled, in the temporary folder', async () => {
    const file = path.join(folder, 'one.wasm');
    writeFileSync(file, await assemble(ADDER));
    chmodSync(file, 0o644);
    const output = await scriptOutput(
      asNobody(`
        console.log(wasmedge.findModel().file);
        const module = await wasmedge.loadModule(${JSON.stringify(file)});
        console.log(module.mode, await module.call('one'));
        await module.close();`),
      { env },
    );
    assert.equal(output, `${path.join(ROOT, 'models/default/model.tflite')}\naot 1\n`);
  });

  it('is served by a cache that was filled before and that it cannot write', async () => {
    const cache = path.join(folder, 'filled');
    const module = path.join(folder, 'two.wasm');
    writeFileSync(module, await assemble(ADDER.replaceAll('one', 'two')));
    const filled = { ...env, MODULE: module, WASMEDGE_EMBED_CACHE: cache };
    const asRoot = `const wasmedge = require('wasmedge-embed'); (async () => { ${LOAD} })();`;
    assert.equal(await scriptOutput(asRoot, { env: filled }), 'aot\n');
    for (const each of [cache, path.join(cache, 'aot')]) chmodSync(each, 0o755);
    for (const each of readdirSync(path.join(cache, 'aot'))) {
      chmodSync(path.join(cache, 'aot', each), 0o755);
    }
    const readOnly = { ...filled, TMPDIR: NOWHERE.TMPDIR };
    assert.equal(await scriptOutput(asNobody(LOAD), { env: readOnly }), 'aot\n');
  });

  it('is told to name a folder where the model is to be fetched', async () => {
    const { stderr, code } = await runScript(
      asNobody(`
        process.argv.push('model', 'fetch');
        require('./dist/cli/main.js');`),
      { env },
    );
    assert.equal(code, 1);
    assert.match(stderr, /ERR_MODEL: .*no home directory\. Set WASMEDGE_EMBED_CACHE to a folder/);
  });
});

describe('Where nothing can be written', () => {
  it('modules are interpreted, and the warning names the variable that helps', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'read-only-'));
    try {
      const file = path.join(folder, 'one.wasm');
      writeFileSync(file, await assemble(ADDER));
      const { stdout, stderr } = await runScript(
        `const { loadModule } = require('wasmedge-embed');
         (async () => {
           const module = await loadModule(${JSON.stringify(file)});
           console.log(module.mode);
           await module.close();
         })();`,
        { env: NOWHERE },
      );
      assert.equal(stdout, 'interpreter\n');
      assert.match(
        stderr,
        /WASMEDGE_EMBED_INTERPRETED.*Set WASMEDGE_EMBED_CACHE to a writable folder/s,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
