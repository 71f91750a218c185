import { Damaged, Table } from './flat-buffer.js';
import type { ByteSource } from './flat-buffer.js';
import { unzip, zipEntries } from './zip.js';
import type { ZipEntry } from './zip.js';

// Metadata that TensorFlow's metadata library adds to a model: a FlatBuffer (metadata_schema.fbs of
// tflite-support) in one of the model's buffers, and files in an appended zip archive.

/** Metadata by the model's author. Strings come from the file and can contain anything. */
export interface ModelMetadata {
  /** Name of the model. */
  name?: string;
  /** Description. */
  description?: string;
  /** Version, in any format. */
  version?: string;
  /** Author. */
  author?: string;
  /** Text or name of the licence. */
  license?: string;
  /** In the model's order; empty if there is no metadata for them. */
  inputs: TensorMetadata[];
  /** In the model's order; empty if there is no metadata for them. */
  outputs: TensorMetadata[];
  /** Files in the archive appended to the model. */
  files: ZipEntry[];
}

/** Metadata of an input or output. */
export interface TensorMetadata {
  /** Its name, which can differ from the tensor's name. */
  name?: string;
  /** Description. */
  description?: string;
  /** `(value - mean) / std`, for each channel or for all. */
  normalization?: {
    /** Values to subtract: one number, or one for each channel. */
    mean: number[];
    /** Divisors of the difference: one number, or one for each channel. */
    std: number[];
  };
  /** The file with its labels in the archive. */
  labels?: string;
}

export { sourceOf } from './flat-buffer.js';

export const MODEL_IDENTIFIER = 'TFL3';
const METADATA_IDENTIFIER = 'M001';
const METADATA_NAME = 'TFLITE_METADATA';
const MOST_METADATA_BYTES = 1 << 20;
/** Limit for files with many labels. */
const MOST_LABEL_BYTES = 4 << 20;

// Field numbers in the schemas.
const MODEL = { subgraphs: 2, buffers: 4, metadata: 6 } as const;
const METADATA = { name: 0, buffer: 1 } as const;
const BUFFER = { data: 0 } as const;
const DESCRIPTION = {
  ...{ name: 0, description: 1, version: 2, subgraphs: 3, author: 4, license: 5 },
} as const;
const SUBGRAPH = { inputs: 2, outputs: 3 } as const;
const TENSOR = { name: 0, description: 1, processUnits: 4, files: 6 } as const;
const PROCESS_UNIT = { optionsType: 0, options: 1 } as const;
const NORMALIZATION = { type: 1, mean: 0, std: 1 } as const;
const FILE = { name: 0, type: 2, locale: 3, axisLabels: 2, valueLabels: 3 } as const;

const MOST_METADATA = 64;
const MOST_TENSORS = 256;
const MOST_PARTS = 64;
const MOST_CHANNELS = 4096;

/**
 * @param source The bytes of a model.
 * @returns Undefined if there is no metadata, or if it is damaged: nothing depends on it.
 */
export function readMetadata(source: ByteSource): ModelMetadata | undefined {
  try {
    const content = metadataBytes(Table.root(source, MODEL_IDENTIFIER));
    if (!content || content.size > MOST_METADATA_BYTES) return undefined;
    const root = Table.root(content, METADATA_IDENTIFIER);
    const graph = root.element(DESCRIPTION.subgraphs, 0);
    const tensors = (field: number): TensorMetadata[] =>
      graph ? Array.from(graph.tables(field, MOST_TENSORS), tensorMetadata) : [];
    const texts = ['name', 'description', 'version', 'author', 'license'] as const;
    return {
      ...textsOf(root, texts, DESCRIPTION),
      inputs: tensors(SUBGRAPH.inputs),
      outputs: tensors(SUBGRAPH.outputs),
      files: zipEntries(source),
    };
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

function metadataBytes(model: Table): ByteSource | undefined {
  for (const entry of model.tables(MODEL.metadata, MOST_METADATA)) {
    if (entry.text(METADATA.name) !== METADATA_NAME) continue;
    return model.element(MODEL.buffers, entry.uint32(METADATA.buffer))?.bytes(BUFFER.data);
  }
  return undefined;
}

function tensorMetadata(tensor: Table): TensorMetadata {
  const normalization = normalizationOf(tensor);
  const labels = labelsFile(tensor);
  return {
    ...textsOf(tensor, ['name', 'description'], TENSOR),
    ...(normalization && { normalization }),
    ...(labels !== undefined && { labels }),
  };
}

function normalizationOf(tensor: Table): TensorMetadata['normalization'] {
  for (const unit of tensor.tables(TENSOR.processUnits, MOST_PARTS)) {
    if (unit.uint8(PROCESS_UNIT.optionsType) !== NORMALIZATION.type) continue;
    const options = unit.table(PROCESS_UNIT.options);
    if (!options) continue;
    const mean = options.floats(NORMALIZATION.mean, MOST_CHANNELS);
    const std = options.floats(NORMALIZATION.std, MOST_CHANNELS);
    const areUsable = mean.length > 0 && std.length > 0;
    if (areUsable && [...mean, ...std].every(Number.isFinite) && !std.includes(0)) {
      return { mean, std };
    }
  }
  return undefined;
}

/** Labels without a locale are the ones that the model was trained with. */
function labelsFile(tensor: Table): string | undefined {
  const files = Array.from(tensor.tables(TENSOR.files, MOST_PARTS), (file) => ({
    name: file.text(FILE.name),
    type: file.int8(FILE.type),
    locale: file.text(FILE.locale) ?? '',
  })).filter(({ type }) => type === FILE.axisLabels || type === FILE.valueLabels);
  return (files.find(({ locale }) => locale === '') ?? files[0])?.name;
}

function textsOf<K extends string>(
  table: Table,
  names: readonly K[],
  fields: Readonly<Record<K, number>>,
): Partial<Record<K, string>> {
  const texts: Partial<Record<K, string>> = {};
  for (const name of names) {
    const text = table.text(fields[name]);
    if (text !== undefined && text !== '') texts[name] = text;
  }
  return texts;
}

/**
 * The labels in a model's archive: the file that its first output with labels names, otherwise the
 * only text file.
 *
 * @param source The bytes of the model.
 * @returns One label per line; undefined if there are none that can be read.
 */
export async function labelsIn(
  source: ByteSource,
  { outputs, files }: ModelMetadata,
): Promise<Buffer | undefined> {
  const named = outputs.find(({ labels }) => labels !== undefined)?.labels;
  const texts = files.filter(({ name }) => name.endsWith('.txt'));
  const entry =
    files.find(({ name }) => name === named) ?? (texts.length === 1 ? texts[0] : undefined);
  const labels = entry && (await unzip(source, entry, MOST_LABEL_BYTES));
  return labels && labels.length > 0 ? labels : undefined;
}

/**
 * The normalization of a model's first input, in the form that guests receive; undefined unless
 * there is one for one channel or three.
 */
export function normalizationIn({
  inputs,
}: ModelMetadata): { mean: number[]; scale: number[] } | undefined {
  const given = inputs[0]?.normalization;
  const mean = given && threeOf(given.mean);
  const std = given && threeOf(given.std);
  return mean && std && { mean, scale: std.map((each) => 1 / each) };
}

function threeOf(values: readonly number[]): number[] | undefined {
  const [first = 0] = values;
  if (values.length === 1) return [first, first, first];
  return values.length === 3 ? [...values] : undefined;
}
