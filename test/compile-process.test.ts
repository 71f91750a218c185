import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { CLASSIFIER } from './support/classification.js';
import { runScript } from './support/process.js';
import { skip } from './support/skip.js';
import { temporaryPath, watGuest } from './support/wat.js';
import { eventually, isAlive } from './support/workers.js';

/** A script that compiles the largest guest, and reports its process and the outcome. */
function compiling(output: string): string {
  return `
    const { compileModule } = require('wasmedge-embed');
    compileModule(${JSON.stringify(CLASSIFIER)}, ${JSON.stringify(output)}, { optimize: 3 }).then(
      () => console.log('compiled'),
      ({ code, message }) => console.log(code, message),
    );
    const { readFileSync } = require('node:fs');
    const children = '/proc/self/task/' + process.pid + '/children';
    const interval = setInterval(() => {
      const child = Number(readFileSync(children, 'utf8').split(' ')[0]);
      // It works when it has opened WasmEdge.
      if (!child || !readFileSync('/proc/' + child + '/maps', 'utf8').includes('libwasmedge')) return;
      clearInterval(interval);
      whenThere(child);
  }, 5);`;
}

/** Parts of a script that report whether this process has loaded LLVM and what has replaced it. */
const MAPPED = `
  const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8');
  const has = (name) => maps.includes(name);
  console.log(JSON.stringify({
    wasmedge: has('/libwasmedge.so'), llvm: has('/libLLVM'), standIn: has('absent-libLLVM'),
  }));`;

describe('Compiling in a process of its own', () => {
  /** Compiles, loads and runs, then reports what is mapped. */
  async function mapped(env: Record<string, string | undefined>): Promise<unknown> {
    const guest = await watGuest('numbers');
    const { stdout, stderr, code } = await runScript(
      `
        const { compileModule, loadModule } = require('wasmedge-embed');
        (async () => {
          const output = ${JSON.stringify(temporaryPath('numbers.so'))};
          await compileModule(${JSON.stringify(guest)}, output);
          await run(await loadModule(output));
          ${MAPPED}
        })();
        async function run(module) {
          console.log(await module.call('add', 3, 4));
          await module.close();
        }`,
      { env },
    );
    assert.equal(code, 0, stderr);
    const [sum, facts] = stdout.trim().split('\n');
    assert.equal(sum, '7');
    return JSON.parse(facts ?? '');
  }

  it('leaves this process without LLVM, which ends as it should all the same', async function () {
    const facts = (await mapped({ WASMEDGE_EMBED_LLVM: 'load' })) as { llvm: boolean };
    if (!facts.llvm) skip(this, 'this WasmEdge has LLVM inside it');
    assert.deepEqual(facts, { wasmedge: true, llvm: true, standIn: false });
    assert.deepEqual(await mapped({ WASMEDGE_EMBED_LLVM: undefined }), {
      wasmedge: true,
      llvm: false,
      standIn: true,
    });
  });

  it('fails with the way in which that process ended, and leaves no file', async () => {
    const output = temporaryPath('crashed.so');
    const { stdout, code } = await runScript(
      `${compiling(output)}
       function whenThere(child) { process.kill(child, 'SIGKILL'); }`,
    );
    assert.match(stdout, /^ERR_MODULE_LOAD .* was ended by SIGKILL\.\n$/);
    assert.equal(code, 0);
    const folder = readdirSync(path.dirname(output));
    assert.deepEqual(
      folder.filter((name) => name.includes('crashed')),
      [],
    );
  });

  it('says so where no process can be started', async () => {
    const { stdout, code } = await runScript(`
      const { compileModule } = require('wasmedge-embed');
      Object.defineProperty(process, 'execPath', { value: '/nowhere/node' });
      compileModule(${JSON.stringify(CLASSIFIER)}, ${JSON.stringify(temporaryPath('never.so'))}).catch(
        ({ code, message }) => console.log(code, message),
      );`);
    assert.match(
      stdout,
      /^ERR_MODULE_LOAD The compiler's process cannot be started: .*ENOENT\.\n$/,
    );
    assert.equal(code, 0);
  });

  it('ends with this process, however that ends', async () => {
    const output = temporaryPath('orphan.so');
    const { stdout, signal } = await runScript(
      `${compiling(output)}
       function whenThere(child) {
         require('node:fs').writeSync(1, String(child));
         process.kill(process.pid, 'SIGKILL');
       }`,
    );
    assert.equal(signal, 'SIGKILL');
    const compiler = Number(stdout);
    assert.ok(compiler > 1, stdout);
    // A process whose parent died is reaped by another.
    await eventually(() => !isAlive(compiler));
    assert.ok(!existsSync(output));
  });
});
