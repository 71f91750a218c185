import { addon } from '../../addon/native.js';

import { Damaged, Table } from './flat-buffer.js';
import type { ByteSource } from './flat-buffer.js';
import { MODEL_IDENTIFIER } from './metadata.js';

// Reads the tables of a model for display, even if the model cannot be run. The addon reads and
// checks models that run.

/** A tensor as described in the file. */
export interface FileTensor {
  /** Name; may be empty or not unique. */
  name: string;
  /** Name of the type in the schema, in lower case: `float32`, `string`, `resource`. */
  type: string;
  /** Sizes in the file; -1 for open dimensions. Empty for a scalar, and if there is no shape. */
  shape: number[];
}

/** A signature of a model. */
export interface SignatureDescription {
  /** Its key; undefined for the signature of a model without any. */
  name?: string;
  /** By their names in the signature, in the order of the signature. */
  inputs: FileTensor[];
  /** By their names in the signature, in the order of the signature. */
  outputs: FileTensor[];
}

/** An operator and its count. */
export interface OperatorCount {
  /** Name in the schema; for a custom operator, its own name. */
  name: string;
  /** Whether it is a custom operator. */
  custom?: true;
  /** Count in all graphs of the model. */
  count: number;
}

/** The contents of a model's tables, as far as they could be read. */
export interface GraphDescription {
  /** The model's own description, usually written by its converter. */
  description?: string;
  /** Number of graphs: the first, bodies of loops and branches, and graphs of other signatures. */
  subgraphs: number;
  signatures: SignatureDescription[];
  /** Most frequent first. */
  operators: OperatorCount[];
  /** State that is kept from one run of a session to the next: variable tensors and resources. */
  state: string[];
  /** Why the rest could not be read. */
  damage?: string;
}

// Field numbers in TensorFlow Lite's schema.fbs.
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

// The same limits as in the check (native/inference/check/model_limits.h).
const MOST_SUBGRAPHS = 64;
const MOST_TENSORS = 262_144;
const MOST_OPERATORS = 65_536;
const MOST_CODES = 65_536;
const MOST_SIGNATURES = 64;
const MOST_ARGUMENTS = 4096;
const MOST_DIMENSIONS = 64;

/**
 * Reads as much as possible.
 *
 * @param source The bytes of a model.
 * @throws {Damaged} if not even the first table can be read.
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
  // A file can list an operator once for each version.
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
