import { Table, Tables, Vector, flatBuffer, float32, int32, uint8 } from './flat-buffer.mjs';

// Numbers from TensorFlow Lite's schema.fbs.
const SCHEMA_VERSION = 3;
const TYPES = { int32: 2, uint8: 3, int8: 9 };
/** Each with the first version of the operator that supports int8. */
const CODES = {
  QUANTIZE: { code: 114, version: 1 },
  CONV_2D: { code: 3, version: 3 },
  DEPTHWISE_CONV_2D: { code: 4, version: 3 },
  ADD: { code: 0, version: 2 },
  AVERAGE_POOL_2D: { code: 1, version: 2 },
  FULLY_CONNECTED: { code: 9, version: 4 },
  SOFTMAX: { code: 25, version: 2 },
};
const VALID_PADDING = 1;
const RELU6 = 3;
/** XNNPACK expects weights to be aligned to its vectors. */
const WEIGHT_ALIGNMENT = 16;

/**
 * A TensorFlow Lite file.
 *
 * @param {import('./quantized-network.mjs').QuantizedNetwork} network
 * @param {string} description that it carries
 * @returns {Buffer}
 */
export function tfliteModel(network, description) {
  return new ModelWriter(network).model(description);
}

class ModelWriter {
  #network;
  /** The first is empty, as the format requires: it belongs to computed tensors. */
  #buffers = [new Table({})];
  #tensors;
  #zeros = new Map();

  constructor(network) {
    this.#network = network;
    this.#tensors = network.activations.map((activation) => this.#activation(activation));
  }

  model(description) {
    const { activations, operators } = this.#network;
    const kinds = Object.keys(CODES);
    const codes = kinds.map((kind) => {
      const { code, version } = CODES[kind];
      return new Table({ 0: uint8(code), 2: int32(version), 3: int32(code) });
    });
    const tables = operators.map(
      (operator) =>
        new Table({
          0: int32(kinds.indexOf(operator.kind)),
          1: numbers([...operator.inputs, ...this.#constants(operator)]),
          2: numbers([operator.output]),
          ...optionsOf(operator),
        }),
    );
    const graph = new Table({
      0: new Tables(this.#tensors),
      1: numbers([0]),
      2: numbers([activations.length - 1]),
      3: new Tables(tables),
      4: Vector.text('main'),
    });
    const root = new Table({
      0: int32(SCHEMA_VERSION),
      1: new Tables(codes),
      2: new Tables([graph]),
      3: Vector.text(description),
      4: new Tables(this.#buffers),
    });
    return flatBuffer(root, 'TFL3');
  }

  #activation({ name, shape, type, scale, zeroPoint }) {
    const quantization = new Table({
      2: Vector.of(Float32Array.of(scale)),
      3: Vector.of(BigInt64Array.of(BigInt(zeroPoint))),
    });
    return tensor({ name, shape, type, quantization });
  }

  /** The indices of the tensors with an operator's weights and bias, which are added. */
  #constants({ kind, weights, weightShape, output }) {
    if (!weights) return [];
    const { name } = this.#network.activations[output];
    const channel = kind === 'DEPTHWISE_CONV_2D' ? weightShape.length - 1 : 0;
    const channels = weights.bias.length;
    return [
      this.#constant({
        ...{ name: `${name}/weights`, shape: weightShape, type: 'int8', values: weights.weights },
        quantization: this.#perChannel(weights.scales, channel),
      }),
      this.#constant({
        ...{ name: `${name}/bias`, shape: [channels], type: 'int32', values: weights.bias },
        quantization: this.#perChannel(weights.biasScales, 0),
      }),
    ];
  }

  #constant({ values, ...rest }) {
    this.#buffers.push(new Table({ 0: bytesOf(values) }));
    this.#tensors.push(tensor({ ...rest, buffer: this.#buffers.length - 1 }));
    return this.#tensors.length - 1;
  }

  #perChannel(scales, dimension) {
    const count = scales.length;
    const zeros = this.#zeros.get(count) ?? Vector.of(new BigInt64Array(count));
    this.#zeros.set(count, zeros);
    return new Table({ 2: Vector.of(scales), 3: zeros, 6: int32(dimension) });
  }
}

function tensor({ name, shape, type, quantization, buffer = 0 }) {
  return new Table({
    0: numbers(shape),
    1: uint8(TYPES[type]),
    2: int32(buffer),
    3: Vector.text(name),
    4: quantization,
  });
}

/** Type of the options, and the options, as fields of the operator. */
function optionsOf({ kind, kernel, stride, relu6 }) {
  const activation = relu6 ? uint8(RELU6) : undefined;
  const step = stride && int32(stride);
  const options = (type, fields) => ({ 3: uint8(type), 4: new Table(fields) });
  switch (kind) {
    case 'CONV_2D':
      return options(1, { 1: step, 2: step, 3: activation });
    case 'DEPTHWISE_CONV_2D':
      return options(2, { 1: step, 2: step, 3: int32(1), 4: activation });
    case 'AVERAGE_POOL_2D': {
      const side = int32(kernel);
      return options(5, { 0: uint8(VALID_PADDING), 1: int32(1), 2: int32(1), 3: side, 4: side });
    }
    case 'FULLY_CONNECTED':
      return options(8, {});
    case 'SOFTMAX':
      return options(9, { 0: float32(1) });
    case 'ADD':
      return options(11, {});
    default:
      return {};
  }
}

function numbers(values) {
  return Vector.of(Int32Array.from(values));
}

/** A buffer contains bytes, whatever their type. */
function bytesOf({ buffer, byteOffset, byteLength }) {
  return new Vector(new Uint8Array(buffer, byteOffset, byteLength), byteLength, WEIGHT_ALIGNMENT);
}
