import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { defaultModel, findModel } from '../models/model-lookup.js';
import { inspectModel } from '../module/inspect-model.js';
import { cacheDirectory } from '../support/cache-directory.js';
import { sha256 } from '../support/crypto.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';

import { jpegSize } from './jpeg-size.js';
import type { BenchOptions } from './options.js';
import { root } from './places.js';
import type { FileFacts, PictureFacts } from './results.js';

/** The photograph of 1280 × 720 pixels that this package's published figures use. */
const USUAL_FIRST = 'cat_720p.jpg';

/**
 * The pictures to measure with: the given ones, otherwise the photographs of the sample data,
 * otherwise those that `npm run quickstart` keeps in the cache.
 */
export function choosePictures(given: readonly string[]): string[] {
  if (given.length > 0) return given.map((file) => path.resolve(file));
  const data = process.env['WASMEDGE_EMBED_DATA'];
  const cache = cacheDirectory();
  const folders = [
    ...(data ? [path.resolve(data, 'photos')] : []),
    ...(cache ? [path.join(cache, 'photographs')] : []),
  ];
  for (const folder of folders) {
    const found = jpegsIn(folder);
    if (found.length > 0) return found;
  }
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    'There is no picture to measure with: specify JPEG files, as in ' +
      "'wasmedge-embed bench photo.jpg'.",
  );
}

function jpegsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort((a, b) => Number(b === USUAL_FIRST) - Number(a === USUAL_FIRST) || (a < b ? -1 : 1))
    .map((name) => path.join(folder, name));
}

/** The model to measure with, its labels, and its ONNX version if there is one. */
export function chooseModel(given: {
  model?: string;
  labels?: string;
  onnx?: string;
}): Pick<BenchOptions, 'model' | 'onnx'> {
  if (given.model !== undefined && given.labels === undefined) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `Specify the labels of ${given.model} as well, with --labels.`,
    );
  }
  const found = findModel();
  const file = given.model ?? found.file;
  const onnx = given.onnx ?? onnxTwin(file);
  return {
    model: {
      file: path.resolve(file),
      labels: path.resolve(given.labels ?? found.labels),
      description: given.model === undefined ? found.description : path.basename(file),
    },
    ...(onnx !== undefined && { onnx: path.resolve(onnx) }),
  };
}

/**
 * The ONNX version beside a quantized model is called `…_int8.onnx`; that of the default model is
 * created with it.
 */
function onnxTwin(model: string): string | undefined {
  const twin =
    path.resolve(model) === path.resolve(defaultModel().file)
      ? path.join(root, 'models', 'default', 'model.onnx')
      : model.replace(/(_quant)?\.tflite$/, '_int8.onnx');
  return existsSync(twin) ? twin : undefined;
}

/** Width and height of a model's input. */
export async function modelInputSize(file: string): Promise<{ width: number; height: number }> {
  const { inputs, refused } = await inspectModel(file);
  if (refused !== undefined) throw new WasmEdgeError('ERR_MODEL', `${file}: ${refused}`);
  const [, height, width] = inputs[0]?.shape ?? [];
  if (height === undefined || width === undefined) {
    throw new WasmEdgeError('ERR_MODEL', `${file} does not take pictures as input.`);
  }
  return { width, height };
}

export function fileFacts(file: string): FileFacts {
  const bytes = readInput(file);
  return {
    name: path.basename(file),
    bytes: bytes.length,
    sha256: sha256(bytes),
  };
}

export function pictureFacts(file: string): PictureFacts {
  const size = jpegSize(readInput(file));
  if (!size) throw new WasmEdgeError('ERR_INVALID_ARGUMENT', `${file} is not a JPEG picture.`);
  return { ...fileFacts(file), ...size };
}

function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new WasmEdgeError('ERR_INVALID_ARGUMENT', `Cannot read ${file}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
