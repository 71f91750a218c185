import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { types } from 'node:util';

import { addon } from '../addon/native.js';
import type { NativeInferenceOptions, NativeModel } from '../addon/native.js';
import {
  bytes,
  elementsOf,
  entriesOf,
  looking,
  nonEmptyText,
  optionsObject,
  refuse,
  textList,
} from '../options/validation.js';
import { WasmEdgeError, nativeCall, reasonOf } from '../support/errors.js';
import { readRegularFile } from '../support/regular-file.js';
import type { TensorDescription } from '../support/shared-types.js';

import { fittingOf } from './fit.js';
import type { Fitting } from './fit.js';
import { modelSettings } from './model-settings.js';
import type * as Metadata from './tflite/metadata.js';

const LINE_FEED = 0x0a;
const MODEL_OPTIONS = [
  'file',
  'labels',
  'normalize',
  'fit',
  'crop',
  'description',
  'signature',
  'shapes',
] as const;
const MODEL_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;
// To [-1, 1], which MobileNet and its family are trained with.
const DEFAULT_NORMALIZATION = {
  mean: [127.5, 127.5, 127.5],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
};

/** The models of a loaded module: for the host functions, and their descriptions for the guest. */
export interface LoadedModels {
  byName: Record<string, NativeModel>;
  /** `/models/NAME.json` and `/models/NAME.labels.txt`, by guest path. */
  files: Record<string, Uint8Array>;
}

/** Validated models, by name. */
export type ModelSources = readonly (readonly [string, ModelSource])[];

interface ModelSource {
  file: string | Uint8Array;
  /**
   * Null if they were looked up and do not exist, undefined if they have not been looked up yet.
   */
  labels: string | string[] | null | undefined;
  normalize: ChannelNormalization | undefined;
  fitting: Fitting | undefined;
  /** {@link modelSettings} */
  settings: string;
}

/** For three channels, as one value or three. */
interface ChannelNormalization {
  mean: number[];
  scale: number[];
}

/** Validates the option `models`; reads nothing yet. */
export function modelSources(option: unknown): ModelSources {
  return (option === undefined ? [] : entriesOf('models', option)).map(
    ([name, value]) => [name, modelSource(name, value)] as const,
  );
}

/** A model with its name and labels. */
export interface NamedModel {
  name: string;
  /** Path of its file; absent if the caller passed bytes. */
  path?: string;
  /** Its bytes, if they have been read. */
  content?: Uint8Array;
  /** The text of its labels, or a pending read; null if there are none beside it. */
  labels: Uint8Array | null | Promise<Uint8Array | null>;
  /** Undefined if not specified. */
  normalize: ChannelNormalization | undefined;
  /** Undefined for stretching. */
  fitting: Fitting | undefined;
  /** Its signature and shapes, as JSON; empty for none. */
  settings: string;
}

/** The same with the bytes. */
export type ReadModel = NamedModel & { content: Uint8Array; labels: Uint8Array | null };

/** Reads each model's file and labels. */
export function readModels(sources: ModelSources): Promise<ReadModel[]> {
  return Promise.all(
    sources.map(async ([name, source]) => {
      const { file } = source;
      const [content, labels] = await Promise.all([
        typeof file === 'string' ? read(file, `model '${name}'`) : file,
        readLabels(source),
      ]);
      return { ...named(name, source), content, labels };
    }),
  );
}

/** Looks up labels beside models for which none are specified. */
export function withLabelsFound(sources: ModelSources): Promise<ModelSources> {
  return Promise.all(
    sources.map(async ([name, source]) => {
      const { file, labels } = source;
      if (labels !== undefined) return [name, source] as const;
      const found = typeof file === 'string' ? await findLabels(file) : null;
      return [name, { ...source, labels: found }] as const;
    }),
  );
}

/**
 * The models without labels, including in their metadata: answers of a classifier then contain
 * class numbers.
 */
export async function namesWithoutLabels(found: ModelSources): Promise<string[]> {
  const names = await Promise.all(
    found.map(async ([name, source]) => ((await hasLabels(source)) ? [] : [name])),
  );
  return names.flat();
}

async function hasLabels({ file, labels }: ModelSource): Promise<boolean> {
  if (labels) return labels.length > 0;
  const { labelsIn, readMetadata, sourceOf } = metadataReader();
  const source = sourceOf(typeof file === 'string' ? await read(file, 'model') : file);
  const metadata = readMetadata(source);
  return metadata !== undefined && (await labelsIn(source, metadata)) !== undefined;
}

/**
 * Starts reading each model's labels; {@link loadModels} has the addon read its file in the
 * meantime.
 */
export function readLabelsOf(sources: ModelSources): NamedModel[] {
  return sources.map(([name, source]) => {
    const labels = readLabels(source);
    // Reported when they are awaited, which does not happen if something else fails first.
    labels.catch(() => undefined);
    return { ...named(name, source), labels };
  });
}

function named(
  name: string,
  { file, normalize, fitting, settings }: ModelSource,
): Omit<NamedModel, 'labels'> {
  const where = typeof file === 'string' ? { path: file } : { content: file };
  return { name, ...where, normalize, fitting, settings };
}

/**
 * Loads models that have been read, and describes them to the guest. With `inference`, each is also
 * prepared to run.
 */
export async function loadModels(
  models: readonly NamedModel[],
  inference?: NativeInferenceOptions,
): Promise<LoadedModels> {
  // Without a prototype, so that a model may be named __proto__.
  const byName = Object.create(null) as LoadedModels['byName'];
  const loaded: LoadedModels = { byName, files: {} };
  if (models.length === 0) return loaded;
  const { normalizationIn, readMetadata } = metadataReader();
  await Promise.all(
    models.map(async (read) => {
      const { name } = read;
      const [model, given] = await Promise.all([loadModel(read, inference), read.labels]);
      // The metadata in the file is used for everything that is not specified otherwise.
      const metadata = given === null || !read.normalize ? readMetadata(model) : undefined;
      const normalize =
        read.normalize ?? (metadata && normalizationIn(metadata)) ?? DEFAULT_NORMALIZATION;
      loaded.byName[name] = model;
      loaded.files[`/models/${name}.json`] = Buffer.from(
        describeModel(model, { name, normalize, ...read.fitting }),
      );
      if (given) checkLabels(name, given, model);
      const labels = given ?? (metadata && (await ownLabels(model, metadata)));
      if (labels) loaded.files[`/models/${name}.labels.txt`] = labels;
    }),
  );
  return loaded;
}

/** Loaded with the first model, since most modules have none. */
function metadataReader(): typeof Metadata {
  return require('./tflite/metadata.js') as typeof Metadata;
}

/**
 * The labels in its file, which were not requested: ignored if their number is not that of its
 * classes.
 */
async function ownLabels(
  model: NativeModel,
  metadata: Metadata.ModelMetadata,
): Promise<Uint8Array | undefined> {
  const labels = await metadataReader().labelsIn(model, metadata);
  const classes = classesOf(model.outputs);
  if (!labels || classes === undefined || countLines(labels) === classes) return labels;
  return undefined;
}

function modelSource(name: string, value: unknown): ModelSource {
  if (!MODEL_NAME.test(name)) {
    refuse('a name in models', "1 to 64 letters, digits, '.', '_' or '-', not '.' first", name);
  }
  const where = `models.${name}`;
  const isOptions =
    typeof value === 'object' &&
    value !== null &&
    !isBytes(value) &&
    looking(where, 'an object that can be read', value, () => Object.hasOwn(value, 'file'));
  const given = isOptions
    ? optionsObject(where, value, MODEL_OPTIONS)
    : { file: value, labels: undefined, normalize: undefined };
  const { file, labels } = given;
  return {
    file: typeof file === 'string' ? nonEmptyText(where, file) : bytes(where, file),
    labels:
      labels === undefined
        ? undefined
        : typeof labels === 'string'
          ? nonEmptyText(`${where}.labels`, labels)
          : textList(`${where}.labels`, labels),
    normalize: normalization(`${where}.normalize`, given.normalize),
    fitting: fittingOf((option) => `${where}.${option}`, given),
    settings: modelSettings(where, given),
  };
}

function isBytes(value: unknown): boolean {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

function normalization(where: string, value: unknown): ModelSource['normalize'] {
  if (value === undefined) return undefined;
  const given = optionsObject(where, value, ['mean', 'scale']);
  const channels = (name: string, each: unknown): number[] => {
    const expected = 'a finite number or three of them';
    const values =
      typeof each === 'number'
        ? [each, each, each]
        : elementsOf(`${where}.${name}`, each, expected);
    const fits = values.length === 3 && values.every((v) => Number.isFinite(v));
    if (!fits) refuse(`${where}.${name}`, expected, each);
    return values as number[];
  };
  return { mean: channels('mean', given.mean), scale: channels('scale', given.scale) };
}

async function loadModel(
  { name, path: file, content, settings }: NamedModel,
  inference: NativeInferenceOptions | undefined,
): Promise<NativeModel> {
  try {
    return await nativeCall(async () => {
      const model = await addon().Model.load(content ?? file ?? '', settings);
      if (inference) await model.prepare(inference);
      return model;
    });
  } catch (error) {
    if (!(error instanceof WasmEdgeError)) throw error;
    // A file that cannot be read is not a problem here.
    if (error.code === 'ERR_MODULE_LOAD') throw unreadable(`model '${name}'`, error.message, error);
    const source = file === undefined ? '' : ` (${file})`;
    throw new WasmEdgeError(error.code, `Model '${name}'${source}: ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * A classifier must have a label for each class: with a list of another length, every label could
 * belong to another class. An empty list means none.
 */
function checkLabels(name: string, labels: Uint8Array, { outputs }: NativeModel): void {
  const classes = classesOf(outputs);
  const count = countLines(labels);
  if (classes === undefined || count === 0 || count === classes) return;
  throw new WasmEdgeError(
    'ERR_MODEL',
    `Model '${name}' has ${classes} classes, but its list has ${count} labels. ` +
      (Math.abs(classes - count) === 1
        ? "If they differ by one, it is usually the class 'background', which comes first in some networks: use the list that " +
          'came with the model, or add or remove its first line.'
        : 'Use the list that came with the model, with one label per line, or an empty list (labels: []) for no labels.'),
  );
}

/** Number of classes of a classifier; undefined for other models. */
function classesOf(outputs: readonly TensorDescription[]): number | undefined {
  const [output, ...others] = outputs;
  if (!output || others.length > 0) return undefined;
  const sizes = output.shape.filter((size) => size !== 1);
  return sizes.length === 1 && (sizes[0] ?? 0) > 1 ? sizes[0] : undefined;
}

/** The lines of a text, including a last line without a line break. */
function countLines(text: Uint8Array): number {
  const lines = text.reduce((count, byte) => count + (byte === LINE_FEED ? 1 : 0), 0);
  return lines + (text.length > 0 && text.at(-1) !== LINE_FEED ? 1 : 0);
}

/** The JSON that a guest reads; wasm/README.md documents the format. */
function describeModel(
  { inputs, outputs }: NativeModel,
  { name, ...rest }: { name: string; normalize: ChannelNormalization } & Partial<Fitting>,
): string {
  return JSON.stringify({ name, inputs, outputs, ...rest });
}

async function readLabels({ file, labels }: ModelSource): Promise<Uint8Array | null> {
  if (Array.isArray(labels)) {
    if (labels.some((label) => /[\r\n]/.test(label))) {
      refuse('labels', 'one-line strings', labels);
    }
    return Buffer.from(labels.map((label) => `${label}\n`).join(''));
  }
  const found = labels === undefined && typeof file === 'string' ? await findLabels(file) : labels;
  return found === null || found === undefined ? null : read(found, 'labels');
}

async function findLabels(modelFile: string): Promise<string | null> {
  const folder = path.dirname(modelFile);
  const names = await readdir(folder).catch((): string[] => []);
  const own = `${path.parse(modelFile).name}.labels.txt`;
  const others = names.filter((name) => name.endsWith('.labels.txt'));
  const only = others.length === 1 ? others : [];
  const name = [own, ...only, 'labels.txt'].find((each) => names.includes(each));
  return name === undefined ? null : path.join(folder, name);
}

async function read(file: string, what: string): Promise<Buffer> {
  try {
    return await readRegularFile(file);
  } catch (error) {
    throw unreadable(what, `${reasonOf(error)}.`, error);
  }
}

function unreadable(what: string, reason: string, cause: unknown): WasmEdgeError {
  return new WasmEdgeError('ERR_MODEL', `Cannot read the ${what}: ${reason}`, { cause });
}
