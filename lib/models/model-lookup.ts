import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import type { Fit } from '../options/types.js';
import { cacheDirectory, isOwnCacheDirectory } from '../support/cache-directory.js';
import { WasmEdgeError } from '../support/errors.js';
import { requireInstalled } from '../support/package-root.js';

import { IMAGENET_FITTING } from './fit.js';

/** A model that was found. */
export interface FoundModel {
  /** Path of the .tflite file. */
  file: string;
  /** Path of its labels, one a line. */
  labels: string;
  /** How its pictures are fitted. */
  fit: Fit;
  /** How much of the middle is shown. */
  crop: number;
  /** The words that say which it is. */
  description: string;
}

/** The model of the original application, and the labels' file in its official archive. */
export const MOBILENET = 'mobilenet_v1_1.0_224_quant.tflite';
export const MOBILENET_LABELS = 'labels_mobilenet_quant_v1_224.txt';

/** Where `model fetch` puts the model and the look-up finds it; undefined where there is no cache. */
export function fetchedModelDirectory(): string | undefined {
  const cache = cacheDirectory();
  return cache && join(cache, 'models', 'mobilenet_v1_1.0_224_quant');
}

/**
 * The model to classify with when none is named: one in the folder `models` of
 * `$WASMEDGE_EMBED_DATA`, else the one that `model fetch` brought, else the default model that the
 * package carries.
 *
 * @throws {WasmEdgeError} ERR_MODEL where that is missing; ERR_NATIVE_LOAD where a bundler has merged the package into another file.
 */
export function findModel(): FoundModel {
  return findInData() ?? findFetched() ?? defaultModel();
}

/** EfficientNet-Lite0, in the package: see models/default/README.md for what it knows. */
export function defaultModel(): FoundModel {
  requireInstalled();
  const file = join(__dirname, '../../models/default/model.tflite');
  const labels = join(__dirname, '../../models/default/labels.txt');
  // Asked for each in place, which is what tools that trace files understand.
  const isThere =
    existsSync(join(__dirname, '../../models/default/model.tflite')) &&
    existsSync(join(__dirname, '../../models/default/labels.txt'));
  if (!isThere) {
    throw new WasmEdgeError(
      'ERR_MODEL',
      `The default model is missing: ${file} or the labels beside it do not exist. Reinstall the package, or specify a model; ` +
        "in a clone of the repository run 'npm run quickstart'.",
    );
  }
  return {
    ...{ file, labels, ...IMAGENET_FITTING },
    description: 'EfficientNet-Lite0, the default model',
  };
}

function findFetched(): FoundModel | null {
  const folder = fetchedModelDirectory();
  return folder === undefined || !isOwnCacheDirectory(join('models', basename(folder)))
    ? null
    : complete(folder, MOBILENET, 'MobileNet v1 1.0 224, downloaded');
}

function findInData(): FoundModel | null {
  const data = process.env['WASMEDGE_EMBED_DATA'];
  if (!data) return null;
  const folder = resolve(data, 'models');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  // The largest of the family is the most accurate.
  const [largest] = names
    .filter((name) => /^mobilenet_v1_.*_quant\.tflite$/.test(name))
    .sort((a, b) => sizeOf(folder, b) - sizeOf(folder, a));
  return largest === undefined
    ? null
    : complete(folder, largest, `${largest} of $WASMEDGE_EMBED_DATA`);
}

function sizeOf(folder: string, name: string): number {
  return statSync(join(folder, name)).size;
}

function complete(folder: string, model: string, description: string): FoundModel | null {
  const file = join(folder, model);
  const labels = join(folder, MOBILENET_LABELS);
  return existsSync(file) && existsSync(labels)
    ? { file, labels, ...IMAGENET_FITTING, description }
    : null;
}
