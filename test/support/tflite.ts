import { Builder } from 'flatbuffers';

/**
 * Writes TensorFlow Lite models that are small enough for their answers to be known. The numbers of
 * fields and enumerations are those of the public schema, tensorflow/lite/schema/schema.fbs,
 * version 3.
 */

export type ElementType =
  'float32' | 'int32' | 'uint8' | 'int64' | 'string' | 'bool' | 'int8' | 'resource';

const TENSOR_TYPE: Record<ElementType, number> = {
  float32: 0,
  int32: 2,
  uint8: 3,
  int64: 4,
  string: 5,
  bool: 6,
  int8: 9,
  resource: 13,
};

/** The size of an element in bytes; strings and resources have none. */
const ELEMENT_SIZE: Record<ElementType, number> = {
  float32: 4,
  int32: 4,
  uint8: 1,
  int64: 8,
  string: 0,
  bool: 1,
  int8: 1,
  resource: 0,
};

export interface Quantization {
  scale: number;
  zeroPoint: number;
}

export interface Tensor {
  name: string;
  type: ElementType;
  shape: readonly number[];
  /** The shape with -1 for free sizes. */
  shapeSignature?: readonly number[];
  quantization?: Quantization;
  /** A constant's elements; without them, the tensor is an input, an output or in between. */
  data?: readonly number[];
}

/** Tensors are identified by name, not by number. */
export type Operator = {
  inputs: readonly string[];
  outputs: readonly string[];
} & (
  | { operator: 'ADD' | 'MUL' | 'GATHER' | 'FULLY_CONNECTED' | 'QUANTIZE' | 'DEQUANTIZE' | 'RNN' }
  | { operator: 'CONCATENATION'; axis: number }
  | { operator: 'SOFTMAX' }
  /** The variant with five inputs. */
  | { operator: 'LSTM' }
  | { operator: 'RESHAPE'; newShape: readonly number[] }
  | { operator: 'EQUAL' | 'READ_VARIABLE' | 'ASSIGN_VARIABLE' }
  | { operator: 'VAR_HANDLE'; variable: string }
  /** Graphs by their numbers. */
  | { operator: 'CALL_ONCE'; graph: number }
  | { operator: 'WHILE'; condition: number; body: number }
  | { operator: 'RANDOM_UNIFORM' }
  | { operator: 'TRANSPOSE' | 'BATCH_TO_SPACE_ND' | 'SPACE_TO_BATCH_ND' | 'BROADCAST_ARGS' }
  /** Along axis 1, with a length for each index of axis 0. */
  | { operator: 'REVERSE_SEQUENCE' }
  /** `single`: the begins are those of single elements. `sizes`: the ends are sizes. */
  | { operator: 'STRIDED_SLICE'; single?: boolean; sizes?: boolean }
);

export interface Graph {
  tensors: readonly Tensor[];
  operators: readonly Operator[];
  inputs: readonly string[];
  outputs: readonly string[];
  /**
   * Adds a signature with these arguments, in this order, by tensor; its key is 'serving_default'.
   */
  signature?: { key?: string; inputs: readonly string[]; outputs: readonly string[] };
  /** The output of TensorFlow's metadata library. */
  metadata?: Uint8Array;
  /** Makes the tensor with this name a variable. */
  variable?: string;
}

const OPERATOR_CODE: Record<Operator['operator'], number> = {
  ADD: 0,
  CONCATENATION: 2,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LSTM: 16,
  MUL: 18,
  RESHAPE: 22,
  RNN: 24,
  SOFTMAX: 25,
  GATHER: 36,
  BATCH_TO_SPACE_ND: 37,
  SPACE_TO_BATCH_ND: 38,
  TRANSPOSE: 39,
  STRIDED_SLICE: 45,
  EQUAL: 71,
  REVERSE_SEQUENCE: 112,
  QUANTIZE: 114,
  WHILE: 119,
  CALL_ONCE: 129,
  VAR_HANDLE: 142,
  READ_VARIABLE: 143,
  ASSIGN_VARIABLE: 144,
  BROADCAST_ARGS: 145,
  RANDOM_UNIFORM: 148,
};

// The versions that introduced these types; all other operators and types here are in the first.
const OPERATOR_VERSION: Partial<
  Record<Operator['operator'], Partial<Record<ElementType, number>>>
> = {
  ADD: { int8: 2, int64: 4 },
  CONCATENATION: { int8: 2 },
  DEQUANTIZE: { int8: 2 },
  FULLY_CONNECTED: { int8: 4 },
  LSTM: { float32: 2 },
  MUL: { int8: 2 },
  SOFTMAX: { int8: 2 },
};

/** A field of a table: its number in the schema and how to write it. */
type Field = (builder: Builder) => void;

export const int8 =
  (field: number, value: number): Field =>
  (builder) => {
    builder.addFieldInt8(field, value, 0);
  };
const int32 =
  (field: number, value: number): Field =>
  (builder) => {
    builder.addFieldInt32(field, value, 0);
  };
const float32 =
  (field: number, value: number): Field =>
  (builder) => {
    builder.addFieldFloat32(field, value, 0);
  };
export const reference =
  (field: number, offset: number): Field =>
  (builder) => {
    builder.addFieldOffset(field, offset, 0);
  };

export function table(builder: Builder, fields: readonly Field[]): number {
  builder.startObject(16);
  for (const field of fields) field(builder);
  return builder.endObject();
}

/** Vectors are written from their end. */
export function vector<T>(
  builder: Builder,
  size: number,
  values: readonly T[],
  write: (value: T) => void,
  alignment = size,
): number {
  builder.startVector(size, values.length, alignment);
  for (const value of [...values].reverse()) write(value);
  return builder.endVector();
}

const int32Vector = (builder: Builder, values: readonly number[]): number =>
  vector(builder, 4, values, (value) => {
    builder.addInt32(value);
  });

export const tableVector = (builder: Builder, offsets: readonly number[]): number =>
  vector(builder, 4, offsets, (offset) => {
    builder.addOffset(offset);
  });

/** The little-endian bytes of elements. */
export function elements(type: ElementType, values: readonly number[]): Buffer {
  const size = ELEMENT_SIZE[type];
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, index) => {
    const offset = index * size;
    switch (type) {
      case 'float32':
        bytes.writeFloatLE(value, offset);
        break;
      case 'int32':
        bytes.writeInt32LE(value, offset);
        break;
      case 'uint8':
      case 'bool':
        bytes.writeUInt8(value, offset);
        break;
      case 'int8':
        bytes.writeInt8(value, offset);
        break;
      case 'int64':
        bytes.writeBigInt64LE(BigInt(value), offset);
        break;
      case 'string':
      case 'resource':
        throw new Error(`elements of type ${type} have no fixed size`);
    }
  });
  return bytes;
}

/** The inverse of `elements`. */
export function valuesOf(type: ElementType, bytes: Buffer): number[] {
  const size = ELEMENT_SIZE[type];
  return Array.from({ length: bytes.length / size }, (_, index) => {
    const offset = index * size;
    switch (type) {
      case 'float32':
        return bytes.readFloatLE(offset);
      case 'int32':
        return bytes.readInt32LE(offset);
      case 'uint8':
      case 'bool':
        return bytes.readUInt8(offset);
      case 'int8':
        return bytes.readInt8(offset);
      case 'int64':
        return Number(bytes.readBigInt64LE(offset));
      case 'string':
      case 'resource':
        throw new Error(`elements of type ${type} have no fixed size`);
    }
  });
}

function writeTensor(
  builder: Builder,
  tensor: Tensor,
  buffer: number,
  isVariable: boolean,
): number {
  const name = builder.createString(tensor.name);
  const shape = int32Vector(builder, tensor.shape);
  const signature = tensor.shapeSignature && int32Vector(builder, tensor.shapeSignature);
  const fields = [
    reference(0, shape),
    int8(1, TENSOR_TYPE[tensor.type]),
    int32(2, buffer),
    reference(3, name),
    ...(isVariable ? [int8(5, 1)] : []),
    ...(signature === undefined ? [] : [reference(7, signature)]),
  ];
  if (tensor.quantization) {
    const scale = vector(builder, 4, [tensor.quantization.scale], (value) => {
      builder.addFloat32(value);
    });
    const zeroPoint = vector(builder, 8, [BigInt(tensor.quantization.zeroPoint)], (value) => {
      builder.addInt64(value);
    });
    fields.push(reference(4, table(builder, [reference(2, scale), reference(3, zeroPoint)])));
  }
  return table(builder, fields);
}

/** The operator's options: the number in the union BuiltinOptions and the table; none for most. */
function writeOptions(builder: Builder, operator: Operator): Field[] {
  const union = (number: number, fields: readonly Field[]): Field[] => [
    int8(3, number),
    reference(4, table(builder, fields)),
  ];
  switch (operator.operator) {
    case 'RNN':
      return union(7, [int8(0, 0)]);
    case 'FULLY_CONNECTED':
      return union(8, [int8(0, 0)]);
    case 'SOFTMAX':
      return union(9, [float32(0, 1)]);
    case 'CONCATENATION':
      return union(10, [int32(0, operator.axis)]);
    case 'ADD':
      return union(11, [int8(0, 0)]);
    case 'LSTM':
      return union(14, [int8(0, 4), int8(3, 1)]);
    case 'RESHAPE':
      return union(17, [reference(0, int32Vector(builder, operator.newShape))]);
    case 'MUL':
      return union(21, [int8(0, 0)]);
    case 'STRIDED_SLICE':
      return union(32, [
        int32(4, operator.single === true ? 1 : 0),
        int8(5, operator.sizes === true ? 1 : 0),
      ]);
    case 'REVERSE_SEQUENCE':
      return union(87, [int32(0, 1), int32(1, 0)]);
    case 'WHILE':
      return union(93, [int32(0, operator.condition), int32(1, operator.body)]);
    case 'CALL_ONCE':
      return union(103, [int32(0, operator.graph)]);
    case 'VAR_HANDLE':
      return union(111, [reference(1, builder.createString(operator.variable))]);
    default:
      return [];
  }
}

/** What all graphs of a file share. */
interface Parts {
  buffers: number[];
  codes: number[];
  signatures: number[];
  metadata: number[];
}

/** The bytes of a .tflite file with these graphs; the first is the default. */
export function buildModel(...graphs: readonly [Graph, ...Graph[]]): Buffer {
  const builder = new Builder(1024);
  // Fields with default values, such as type float32 and index 0, are written as well.
  builder.forceDefaults(true);
  // Buffer 0 is the empty one of all tensors that are not constants.
  const parts: Parts = { buffers: [table(builder, [])], codes: [], signatures: [], metadata: [] };
  const subgraphs = graphs.map((graph, index) => writeGraph(builder, graph, index, parts));
  const { buffers, codes, signatures, metadata } = parts;
  const list = (field: number, offsets: readonly number[]): Field[] =>
    offsets.length === 0 ? [] : [reference(field, tableVector(builder, offsets))];
  const fields = [
    int32(0, 3),
    ...list(1, codes),
    ...list(2, subgraphs),
    reference(3, builder.createString('made by a test')),
    ...list(4, buffers),
    ...list(6, metadata),
    ...list(7, signatures),
  ];
  builder.finish(table(builder, fields), 'TFL3');
  return Buffer.from(builder.asUint8Array());
}

function writeGraph(builder: Builder, graph: Graph, subgraph: number, parts: Parts): number {
  const { buffers, codes } = parts;
  const indexOf = (name: string): number => {
    const index = graph.tensors.findIndex((tensor) => tensor.name === name);
    if (index < 0) throw new Error(`there is no tensor '${name}'`);
    return index;
  };
  const indices = (names: readonly string[]): number => int32Vector(builder, names.map(indexOf));

  const tensors = graph.tensors.map((tensor) => {
    const isVariable = tensor.name === graph.variable;
    if (!tensor.data) return writeTensor(builder, tensor, 0, isVariable);
    const data = vector(
      builder,
      1,
      [...elements(tensor.type, tensor.data)],
      (byte) => {
        builder.addInt8(byte);
      },
      16,
    );
    buffers.push(table(builder, [reference(0, data)]));
    return writeTensor(builder, tensor, buffers.length - 1, isVariable);
  });

  if (graph.metadata) parts.metadata.push(writeMetadata(builder, graph.metadata, buffers));
  const operators = graph.operators.map((operator) => {
    const code = OPERATOR_CODE[operator.operator];
    const [first] = operator.inputs;
    const type = graph.tensors.find(({ name }) => name === first)?.type ?? 'float32';
    const version = OPERATOR_VERSION[operator.operator]?.[type] ?? 1;
    codes.push(table(builder, [int8(0, Math.min(code, 127)), int32(2, version), int32(3, code)]));
    const inputs = indices(operator.inputs);
    const outputs = indices(operator.outputs);
    return table(builder, [
      int32(0, codes.length - 1),
      reference(1, inputs),
      reference(2, outputs),
      ...writeOptions(builder, operator),
    ]);
  });
  if (graph.signature) {
    parts.signatures.push(writeSignature(builder, graph.signature, subgraph, indexOf));
  }
  return table(builder, [
    reference(0, tableVector(builder, tensors)),
    reference(1, indices(graph.inputs)),
    reference(2, indices(graph.outputs)),
    reference(3, tableVector(builder, operators)),
    reference(4, builder.createString('main')),
  ]);
}

function writeMetadata(builder: Builder, content: Uint8Array, buffers: number[]): number {
  const write = (byte: number): void => {
    builder.addInt8(byte);
  };
  const data = vector(builder, 1, [...content], write, 16);
  buffers.push(table(builder, [reference(0, data)]));
  const name = builder.createString('TFLITE_METADATA');
  return table(builder, [reference(0, name), int32(1, buffers.length - 1)]);
}

function writeSignature(
  builder: Builder,
  signature: NonNullable<Graph['signature']>,
  subgraph: number,
  indexOf: (name: string) => number,
): number {
  const maps = (names: readonly string[]): number =>
    tableVector(
      builder,
      names.map((name) => {
        const argument = builder.createString(`argument ${name}`);
        return table(builder, [reference(0, argument), int32(1, indexOf(name))]);
      }),
    );
  return table(builder, [
    reference(0, maps(signature.inputs)),
    reference(1, maps(signature.outputs)),
    reference(2, builder.createString(signature.key ?? 'serving_default')),
    int32(4, subgraph),
  ]);
}
