import assert from 'node:assert/strict';
import path from 'node:path';

import { inspectModel, inspectModule } from 'wasmedge-embed';

import { commandLine } from './support/command-line.js';
import { folderWith } from './support/model-files.js';
import { SMALL_MODEL, rustGuest } from './support/paths.js';
import { sumAndProductModel, sumModel } from './support/tflite-models.js';
import { wasmFile } from './support/wat.js';

describe('wasmedge-embed inspect', () => {
  it('shows a model’s inputs and outputs', async () => {
    const { stdout, stderr, exitCode } = await commandLine(['inspect', SMALL_MODEL]);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /model\.tflite: TensorFlow Lite model/);
    assert.match(stdout, /uint8 +│ \[1, 128, 128, 3\] │ scale 0\.0078\d+, zero point 127/);
    assert.match(stdout, /uint8 +│ \[1, 23\] +│ scale 0\.00390625, zero point 0/);
    assert.match(stdout, /^Runs unchanged\. The model already has tensors of INT8, /m);
  });

  it('shows what a model consists of, and what a run takes', async () => {
    const { stdout } = await commandLine(['inspect', SMALL_MODEL]);
    assert.match(
      stdout,
      /^Signature 'serving_default': \S+ uint8 \[1, 128, 128, 3\] -> \S+ uint8 \[1, 23\]$/m,
    );
    assert.match(stdout, /^Operators: 14 × CONV_2D, 13 × DEPTHWISE_CONV_2D, 2 × QUANTIZE, /m);
    assert.match(
      stdout,
      /^With the shapes in the file, a run takes [\d.e+]+ million multiply-accumulates, /m,
    );
  });

  it('says whether a model is rewritten', async () => {
    const file = path.join(folderWith({ 'sum.tflite': sumModel('uint8') }), 'sum.tflite');
    const { stdout } = await commandLine(['inspect', file]);
    assert.match(
      stdout,
      /^Runs as an int8 model \(0 channels of weights, all converted exactly\)/m,
    );
  });

  it('knows a model by its content, whatever its name', async () => {
    const file = path.join(folderWith({ 'model.bin': sumAndProductModel() }), 'model.bin');
    const { stdout } = await commandLine(['inspect', '--json', file]);
    assert.deepEqual(JSON.parse(stdout), await inspectModel(file));
  });

  it('shows a module’s imports and exports', async () => {
    const file = await wasmFile(`(module
      (import "env" "log" (func (param i32 f64)))
      (import "env" "table" (table 1 funcref))
      (memory (export "memory") 1)
      (global (export "count") i64 (i64.const 0))
      (func (export "wide") (param i64 f32) (result f64) (f64.const 0)))`);
    const { stdout, stderr, exitCode } = await commandLine(['inspect', file]);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /WebAssembly module, plain, not compiled/);
    assert.match(stdout, /env\.log +│ function │ \(i32, f64\) -> \(\)/);
    assert.match(stdout, /env\.table +│ table/);
    assert.match(stdout, /memory +│ memory/);
    assert.match(stdout, /count +│ global/);
    assert.match(stdout, /wide +│ function │ \(i64, f32\) -> \(f64\)/);
    const json = await commandLine(['inspect', '--json', file]);
    assert.deepEqual(
      JSON.parse(json.stdout),
      JSON.parse(JSON.stringify(await inspectModule(file))),
    );
  });

  it('says where a module has neither', async () => {
    const { stdout } = await commandLine(['inspect', await wasmFile('(module)')]);
    assert.match(stdout, /^no imports$/m);
    assert.match(stdout, /^no exports$/m);
  });

  it('tells what the classification guest asks of its host', async () => {
    const { stdout } = await commandLine(['inspect', rustGuest('image-classification')]);
    assert.match(
      stdout,
      /wasi_ephemeral_nn\.load_by_name +│ function │ \(i32, i32, i32\) -> \(i32\)/,
    );
    assert.match(stdout, /_start/);
  });

  it('refuses what is neither, in one line', async () => {
    const folder = folderWith({
      empty: '',
      'text.wasm': 'no module',
      'network.onnx': '\x08\x07\x12\x07pytorch',
      'text.tflite': 'no model',
      'broken.so': '\x7fELF and nothing else',
    });
    const cases: [string, RegExp][] = [
      ['none', /ERR_MODULE_LOAD: Cannot read .*none/],
      ['', /ERR_MODULE_LOAD: Cannot read/],
      ['empty', /ERR_MODULE_INVALID: .*empty/],
      ['text.wasm', /ERR_MODULE_INVALID: .*text\.wasm/],
      ['network.onnx', /ERR_MODULE_INVALID: .*\(\.tflite\)\. Convert it to TensorFlow Lite/],
      ['broken.so', /ERR_MODULE_(INVALID|LOAD): .*broken\.so/],
      ['text.tflite', /ERR_MODEL: .*text\.tflite/],
    ];
    for (const [name, expected] of cases) {
      const { stdout, stderr, exitCode } = await commandLine(['inspect', path.join(folder, name)]);
      assert.deepEqual([exitCode, stdout], [1, ''], stderr);
      assert.match(stderr, expected);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
  });
});
