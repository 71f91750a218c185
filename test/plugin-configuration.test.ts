import assert from 'node:assert/strict';

import { plainJpeg } from './support/jpeg.js';
import { folderWith } from './support/model-files.js';
import { SMALL_MODEL, PLUGINS, compiledGuest } from './support/paths.js';
import { temporaryPath } from './support/wat.js';
import { programModels, runProgram } from './support/wasmedge-program.js';
import type { ProgramOptions, ProgramResult } from './support/wasmedge-program.js';

const GUEST = compiledGuest('image-classification');
const EMBEDDING_GUEST = compiledGuest('image-classification-wasmedge-tensorflow');
const PICTURE = plainJpeg(64, 64, 72);

/** Classifies with the small model, with these changes to the tests' usual configuration. */
async function classify(changes: ProgramOptions): Promise<ProgramResult> {
  const { options, env } = await programModels({ default: SMALL_MODEL });
  return runProgram(GUEST, {
    stdin: PICTURE,
    args: ['--format', 'json'],
    options: [...options, ...(changes.options ?? [])],
    env: { ...env, ...changes.env },
  });
}

function succeeded({ exitCode, stdout, stderr, failures }: ProgramResult): void {
  assert.deepEqual(
    { exitCode, stderr: stderr.toString(), failures },
    { exitCode: 0, stderr: '', failures: [] },
  );
  assert.match(stdout.toString(), /^\{"model":"default".*\}\n$/);
}

/** The plug-in ended the guest, and reported the reason only in its log. */
function ended(result: ProgramResult, code: string, message: RegExp): ProgramResult['failures'][0] {
  assert.notEqual(result.exitCode, 0);
  assert.equal(result.stderr.toString(), '');
  assert.doesNotMatch(result.stdout.toString(), message);
  assert.equal(result.failures.length, 1, JSON.stringify(result.failures));
  const [failure] = result.failures;
  assert.equal(failure?.code, code);
  assert.match(failure.message, message);
  return failure;
}

describe("What WasmEdge's plug-ins are told", () => {
  it('may be models by name, through the environment or --nn-preload', async () => {
    succeeded(await classify({}));
    const preload = ['--nn-preload', `default:TensorflowLite:CPU:${SMALL_MODEL}`];
    succeeded(await classify({ options: preload, env: { WASMEDGE_EMBED_MODELS: '' } }));
    // The option takes precedence.
    succeeded(await classify({ options: preload, env: { WASMEDGE_EMBED_MODELS: 'default=/no' } }));
  });

  it('may be kernels, threads and limits', async () => {
    for (const inference of ['kernels=builtin,threads=1', 'threads=2']) {
      succeeded(await classify({ env: { WASMEDGE_EMBED_INFERENCE: inference } }));
    }
    const limits = { WASMEDGE_EMBED_LIMITS: 'models=1,sessions=1' };
    succeeded(await classify({ env: limits }));
  });

  it('is missing a name: the guest says so itself', async () => {
    const result = await classify({ env: { WASMEDGE_EMBED_MODELS: `other=${SMALL_MODEL}` } });
    assert.equal(result.exitCode, 70);
    assert.match(result.stderr.toString(), /the host has no model named "default"/);
    assert.deepEqual(result.failures, []);
  });

  it('must be a model that can be read and used', async () => {
    const folder = folderWith({ 'text.tflite': 'no model' });
    for (const [file, message] of [
      ['/no/such/model.tflite', /Model 'default' \(.*\): .*No such file/],
      [folder, /not a regular file/],
      [`${folder}/text.tflite`, /Model 'default' \(.*text\.tflite\): /],
    ] as const) {
      const env = { WASMEDGE_EMBED_MODELS: `default=${file}` };
      ended(await classify({ env }), 'ERR_MODEL', message);
    }
  });

  it('must be of the expected form', async () => {
    const wrong = async (env: Record<string, string>, message: RegExp): Promise<void> => {
      ended(await classify({ env }), 'ERR_INVALID_ARGUMENT', message);
    };
    await wrong({ WASMEDGE_EMBED_MODELS: SMALL_MODEL }, /NAME=FILE, one per line/);
    await wrong({ WASMEDGE_EMBED_INFERENCE: 'threads=0' }, /from 1 to 64, got '0'/);
    await wrong({ WASMEDGE_EMBED_LIMITS: 'fuel=1' }, /modelBytes=N/);
    const options = ['--nn-preload', 'default:ggml:GPU:model'];
    ended(await classify({ options }), 'ERR_INVALID_ARGUMENT', /NAME:TensorflowLite:CPU:FILE/);
  });

  it('limits what a guest brings, as in-process', async () => {
    const run = (limits: string): Promise<ProgramResult> =>
      runProgram(EMBEDDING_GUEST, {
        stdin: PICTURE.toString('hex'),
        env: { WASMEDGE_EMBED_LIMITS: limits },
      });
    // The model takes pictures of 224 × 224 pixels.
    for (const limit of [
      ...['modelBytes=1000', 'sessionBytes=1000', 'imagePixels=50175'],
      ...['modelArithmetic=1000', 'modelActivationBytes=1000'],
    ]) {
      const failure = ended(await run(limit), 'ERR_LIMIT', /reached the limit|Raise limits\./);
      assert.equal(failure.limit, limit.split('=')[0]);
    }
    const enough = 'modelBytes=6000000,sessionBytes=200000,imagePixels=50176';
    assert.equal((await run(enough)).exitCode, 0);
  });

  it('may be single plug-ins: without wasmedge_image nothing is decoded outside', async () => {
    const { exitCode, stdout } = await runProgram(EMBEDDING_GUEST, {
      stdin: PICTURE.toString('hex'),
      env: { WASMEDGE_PLUGIN_PATH: `${PLUGINS}/libwasmedge_tensorflowlite.so` },
    });
    assert.notEqual(exitCode, 0);
    assert.match(stdout.toString(), /wasmedge_image/);
  });

  it('costs a guest nothing that uses none of them', async () => {
    const env = {
      WASMEDGE_EMBED_MODELS: 'default=/no/such/model',
      WASMEDGE_EMBED_LITERT: '/no/such/library',
      WASMEDGE_EMBED_LOG: temporaryPath('log'),
    };
    const { exitCode, stdout } = await runProgram(GUEST, { args: ['--version'], env });
    assert.equal(exitCode, 0);
    assert.match(stdout.toString(), /^image-classification \d/);
  });

  it('without LiteRT is an ERR_NATIVE_LOAD', async () => {
    const env = { WASMEDGE_EMBED_LITERT: '/no/such/library' };
    ended(await classify({ env }), 'ERR_NATIVE_LOAD', /\/no\/such\/library/);
  });

  it('without a decoder is an ERR_NATIVE_LOAD that says what to install', async () => {
    const folder = folderWith({ 'libturbojpeg.so.0': 'no library' });
    const result = await runProgram(EMBEDDING_GUEST, {
      stdin: PICTURE.toString('hex'),
      env: { LD_LIBRARY_PATH: folder },
    });
    ended(result, 'ERR_NATIVE_LOAD', /libturbojpeg\.so\.0.*apt-get install libturbojpeg0/);
  });
});
