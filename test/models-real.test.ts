import assert from 'node:assert/strict';

import { readFileSync } from 'node:fs';

import { WasmEdgeError, loadModule } from 'wasmedge-embed';
import type { LoadedModule, RunResult } from 'wasmedge-embed';

import { INFER, outputsOf, requests } from './support/infer.js';
import type { Request } from './support/infer.js';
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

/** Models that a guest may bring as well: everything in them can be checked. */
const OF_GUESTS = new Set([
  'DrawingBoardIW__model',
  'GearUp2__model',
  'LiteRT__simple_add_dynamic_shape',
  'deep-learning-__model-cnn',
  'electricity-pr__model',
  'mediapipe__custom_gesture_classifier',
  'test_data__keras_lstm_mnist_ptq',
  'tflite-micro__dtln_noise_suppression',
  'tflite-micro__hello_world_int8',
  'tflite-micro__micro_speech_lstm',
  'tflite-micro__sine_float',
  'tflite-micro__trained_lstm_int8',
  'tiny__str_ww_ref_model',
  'walk-run-class__model',
]);

/** All runs of one session, in which state is carried over. */
function runsOf(model: RealModel, open: Request): Buffer {
  return requests.requestBytes([
    open,
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
}

async function assertAnswers(module: LoadedModule, model: RealModel, open: Request): Promise<void> {
  const { stdout, stderr, exitCode } = await module.run({ stdin: runsOf(model, open) });
  assert.equal(exitCode, 0, `${model.name}: ${stderr.toString()}`);
  const runs = outputsOf(requests.answersOf(stdout));
  assert.equal(runs.length, REAL_RUNS);
  runs.forEach((outputs, run) => {
    assert.equal(outputs.length, model.outputs.length);
    outputs.forEach((bytes, output) => {
      assertAnswer(model, run, output, bytes);
    });
  });
}

/** Why the host does not accept the model from a guest. */
async function refusalOf(module: LoadedModule, model: RealModel, open: Request): Promise<string> {
  const result = await module.run({ stdin: runsOf(model, open) }).catch((error: unknown) => error);
  if (result instanceof WasmEdgeError) {
    assert.equal(result.code, 'ERR_LIMIT');
    return result.message;
  }
  const { exitCode, stderr, inferenceFailures } = result as RunResult;
  assert.equal(exitCode, 70, stderr.toString());
  const [failure] = inferenceFailures ?? [];
  assert.equal(failure?.function, 'wasi_ephemeral_nn.load');
  return failure.reason;
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
          await assertAnswers(module, model, requests.open(model.name));
        });

        it(`${model.name}, which a guest brings`, async () => {
          assert.ok(module);
          const open = requests.load(readFileSync(model.file));
          if (OF_GUESTS.has(model.name)) {
            await assertAnswers(module, model, open);
          } else {
            assert.match(await refusalOf(module, model, open), /^The model.+\.$/s);
          }
        });
      }
    });
  }
});
