import { addon } from '../../addon/native.js';

import { Damaged, Table } from './flat-buffer.js';
import type { ByteSource } from './flat-buffer.js';
import { MODEL_IDENTIFIER } from './metadata.js';

// What stands in a model's tables, for people: also in those of a model that cannot run. What runs is
// read and checked by the addon.

/** A tensor as the file has it. */
export interface FileTensor {
  /** May be empty, and need not be unique. */
  name: string;
  /** As the schema calls it, in small letters: `float32`, `string`, `resource`. */
  type: string;
  /** The sizes in the file; -1 for those that are free. Empty for a scalar, and where none is told. */
  shape: number[];
}

/** One of the ways to run a model. */
export interface SignatureDescription {
  /** Its key; undefined for that of a model without any. */
  name?: string;
  /** By their names in the signature, in its order. */
  inputs: FileTensor[];
  /** By their names in the signature, in its order. */
  outputs: FileTensor[];
}

/** How often the model has an operator. */
export interface OperatorCount {
  /** As the schema calls it; a custom one by its own name. */
  name: string;
  /** Whether it is a custom one, which the schema does not have. */
  custom?: true;
  /** In all graphs of the model together. */
  count: number;
}

/** What could be read of a model's tables. */
export interface GraphDescription {
  /** Of the converter, mostly. */
  description?: string;
  /** Beside the first: bodies of loops and branches, and other signatures. */
  subgraphs: number;
  signatures: SignatureDescription[];
  /** The most frequent first. */
  operators: OperatorCount[];
  /** What is kept from one run of a session to the next: variable tensors and resources. */
  state: string[];
  /** Why no more could be read. */
  damage?: string;
}

// Fields by their numbers in TensorFlow Lite's schema.fbs.
const MODEL = { operatorCodes: 1, subgraphs: 2, description: 3, signatures: 7 } as const;
const CODE = { formerCode: 0, customName: 1, code: 3 } as const;
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3 } as const;
const TENSOR = { shape: 0, type: 1, name: 3, isVariable: 5, shapeSignature: 7 } as const;
const OPERATOR = { code: 0 } as const;
const SIGNATURE = { inputs: 0, outputs: 1, key: 2, subgraph: 4 } as const;
const ARGUMENT = { name: 0, tensor: 1 } as const;
const CUSTOM_CODE = 32;

const TYPES = [
  ...['float32', 'float16', 'int32', 'uint8', 'int64', 'string', 'bool', 'int16', 'complex64'],
  ...['int8', 'float64', 'complex128', 'uint64', 'resource', 'variant', 'uint32', 'uint16', 'int4'],
  ...['bfloat16', 'int2'],
];

// As many as the check lets through (native/inference/check/model_limits.h).
const MOST_SUBGRAPHS = 64;
const MOST_TENSORS = 262_144;
const MOST_OPERATORS = 65_536;
const MOST_CODES = 65_536;
const MOST_SIGNATURES = 64;
const MOST_ARGUMENTS = 4096;
const MOST_DIMENSIONS = 64;

/**
 * Reads what can be read.
 *
 * @param source The bytes of a model.
 * @throws {Damaged} where not even the first table is there.
 */
export function readGraph(source: ByteSource): GraphDescription {
  const model = Table.root(source, MODEL_IDENTIFIER);
  const graph: GraphDescription = { subgraphs: 0, signatures: [], operators: [], state: [] };
  try {
    const description = model.text(MODEL.description);
    if (description !== undefined && description !== '') graph.description = description;
    const subgraphs = Array.from(model.tables(MODEL.subgraphs, MOST_SUBGRAPHS));
    graph.subgraphs = subgraphs.length;
    graph.signatures = signaturesOf(model, subgraphs);
    graph.operators = operatorsOf(model, subgraphs);
    graph.state = stateOf(subgraphs);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    graph.damage = error.message;
  }
  return graph;
}

function signaturesOf(model: Table, subgraphs: readonly Table[]): SignatureDescription[] {
  const signatures = Array.from(model.tables(MODEL.signatures, MOST_SIGNATURES), (signature) => {
    const subgraph = subgraphs[signature.uint32(SIGNATURE.subgraph)];
    const argumentsOf = (field: number): FileTensor[] =>
      Array.from(signature.tables(field, MOST_ARGUMENTS), (argument) => ({
        ...tensorAt(subgraph, argument.uint32(ARGUMENT.tensor)),
        name: argument.text(ARGUMENT.name) ?? '',
      }));
    return {
      name: signature.text(SIGNATURE.key) ?? '',
      inputs: argumentsOf(SIGNATURE.inputs),
      outputs: argumentsOf(SIGNATURE.outputs),
    };
  });
  const [main] = subgraphs;
  if (signatures.length > 0 || !main) return signatures;
  const tensors = (field: number): FileTensor[] =>
    main.int32s(field, MOST_ARGUMENTS).map((index) => tensorAt(main, index));
  return [{ inputs: tensors(SUBGRAPH.inputs), outputs: tensors(SUBGRAPH.outputs) }];
}

function tensorAt(subgraph: Table | undefined, index: number): FileTensor {
  const tensor = subgraph?.element(SUBGRAPH.tensors, index);
  if (!tensor) throw new Damaged(`there is no tensor ${index}`);
  const signature = tensor.int32s(TENSOR.shapeSignature, MOST_DIMENSIONS);
  return {
    name: tensor.text(TENSOR.name) ?? '',
    type: TYPES[tensor.int8(TENSOR.type)] ?? `type ${tensor.int8(TENSOR.type)}`,
    shape: signature.length > 0 ? signature : tensor.int32s(TENSOR.shape, MOST_DIMENSIONS),
  };
}

function operatorsOf(model: Table, subgraphs: readonly Table[]): OperatorCount[] {
  const names = Array.from(model.tables(MODEL.operatorCodes, MOST_CODES), (code) => {
    const number = Math.max(code.int8(CODE.formerCode), code.int32(CODE.code));
    return number === CUSTOM_CODE
      ? { name: code.text(CODE.customName) ?? '', custom: true as const }
      : { name: addon().operatorName(number) };
  });
  const counts = names.map(() => 0);
  for (const subgraph of subgraphs) {
    for (const operator of subgraph.tables(SUBGRAPH.operators, MOST_OPERATORS)) {
      const index = operator.uint32(OPERATOR.code);
      const count = counts[index];
      if (count === undefined) throw new Damaged(`there is no operator code ${index}`);
      counts[index] = count + 1;
    }
  }
  // A file may list an operator once for each of its versions.
  const byName = new Map<string, OperatorCount>();
  for (const [index, code] of names.entries()) {
    const key = `${String(code.custom)} ${code.name}`;
    const known = byName.get(key) ?? { ...code, count: 0 };
    known.count += counts[index] ?? 0;
    byName.set(key, known);
  }
  return [...byName.values()]
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function stateOf(subgraphs: readonly Table[]): string[] {
  const names = new Set<string>();
  for (const subgraph of subgraphs) {
    for (const tensor of subgraph.tables(SUBGRAPH.tensors, MOST_TENSORS)) {
      const isKept =
        tensor.uint8(TENSOR.isVariable) !== 0 || TYPES[tensor.int8(TENSOR.type)] === 'resource';
      if (isKept) names.add(tensor.text(TENSOR.name) ?? '');
    }
  }
  return [...names];
}
