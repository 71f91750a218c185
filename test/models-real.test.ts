import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { LoadedModule } from 'wasmedge-embed';

import { INFER, outputsOf, requests } from './support/infer.js';
import { ISOLATIONS } from './support/isolations.js';
import {
  REAL_RUNS,
  assertAnswer,
  realModels,
  requireModelsReal,
  seedOf,
} from './support/models-real.js';
import type { RealModel } from './support/models-real.js';

const MODELS = realModels();

/** All runs of one session, which is where state carries over. */
async function runAll(module: LoadedModule, model: RealModel): Promise<Buffer[][]> {
  const stdin = requests.requestBytes([
    requests.open(model.name),
    ...Array.from({ length: REAL_RUNS }, (_, run) => [
      ...model.inputs.map(({ type, shape }, input) =>
        requests.setInput({
          ...{ session: 0, input, type, shape },
          content: { seed: seedOf(input, run) },
        }),
      ),
      requests.run(
        0,
        model.outputs.map(() => 0),
      ),
    ]).flat(),
  ]);
  const { stdout, stderr, exitCode } = await module.run({ stdin });
  assert.equal(exitCode, 0, `${model.name}: ${stderr.toString()}`);
  return outputsOf(requests.answersOf(stdout));
}

describe('Models that people use answer as TensorFlow Lite does', () => {
  before(function () {
    requireModelsReal(this);
  });

  for (const isolation of ISOLATIONS) {
    describe(isolation, () => {
      let module: LoadedModule | undefined;

      before(async () => {
        const models = Object.fromEntries(MODELS.map(({ name, file }) => [name, file]));
        module = await loadModule(INFER, { isolation, models, concurrency: 1 });
      });

      after(() => module?.close());

      for (const model of MODELS) {
        it(model.name, async () => {
          assert.ok(module);
          const runs = await runAll(module, model);
          assert.equal(runs.length, REAL_RUNS);
          runs.forEach((outputs, run) => {
            assert.equal(outputs.length, model.outputs.length);
            outputs.forEach((bytes, output) => {
              assertAnswer(model, run, output, bytes);
            });
          });
        });
      }
    });
  }
});
