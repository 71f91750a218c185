import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { DATA } from './data.js';
import { Table, sourceOf } from './internals.js';
import { ROOT } from './paths.js';
import { skip } from './skip.js';

/** The recipe of the default model, and what the set-up has made with it. */
export const RECIPE = path.join(ROOT, 'models', 'default');

/** The same network from TensorFlow's converter; missing in a plain clone. */
export const REFERENCE = path.join(path.dirname(DATA), 'efficientnet-lite0/reference-int8.tflite');

/** Photographs of ImageNet with their classes; missing in a plain clone. */
const SAMPLES = path.join(path.dirname(DATA), 'imagenet-samples');

/** Like `requireData`, for the reference and the photographs. */
export function requireReference(context: Mocha.Context): void {
  const missing = [REFERENCE, SAMPLES].filter((each) => !existsSync(each));
  if (missing.length === 0) return;
  if (process.env['WASMEDGE_EMBED_DATA_REQUIRED']) {
    throw new Error(`The reference is required and there is no ${missing.join(' and no ')}.`);
  }
  skip(context, `no ${missing.join(' and no ')}`);
}

/** A photograph and its class. */
export interface Sample {
  file: string;
  /** The class, from 0. */
  index: number;
}

export function samples(): Sample[] {
  const [, ...rows] = readFileSync(path.join(SAMPLES, 'labels.tsv'), 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [name = '', index] = row.split('\t');
    return { file: path.join(SAMPLES, name), index: Number(index) };
  });
}

/** The constants of a convolution or a matrix product. */
export interface Constants {
  shape: number[];
  weights: Buffer;
  scales: number[];
  bias: number[];
}

// Field numbers in TensorFlow Lite's schema.fbs.
const MODEL = { subgraphs: 2, buffers: 4 } as const;
const SUBGRAPH = { tensors: 0, operators: 3 } as const;
const TENSOR = { shape: 0, buffer: 2, quantization: 4 } as const;
const QUANTIZATION = { scale: 2 } as const;

/** For each operator with constants, in the order of the graph. */
export function constantsOf(file: string): Constants[] {
  const model = Table.root(sourceOf(readFileSync(file)), 'TFL3');
  const graph = model.element(MODEL.subgraphs, 0);
  const tensor = (index: number | undefined): Table => {
    const found = graph?.element(SUBGRAPH.tensors, index ?? -1);
    if (!found) throw new Error(`${file} has no tensor ${index}`);
    return found;
  };
  const content = (of: Table): Buffer => {
    const bytes = model.element(MODEL.buffers, of.uint32(TENSOR.buffer))?.bytes(0);
    if (!bytes) throw new Error(`${file} has a constant without bytes`);
    return Buffer.from(bytes.slice(0, bytes.size));
  };
  return [...(graph?.tables(SUBGRAPH.operators) ?? [])].flatMap((operator) => {
    const [, second, third] = operator.int32s(1);
    if (third === undefined) return [];
    const [weights, bias] = [tensor(second), tensor(third)];
    const bytes = content(bias);
    return {
      shape: weights.int32s(TENSOR.shape),
      weights: content(weights),
      scales: weights.table(TENSOR.quantization)?.floats(QUANTIZATION.scale) ?? [],
      bias: Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32LE(4 * index)),
    };
  });
}
