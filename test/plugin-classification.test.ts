import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { LoadOptions, LoadedModule } from 'wasmedge-embed';

import { DATA, requireData } from './support/data.js';
import { SMALL_MODEL, compiledGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { forEachOf, programModels, runProgram } from './support/wasmedge-program.js';
import type { ProgramOptions } from './support/wasmedge-program.js';

const SMALL = {
  file: SMALL_MODEL,
  labels: path.join(path.dirname(SMALL_MODEL), 'labels.txt'),
};
const LARGE = {
  file: path.join(DATA, 'models', 'mobilenet_v1_0.75_192_quant.tflite'),
  labels: path.join(DATA, 'models', 'labels_mobilenet_quant_v1_224.txt'),
};

interface Case {
  title: string;
  guest: string;
  load: LoadOptions;
  program: () => Promise<ProgramOptions>;
  /** How the guest receives pictures. */
  stdin: (picture: Buffer) => Buffer;
}

const raw = (picture: Buffer): Buffer => picture;
const wasiNn = (title: string, model: typeof SMALL): Case => ({
  title: `through wasi-nn, ${title}`,
  guest: compiledGuest('image-classification'),
  load: { models: { default: model } },
  program: () => programModels({ default: model }),
  stdin: raw,
});

const CASES: Case[] = [
  wasiNn('a small model', SMALL),
  wasiNn('MobileNet v1', LARGE),
  {
    title: "the original's way",
    guest: compiledGuest('image-classification-wasmedge-tensorflow'),
    load: { hostModules: ['wasmedge_image'] },
    program: () => Promise.resolve({}),
    stdin: (picture) => Buffer.from(picture.toString('hex')),
  },
];

const filesIn = (folder: string): string[] =>
  readdirSync(path.join(DATA, folder)).map((name) => path.join(DATA, folder, name));

/**
 * Runs a picture in both ways, whose results must be identical, and returns the standard output.
 */
async function compare(
  { guest, stdin }: Case,
  module: LoadedModule,
  program: ProgramOptions,
  file: string,
  args: readonly string[],
): Promise<string> {
  const picture = stdin(readFileSync(file));
  const [embedded, spawned] = await Promise.all([
    module.run({ stdin: picture, args }),
    runProgram(guest, { ...program, stdin: picture, args }),
  ]);
  const form = (result: { stdout: Buffer; stderr: Buffer; exitCode: number | null }): object => ({
    stdout: result.stdout.toString(),
    stderr: result.stderr.toString(),
    exitCode: result.exitCode,
  });
  assert.deepEqual(form(spawned), form(embedded), file);
  assert.deepEqual(spawned.failures, [], file);
  return embedded.stdout.toString();
}

describe("The classification guests under WasmEdge's own program, with the plug-ins", () => {
  before(function () {
    requireData(this);
  });

  for (const each of CASES) {
    it(`say of every photograph what they say in-process (${each.title})`, async () => {
      const program = await each.program();
      await withModule(each.guest, each.load, async (module) => {
        await forEachOf(filesIn('photos'), async (file) => {
          const sentence = await compare(each, module, program, file, []);
          assert.match(sentence, / in the picture\.?\n$/);
          const args = ['--format', 'json', '--top-k', '1001'];
          assert.match(await compare(each, module, program, file, args), /"score":/);
        });
      });
    });

    // A guest that decodes by itself gives wasi-nn the same calls for each of them in the isolation
    // `subprocess`, which starts the same program with the same plug-ins: see
    // isolation-classification.test.ts. Here plug-ins decode, within limits that nobody has set.
    if (!each.load.hostModules?.includes('wasmedge_image')) continue;
    it(`end in the same way for every other JPEG (${each.title})`, async function () {
      // About two hundred, with a process for each.
      this.timeout(300_000);
      const program = await each.program();
      await withModule(each.guest, each.load, async (module) => {
        const files = ['valid', 'odd', 'malformed'].flatMap((folder) =>
          filesIn(path.join('jpegs', folder)),
        );
        assert.ok(files.length > 100);
        await forEachOf(files, async (file) => {
          await compare(each, module, program, file, ['--format', 'json']);
        });
      });
    });
  }
});
