import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import type { Fit } from '../options/types.js';
import { cacheDirectory, isOwnCacheDirectory } from '../support/cache-directory.js';
import { WasmEdgeError } from '../support/errors.js';
import { requireInstalled } from '../support/package-root.js';

import { IMAGENET_FITTING } from './fit.js';

/** A model and its labels, as found by {@link findModel}. */
export interface FoundModel {
  /** Path of the .tflite file. */
  file: string;
  /** Path of its labels, one per line. */
  labels: string;
  /** How pictures are fitted to its input. */
  fit: Fit;
  /** With the fit `cover`: the share of the middle that is used, above 0 and at most 1. */
  crop: number;
  /** A short description of the model for messages. */
  description: string;
}

/** The model of the original application, and the name of the labels in its official archive. */
export const MOBILENET = 'mobilenet_v1_1.0_224_quant.tflite';
export const MOBILENET_LABELS = 'labels_mobilenet_quant_v1_224.txt';

/** Where `model fetch` stores the model and the look-up finds it; undefined without a cache. */
export function fetchedModelDirectory(): string | undefined {
  const cache = cacheDirectory();
  return cache && join(cache, 'models', 'mobilenet_v1_1.0_224_quant');
}

/**
 * The model to classify with if none is specified: one in the folder `models` of
 * `$WASMEDGE_EMBED_DATA`, otherwise the one downloaded by `model fetch`, otherwise the default
 * model in the package.
 *
 * @throws {WasmEdgeError} ERR_MODEL if that is missing; ERR_NATIVE_LOAD if a bundler has merged the
 *   package into another file.
 */
export function findModel(): FoundModel {
  return findInData() ?? findFetched() ?? defaultModel();
}

/** EfficientNet-Lite0, in the package: models/default/README.md describes it. */
export function defaultModel(): FoundModel {
  requireInstalled();
  const file = join(__dirname, '../../models/default/model.tflite');
  const labels = join(__dirname, '../../models/default/labels.txt');
  // Resolved for each file separately, in a form that file tracers understand.
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
