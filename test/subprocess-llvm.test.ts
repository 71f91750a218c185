import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';
import type { LoadOptions, LoadedModule } from 'wasmedge-embed';

import { withEnvironment } from './support/environment.js';
import { fails } from './support/errors.js';
import { MODES } from './support/modes.js';
import { rustGuest } from './support/paths.js';
import { scriptOutput } from './support/process.js';
import { withModule } from './support/run-guest.js';
import { shellScript } from './support/shell-script.js';
import { skip } from './support/skip.js';
import { temporaryPath } from './support/wat.js';
import { program } from './support/wasmedge-program.js';
import { childrenOf, eventually } from './support/workers.js';

const TOUR = rustGuest('std-tour');
const isolation = 'subprocess';
const WITH_LLVM = { llvm: true, standIn: false };
const WITHOUT_LLVM = { llvm: false, standIn: true };

/** The mappings of a process of the program while its guest runs. */
async function mapsOf(module: LoadedModule): Promise<string> {
  const controller = new AbortController();
  const run = module.run({ args: ['sleep', '600000'], signal: controller.signal });
  let maps = '';
  await eventually(() => {
    const [child] = childrenOf(process.pid, '\0sleep\0');
    maps = child === undefined ? '' : readFileSync(`/proc/${child}/maps`, 'utf8');
    return maps.includes('libwasmedge_embed_plugin');
  });
  controller.abort();
  const { stderr } = await fails('ERR_ABORTED', run);
  assert.equal(stderr?.toString(), '');
  return maps;
}

const seen = (maps: string): typeof WITH_LLVM => ({
  llvm: maps.includes('/libLLVM'),
  standIn: maps.includes('absent-libLLVM'),
});

const loaded = (options: LoadOptions = {}): Promise<typeof WITH_LLVM> =>
  withModule(TOUR, { isolation, ...options }, async (module) => seen(await mapsOf(module)));

/** The descriptors of this process that lead to a stand-in. */
const descriptors = (): string[] =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).includes('absent-libLLVM');
    } catch {
      return false; // that of the folder itself
    }
  });

describe("LLVM, in the processes of WasmEdge's program,", () => {
  before(async function () {
    const { llvm, standIn } = await loaded();
    if (!llvm && !standIn) skip(this, 'this WasmEdge has LLVM inside it');
  });

  for (const { aot, mode } of MODES) {
    it(`is left out (${mode})`, async () => {
      assert.deepEqual(await loaded({ aot }), WITHOUT_LLVM);
    });
  }

  it('is loaded where it is asked for', async () => {
    const variable = { WASMEDGE_EMBED_LLVM: 'load' };
    assert.deepEqual(await loaded({ childEnv: variable }), WITH_LLVM);
    await withEnvironment(variable, async () => {
      assert.deepEqual(await loaded(), WITH_LLVM);
    });
  });

  it('is left out beside what the caller preloads', async () => {
    const library = 'libresolv.so.2';
    await withModule(TOUR, { isolation }, async (module) => {
      assert.ok(!(await mapsOf(module)).includes(library));
    });
    const childEnv = { LD_PRELOAD: library };
    await withModule(TOUR, { isolation, childEnv }, async (module) => {
      const maps = await mapsOf(module);
      assert.ok(maps.includes(library));
      assert.deepEqual(seen(maps), WITHOUT_LLVM);
    });
    assert.deepEqual(await loaded({ childEnv: { LD_PRELOAD: '' } }), WITHOUT_LLVM);
  });

  it('is loaded, and the guest told nothing, by a program that closes the descriptor', async () => {
    const closing = shellScript(`exec '${program()}' "$@" 4<&-`);
    assert.deepEqual(await loaded({ subprocess: { program: closing } }), WITH_LLVM);
    const passing = shellScript(`exec '${program()}' "$@"`);
    assert.deepEqual(await loaded({ subprocess: { program: passing } }), WITHOUT_LLVM);
  });

  it('is loaded once the library has been replaced', async () => {
    const folder = temporaryPath('libraries');
    mkdirSync(folder);
    const library = path.join(folder, 'libwasmedge.so.0');
    const maps = await withModule(TOUR, { isolation }, mapsOf);
    copyFileSync(/\/.*\/libwasmedge\.so.*/.exec(maps)![0], library);
    const options = { isolation, childEnv: { LD_LIBRARY_PATH: folder } } as const;
    await withModule(TOUR, options, async (module) => {
      const before = await mapsOf(module);
      assert.ok(before.includes(library));
      assert.deepEqual(seen(before), WITHOUT_LLVM);
      utimesSync(library, 1, 1);
      assert.deepEqual(seen(await mapsOf(module)), WITH_LLVM);
    });
  });

  it('has a descriptor for each module, until that is closed', async () => {
    assert.deepEqual(descriptors(), []);
    const one = await loadModule(TOUR, { isolation });
    const other = await loadModule(TOUR, { isolation });
    assert.equal(descriptors().length, 2);
    const run = one.run({ args: ['upper'], stdin: 'answer' });
    const closed = one.close();
    assert.equal((await run).stdout.toString(), 'ANSWER');
    await closed;
    assert.equal(descriptors().length, 1);
    await other.close();
    assert.deepEqual(descriptors(), []);
    await withEnvironment({ TMPDIR: '/dev/null/nowhere' }, async () => {
      await fails('ERR_MODULE_LOAD', loadModule(TOUR, { isolation }));
    });
    assert.deepEqual(descriptors(), []);
  });

  it('has no descriptor left when a thread ends, which says nothing of it', async () => {
    const load = `require('wasmedge-embed').loadModule(${JSON.stringify(TOUR)}, { isolation: 'subprocess' })`;
    for (const close of ['module.close()', 'undefined']) {
      const output = await scriptOutput(`
        const { Worker } = require('node:worker_threads');
        const { readdirSync, readlinkSync } = require('node:fs');
        const count = () => readdirSync('/proc/self/fd').filter((name) => {
          try { return readlinkSync('/proc/self/fd/' + name).includes('absent-libLLVM'); } catch { return false; }
        }).length;
        process.on('warning', ({ message }) => console.log(message));
        const worker = new Worker(${JSON.stringify(`
          const { parentPort } = require('node:worker_threads');
          process.on('warning', ({ message }) => parentPort.postMessage(message));
          ${load}.then(async (module) => {
            await module.run({ args: ['exit', '0'] });
            parentPort.postMessage('ran');
            parentPort.once('message', async () => {
              await ${close};
              setTimeout(() => process.exit(), 50);
            });
          });`)}, { eval: true });
        worker.on('message', (text) => {
          console.log(text, count());
          worker.postMessage('end');
        });
        worker.on('exit', () => console.log('ended', count()));`);
      assert.equal(output, 'ran 1\nended 0\n');
    }
  });
});
