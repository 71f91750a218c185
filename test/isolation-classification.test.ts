import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { LoadOptions, LoadedModule, RunOptions, WasmEdgeError } from 'wasmedge-embed';
import { loadModule } from 'wasmedge-embed';

import { DATA, requireData } from './support/data.js';
import { ISOLATIONS } from './support/isolations.js';
import { FITTED_DEFAULT_MODEL, SMALL_MODEL, compiledGuest } from './support/paths.js';
import { forEachOf } from './support/wasmedge-program.js';

interface Guest {
  name: string;
  file: string;
  options: LoadOptions;
  /** How it receives a picture. */
  run: (picture: Buffer) => RunOptions;
  folders: readonly string[];
}

const ALL = ['photos', 'jpegs/valid', 'jpegs/odd', 'jpegs/malformed'];

const GUESTS: Guest[] = [
  {
    name: 'the guest with the model by name',
    file: compiledGuest('image-classification'),
    options: { models: { default: SMALL_MODEL } },
    run: (picture) => ({ stdin: picture, args: ['--format', 'json', '--top-k', '23'] }),
    folders: ALL,
  },
  {
    name: 'the same guest with the default model, all of its scores',
    file: compiledGuest('image-classification'),
    options: { models: { default: FITTED_DEFAULT_MODEL } },
    run: (picture) => ({ stdin: picture, args: ['--format', 'json', '--top-k', '1000'] }),
    folders: ['photos'],
  },
  {
    name: "the original's way: model in the guest, decoded by the host, hexadecimal input",
    file: compiledGuest('image-classification-wasmedge-tensorflow'),
    options: { hostModules: ['wasmedge_image'] },
    run: (picture) => ({ stdin: picture.toString('hex') }),
    folders: ALL,
  },
];

/** How a run ended: normally, or with which error. */
async function endOf(module: LoadedModule, options: RunOptions): Promise<Record<string, unknown>> {
  try {
    const { stdout, stderr, exitCode } = await module.run(options);
    return { stdout: stdout.toString('latin1'), stderr: stderr.toString(), exitCode };
  } catch (error) {
    const { code, limit, trap, message, stdout, stderr } = error as WasmEdgeError;
    return { code, limit, trap, message, stdout: String(stdout), stderr: String(stderr) };
  }
}

for (const { name, file, options, run, folders } of GUESTS) {
  describe(`Every isolation gives the same bytes (${name})`, () => {
    let modules: LoadedModule[] = [];
    before(async function () {
      requireData(this);
      modules = await Promise.all(
        ISOLATIONS.map((isolation) => loadModule(file, { ...options, isolation })),
      );
    });
    after(() => Promise.all(modules.map((module) => module.close())));

    for (const folder of folders) {
      it(`for ${folder}`, async () => {
        const directory = path.join(DATA, folder);
        const names = readdirSync(directory);
        assert.ok(names.length > 0);
        let answers = 0;
        await forEachOf(names, async (each) => {
          const input = run(readFileSync(path.join(directory, each)));
          const [first, ...others] = await Promise.all(
            modules.map((module) => endOf(module, input)),
          );
          for (const other of others) assert.deepEqual(other, first, each);
          if (first?.['exitCode'] === 0) answers++;
        });
        if (folder === 'photos') assert.equal(answers, names.length);
      });
    }
  });
}
