import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { TensorDescription } from 'wasmedge-embed';

import { DATA } from './data.js';
import { skip } from './skip.js';

/** Models of public repositories with TensorFlow Lite's answers; missing in a plain clone. */
const MODELS_REAL = path.join(path.dirname(DATA), 'models-real');

/** Like `requireData`, for these. */
export function requireModelsReal(context: Mocha.Context): void {
  if (existsSync(MODELS_REAL)) return;
  if (process.env['WASMEDGE_EMBED_DATA_REQUIRED']) {
    throw new Error(`The models are required and ${MODELS_REAL} does not hold them.`);
  }
  skip(context, `no models in ${MODELS_REAL}`);
}

interface Answer {
  /** Of all bytes, in hexadecimal. */
  sha256: string;
  /** The first elements; pairs for complex numbers. */
  values: readonly (number | boolean | readonly number[])[];
}

/** TensorFlow Lite's results for a model: see the folder's README.md. */
export interface RealModel {
  name: string;
  file: string;
  inputs: readonly { name: string; type: TensorDescription['type']; shape: number[] }[];
  outputs: readonly (Answer & { type: TensorDescription['type']; shape: number[] })[];
  /** Seven more runs of the same interpreter. */
  runs: readonly (readonly Answer[])[];
}

export function realModels(): RealModel[] {
  if (!existsSync(MODELS_REAL)) return [];
  return readdirSync(MODELS_REAL)
    .filter((entry) => entry.endsWith('.tflite'))
    .sort()
    .map((entry) => {
      const file = path.join(MODELS_REAL, entry);
      const text = readFileSync(file.replace(/\.tflite$/, '.json'), 'utf8');
      return { name: path.parse(entry).name, file, ...(JSON.parse(text) as object) } as RealModel;
    });
}

/** The number of runs of each. */
export const REAL_RUNS = 8;

/** The seed of an input in a run, in the form of the guest `infer`. */
export function seedOf(input: number, run: number): number {
  return input + 8 * run;
}

type Read = (bytes: Buffer, offset: number) => number;

const READERS: Partial<Record<TensorDescription['type'], Read>> = {
  float32: (bytes, offset) => bytes.readFloatLE(offset),
  float64: (bytes, offset) => bytes.readDoubleLE(offset),
  uint8: (bytes, offset) => bytes.readUInt8(offset),
  int8: (bytes, offset) => bytes.readInt8(offset),
  int16: (bytes, offset) => bytes.readInt16LE(offset),
  int32: (bytes, offset) => bytes.readInt32LE(offset),
  int64: (bytes, offset) => Number(bytes.readBigInt64LE(offset)),
  bool: (bytes, offset) => bytes.readUInt8(offset),
};

const SIZES: Partial<Record<TensorDescription['type'], number>> = {
  ...{ float32: 4, float64: 8, uint8: 1, int8: 1, int16: 2, int32: 4, int64: 8, bool: 1 },
};

/** Of the largest value, for floats: another processor rounds differently. */
const TOLERANCE = 1e-5;

/**
 * Models whose activations are quantized while they run, so that one rounding changes all that
 * follows. The answers were recorded on a processor with AVX-512 VNNI, and equal ours there bit by
 * bit. Without these instructions TensorFlow Lite itself differs from them: ai-edge-litert 2.3.0 by
 * up to 2.7 % of the largest value, and by 2e-6 for the other models.
 */
const QUANTIZED_DYNAMICALLY = new Set(['go-tflite__style_transfer_quantized_dynamic']);
const TOLERANCE_WITHOUT_VNNI = 0.05;
const HAS_VNNI = readFileSync('/proc/cpuinfo', 'utf8').includes('avx512_vnni');

function toleranceOf(model: RealModel): number {
  return !HAS_VNNI && QUANTIZED_DYNAMICALLY.has(model.name) ? TOLERANCE_WITHOUT_VNNI : TOLERANCE;
}

/** Of the whole output: the values that were recorded are the first, which may all be tiny. */
function largestOf(bytes: Buffer, size: number, read: Read): number {
  let largest = 0;
  for (let offset = 0; offset < bytes.length; offset += size) {
    const value = Math.abs(read(bytes, offset));
    if (Number.isFinite(value)) largest = Math.max(largest, value);
  }
  return largest;
}

/**
 * Compares an output with TensorFlow Lite's: bit by bit or, since another processor rounds
 * differently, floats within a small part of the largest value and integers within one step.
 */
export function assertAnswer(model: RealModel, run: number, output: number, bytes: Buffer): void {
  const first = model.outputs[output];
  const expected = run === 0 ? first : model.runs[run - 1]?.[output];
  assert.ok(first && expected);
  const { type, shape } = first;
  const where = `${model.name}, run ${run}, output ${output}`;
  const size = SIZES[type];
  const read = READERS[type];
  assert.ok(size && read, `${where}: no reader of ${type}`);
  // Outputs whose shape depends on values have another shape in later runs.
  const elements = shape.reduce((product, each) => product * each, 1);
  if (run === 0) assert.equal(bytes.length, elements * size, `${where}: bytes`);
  if (createHash('sha256').update(bytes).digest('hex') === expected.sha256) return;
  const values = expected.values.map(Number);
  const tolerance = type.startsWith('float')
    ? toleranceOf(model) * largestOf(bytes, size, read)
    : 1;
  values.forEach((value, index) => {
    const got = read(bytes, index * size);
    const isSame = Object.is(got, value) || Math.abs(got - value) <= tolerance;
    assert.ok(
      isSame || (Number.isNaN(got) && Number.isNaN(value)),
      `${where}[${index}]: ${got}, expected ${value}`,
    );
  });
}
