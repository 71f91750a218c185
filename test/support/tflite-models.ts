import { buildModel } from './tflite.js';
import type { ElementType, Graph, Operator, Quantization, Tensor } from './tflite.js';

type ArithmeticType = 'float32' | 'int32' | 'int64' | 'uint8' | 'int8';

const isQuantized = (type: ElementType): boolean => type === 'uint8' || type === 'int8';

/** left + right = sum, all [1,4]; if quantized, `scale` and `zeroPoint` apply to all three. */
export function sumModel(
  type: ArithmeticType,
  quantization: Quantization = { scale: 1, zeroPoint: 0 },
): Buffer {
  const tensor = (name: string): Tensor => ({
    name,
    type,
    shape: [1, 4],
    ...(isQuantized(type) && { quantization }),
  });
  return buildModel({
    tensors: ['left', 'right', 'sum'].map(tensor),
    operators: [{ operator: 'ADD', inputs: ['left', 'right'], outputs: ['sum'] }],
    inputs: ['left', 'right'],
    outputs: ['sum'],
  });
}

/** left + right = sum and left × right = product, float32 [2,3]. */
export function sumAndProductModel(signature?: {
  inputs: readonly string[];
  outputs: readonly string[];
}): Buffer {
  const names = ['left', 'right', 'sum', 'product'];
  return buildModel({
    tensors: names.map((name) => ({ name, type: 'float32', shape: [2, 3] })),
    operators: [
      { operator: 'ADD', inputs: ['left', 'right'], outputs: ['sum'] },
      { operator: 'MUL', inputs: ['left', 'right'], outputs: ['product'] },
    ],
    inputs: ['left', 'right'],
    outputs: ['sum', 'product'],
    ...(signature && { signature }),
  });
}

/** in=put × in=put = square, float32 [1,3]; the first size is free. */
export function squareModel(): Buffer {
  return buildModel({
    tensors: ['in=put', 'square'].map((name) => ({
      ...{ name, type: 'float32', shape: [1, 3], shapeSignature: [-1, 3] },
    })),
    operators: [{ operator: 'MUL', inputs: ['in=put', 'in=put'], outputs: ['square'] }],
    inputs: ['in=put'],
    outputs: ['square'],
  });
}

/** step: float32 [1,1]; total = the sum of all steps in the session, unless rounding occurs. */
export function accumulatorModel(): Buffer {
  const float = (name: string, shape: readonly number[], data?: readonly number[]): Tensor => ({
    ...{ name, type: 'float32', shape },
    ...(data && { data }),
  });
  return buildModel({
    tensors: [
      float('step', [1, 1]),
      float('weights', [1, 1], [1]),
      float('recurrent', [1, 1], [1]),
      float('bias', [1], [0]),
      float('state', [1, 1]),
      float('total', [1, 1]),
    ],
    operators: [
      {
        operator: 'RNN',
        inputs: ['step', 'weights', 'recurrent', 'bias', 'state'],
        outputs: ['total'],
      },
    ],
    inputs: ['step'],
    outputs: ['total'],
    variable: 'state',
  });
}

/**
 * float32 [1,1] three times, a step's input and an LSTM's activation and cell of the previous step
 * → its next cell, tanh(activation) / 2 + cell / 2.
 */
export function lstmModel(): Buffer {
  const float = (name: string, shape: readonly number[], data?: readonly number[]): Tensor => ({
    ...{ name, type: 'float32', shape },
    ...(data && { data }),
  });
  return buildModel({
    tensors: [
      ...['step', 'activation', 'cell'].map((name) => float(name, [1, 1])),
      float('weights', [4, 2], [0, 0, 0, 1, 0, 0, 0, 0]),
      float('biases', [4], [0, 0, 0, 0]),
      ...['next activation', 'next cell'].map((name) => float(name, [1, 1])),
      float('joined', [1, 2]),
      float('gates', [1, 4]),
    ],
    operators: [
      {
        operator: 'LSTM',
        inputs: ['step', 'activation', 'weights', 'biases', 'cell'],
        outputs: ['next activation', 'next cell', 'joined', 'gates'],
      },
    ],
    inputs: ['step', 'activation', 'cell'],
    outputs: ['next cell'],
  });
}

/**
 * float32 [n,1] → the same plus the number of runs in the session, which is in a resource; n is
 * free.
 */
export function countingModel(): Buffer {
  const float = (name: string, shapeSignature?: readonly number[]): Tensor => ({
    ...{ name, type: 'float32', shape: [1, 1] },
    ...(shapeSignature && { shapeSignature }),
  });
  const handle: Tensor = { name: 'handle', type: 'resource', shape: [] };
  const variable: Operator = {
    ...{ operator: 'VAR_HANDLE', variable: 'count' },
    ...{ inputs: [], outputs: ['handle'] },
  };
  return buildModel(
    {
      tensors: [
        ...[float('value', [-1, 1]), handle, float('before'), { ...float('one'), data: [1] }],
        ...[float('count'), float('sum', [-1, 1])],
      ],
      operators: [
        { operator: 'CALL_ONCE', graph: 1, inputs: [], outputs: [] },
        variable,
        { operator: 'READ_VARIABLE', inputs: ['handle'], outputs: ['before'] },
        { operator: 'ADD', inputs: ['before', 'one'], outputs: ['count'] },
        { operator: 'ASSIGN_VARIABLE', inputs: ['handle', 'count'], outputs: [] },
        { operator: 'ADD', inputs: ['value', 'count'], outputs: ['sum'] },
      ],
      inputs: ['value'],
      outputs: ['sum'],
    },
    {
      tensors: [handle, { ...float('zero'), data: [0] }],
      operators: [
        variable,
        { operator: 'ASSIGN_VARIABLE', inputs: ['handle', 'zero'], outputs: [] },
      ],
      inputs: [],
      outputs: [],
    },
  );
}

/** float32 [1]: doubles a value for as long as it is a number, which 0 always is. */
export function loopModel(): Buffer {
  const float = (name: string): Tensor => ({ name, type: 'float32', shape: [1] });
  return buildModel(
    {
      tensors: [float('value'), float('last')],
      operators: [
        { operator: 'WHILE', condition: 1, body: 2, inputs: ['value'], outputs: ['last'] },
      ],
      inputs: ['value'],
      outputs: ['last'],
    },
    {
      tensors: [float('value'), { name: 'is number', type: 'bool', shape: [1] }],
      operators: [{ operator: 'EQUAL', inputs: ['value', 'value'], outputs: ['is number'] }],
      inputs: ['value'],
      outputs: ['is number'],
    },
    {
      tensors: [float('value'), float('twice')],
      operators: [{ operator: 'ADD', inputs: ['value', 'value'], outputs: ['twice'] }],
      inputs: ['value'],
      outputs: ['twice'],
    },
  );
}

/** float32 of any number of dimensions: twice the value. */
export function doublingModel(): Buffer {
  return buildModel({
    tensors: ['value', 'twice'].map((name) => ({ name, type: 'float32', shape: [] })),
    operators: [{ operator: 'ADD', inputs: ['value', 'value'], outputs: ['twice'] }],
    inputs: ['value'],
    outputs: ['twice'],
  });
}

/** Two graphs, float32 [2] → [2], each with a signature: 'double' and 'square'. */
export function twoSignaturesModel(): Buffer {
  const graph = (key: string, operator: 'ADD' | 'MUL', output: string): Graph => ({
    tensors: ['value', output].map((name) => ({ name, type: 'float32', shape: [2] })),
    operators: [{ operator, inputs: ['value', 'value'], outputs: [output] }],
    inputs: ['value'],
    outputs: [output],
    signature: { key, inputs: ['value'], outputs: [output] },
  });
  return buildModel(graph('double', 'ADD', 'twice'), graph('square', 'MUL', 'squared'));
}

/** values[indices]: float32 [4] and int32 [2]. An index out of range fails while it runs. */
export function gatherModel(): Buffer {
  return buildModel({
    tensors: [
      { name: 'values', type: 'float32', shape: [4] },
      { name: 'indices', type: 'int32', shape: [2] },
      { name: 'chosen', type: 'float32', shape: [2] },
    ],
    operators: [{ operator: 'GATHER', inputs: ['values', 'indices'], outputs: ['chosen'] }],
    inputs: ['values', 'indices'],
    outputs: ['chosen'],
  });
}

/** One byte for each probability: probability = byte / 256, as in the outputs of classifiers. */
const PROBABILITY: Record<'uint8' | 'int8', Quantization> = {
  uint8: { scale: 1 / 256, zeroPoint: 0 },
  int8: { scale: 1 / 256, zeroPoint: -128 },
};

export interface PictureModelOptions {
  type: 'uint8' | 'int8' | 'float32';
  /** Rows, columns, channels of the input. */
  size: readonly [number, number, number];
  /** Input without the batch dimension of 1. */
  flat?: boolean;
}

/**
 * A classifier whose answer does not depend on the picture: class i has `scores[i]`. For uint8 and
 * int8 these are scores from 0 to 255, for float32 the output's own values.
 */
export function constantModel(options: PictureModelOptions, scores: readonly number[]): Buffer {
  return classifier(options, scores, () => 0);
}

/**
 * A classifier that shows its input: class i has the value of the element at `[row, column,
 * channel]` in `elements[i]`; for uint8 and int8, the byte itself.
 */
export function pickingModel(
  options: PictureModelOptions,
  elements: readonly (readonly [number, number, number])[],
): Buffer {
  const [, columns, channels] = options.size;
  const places = elements.map(([row, column, channel]) => {
    return (row * columns + column) * channels + channel;
  });
  return classifier(
    options,
    elements.map(() => 0),
    (output, place) => (places[output] === place ? 1 : 0),
  );
}

/**
 * float32: class 0 has the value of the first element (expected to be 0 to 1), class 1 has 1 minus
 * that.
 */
export function firstElementModel(size: readonly [number, number, number]): Buffer {
  const sign = [1, -1];
  return classifier({ type: 'float32', size }, [0, 1], (output, place) =>
    place === 0 ? (sign[output] ?? 0) : 0,
  );
}

/** One fully connected layer over all elements. */
function classifier(
  { type, size, flat = false }: PictureModelOptions,
  bias: readonly number[],
  weight: (output: number, place: number) => number,
): Buffer {
  const places = size[0] * size[1] * size[2];
  const classes = bias.length;
  const quantized = type !== 'float32';
  const input: Tensor = {
    name: 'picture',
    type,
    shape: flat ? size : [1, ...size],
    ...(quantized && { quantization: PROBABILITY[type] }),
  };
  const weights: Tensor = {
    name: 'weights',
    type,
    shape: [classes, places],
    data: Array.from({ length: classes * places }, (_, index) =>
      weight(Math.floor(index / places), index % places),
    ),
    ...(quantized && { quantization: { scale: 1, zeroPoint: 0 } }),
  };
  const biases: Tensor = {
    name: 'bias',
    type: quantized ? 'int32' : 'float32',
    shape: [classes],
    data: bias,
    ...(quantized && { quantization: { scale: 1 / 256, zeroPoint: 0 } }),
  };
  const scores: Tensor = {
    name: 'scores',
    type,
    shape: [1, classes],
    ...(quantized && { quantization: PROBABILITY[type] }),
  };
  return buildModel({
    tensors: [input, weights, biases, scores],
    operators: [
      {
        operator: 'FULLY_CONNECTED',
        inputs: ['picture', 'weights', 'bias'],
        outputs: ['scores'],
      },
    ],
    inputs: ['picture'],
    outputs: ['scores'],
  });
}

/** The outputs of a model that ends with TFLite_Detection_PostProcess. */
export interface DetectorOutputs {
  /** For each detection: top, left, bottom, right, as fractions of the picture's sides. */
  boxes: readonly (readonly [number, number, number, number])[];
  classes: readonly number[];
  scores: readonly number[];
  count: number;
}

type DetectorOutput = keyof DetectorOutputs;

/** The form of a model's outputs. */
export interface DetectorForm {
  order?: readonly DetectorOutput[];
  names?: Partial<Record<DetectorOutput, string>>;
}

const OPERATOR = 'TFLite_Detection_PostProcess';

/** A detector whose answer does not depend on the picture, with a float32 input of 2 × 2 pixels. */
export function detectorModel(
  { boxes, classes, scores, count }: DetectorOutputs,
  { order = ['boxes', 'classes', 'scores', 'count'], names = {} }: DetectorForm = {},
): Buffer {
  const pixels = 2 * 2 * 3;
  const values = { boxes: boxes.flat(), classes, scores, count: [count] };
  const shapes = {
    boxes: [1, boxes.length, 4],
    classes: [1, classes.length],
    scores: [1, scores.length],
    count: [1],
  };
  const nameOf = (output: DetectorOutput): string =>
    names[output] ??
    {
      boxes: OPERATOR,
      classes: `${OPERATOR}:1`,
      scores: `${OPERATOR}:2`,
      count: `${OPERATOR}:3`,
    }[output];
  const float = (name: string, shape: readonly number[], data?: readonly number[]): Tensor => ({
    ...{ name, type: 'float32', shape },
    ...(data && { data }),
  });
  return buildModel({
    tensors: [
      float('picture', [1, 2, 2, 3]),
      ...order.flatMap((output) => {
        const { length } = values[output];
        return [
          float(`${output}.weights`, [length, pixels], Array<number>(length * pixels).fill(0)),
          float(`${output}.bias`, [length], values[output]),
          float(`${output}.flat`, [1, length]),
          {
            ...{ name: `${output}.shape`, type: 'int32' as const },
            ...{ shape: [shapes[output].length], data: shapes[output] },
          },
          float(nameOf(output), shapes[output]),
        ];
      }),
    ],
    operators: order.flatMap((output): Operator[] => [
      {
        operator: 'FULLY_CONNECTED',
        inputs: ['picture', `${output}.weights`, `${output}.bias`],
        outputs: [`${output}.flat`],
      },
      {
        operator: 'RESHAPE',
        newShape: shapes[output],
        inputs: [`${output}.flat`, `${output}.shape`],
        outputs: [nameOf(output)],
      },
    ]),
    inputs: ['picture'],
    outputs: order.map(nameOf),
  });
}
