import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { LoadedModule } from 'wasmedge-embed';

import { DATA, requireData } from './support/data.js';
import { DEFAULT_MODEL, compiledGuest } from './support/paths.js';
import { withModule } from './support/run-guest.js';
import { forEachOf, programModels, runProgram } from './support/wasmedge-program.js';
import type { ProgramOptions } from './support/wasmedge-program.js';

const GUEST = compiledGuest('image-classification');

/** Both ways for one picture; they must agree to the byte. */
async function compare(
  module: LoadedModule,
  program: ProgramOptions,
  file: string,
  args: readonly string[],
): Promise<string> {
  const stdin = readFileSync(file);
  const [embedded, spawned] = await Promise.all([
    module.run({ stdin, args }),
    runProgram(GUEST, { ...program, stdin, args }),
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

describe("The classification guest under WasmEdge's own program, with the plug-ins", () => {
  before(function () {
    requireData(this);
  });

  const filesIn = (folder: string): string[] =>
    readdirSync(path.join(DATA, folder)).map((name) => path.join(DATA, folder, name));

  for (const model of [
    { file: DEFAULT_MODEL, labels: path.join(path.dirname(DEFAULT_MODEL), 'labels.txt') },
    {
      file: path.join(DATA, 'models', 'mobilenet_v1_0.75_192_quant.tflite'),
      labels: path.join(DATA, 'models', 'labels_mobilenet_quant_v1_224.txt'),
    },
  ]) {
    it(`says of every photograph what it says in-process (${path.basename(model.file)})`, async () => {
      const models = { default: model };
      const program = await programModels(models);
      await withModule(GUEST, { models }, async (module) => {
        await forEachOf(filesIn('photos'), async (file) => {
          assert.match(await compare(module, program, file, []), / in the picture\.?\n$/);
          const scores = await compare(module, program, file, [
            ...['--format', 'json', '--top-k', '1001'],
          ]);
          assert.match(scores, /"score":/);
        });
      });
    });
  }

  for (const folder of ['valid', 'odd', 'malformed']) {
    it(`ends in the same way for every ${folder} JPEG`, async () => {
      const models = { default: DEFAULT_MODEL };
      const program = await programModels(models);
      await withModule(GUEST, { models }, async (module) => {
        await forEachOf(filesIn(path.join('jpegs', folder)), async (file) => {
          await compare(module, program, file, ['--format', 'json']);
        });
      });
    });
  }
});
