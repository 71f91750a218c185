import { Message } from './protocol-buffer.mjs';

// Numbers from onnx.proto3.
const IR_VERSION = 8;
const OPERATOR_SET = 17;
const TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };
const ATTRIBUTE_TYPES = { integer: 2, integers: 7 };

/**
 * The same network for ONNX Runtime, which expects quantized models as float operators between DequantizeLinear and
 * QuantizeLinear. Activations are uint8, the same as int8 with 128 added, because its kernels for x86-64 are optimized for
 * that. ReLU6 needs no operator: the range of the integers ends where it clips.
 *
 * @param {import('./quantized-network.mjs').QuantizedNetwork} network
 * @returns {Buffer}
 */
export function onnxModel(network) {
  return new ModelWriter(network).model();
}

class ModelWriter {
  #network;
  #nodes = [];
  #initializers = [];

  constructor(network) {
    this.#network = network;
  }

  model() {
    const { activations, operators } = this.#network;
    for (const operator of operators) this.#add(operator);
    const graph = new Message()
      .each(1, this.#nodes, Message.prototype.message)
      .bytes(2, 'main')
      .each(5, this.#initializers, Message.prototype.message)
      .message(11, valueInfo(activations[0]))
      .message(12, valueInfo(activations.at(-1)));
    return new Message()
      .integer(1, IR_VERSION)
      .message(7, graph)
      .message(8, new Message().integer(2, OPERATOR_SET))
      .toBytes();
  }

  #add(operator) {
    const { kind, output } = operator;
    const { activations } = this.#network;
    const inputs = operator.inputs.map((input) => activations[input]);
    const result = activations[output];
    if (kind === 'QUANTIZE') {
      // The picture has its channels last; they must come first.
      if (output === 1)
        this.#node('Transpose', [inputs[0].name], result.name, { perm: [0, 3, 1, 2] });
      else this.#node('Identity', [inputs[0].name], result.name);
      return;
    }
    if (kind === 'FULLY_CONNECTED') {
      // As integers, so that nothing comes between DequantizeLinear and the product.
      const [{ name }] = inputs;
      inputs[0] = {
        ...inputs[0],
        name: this.#node('Flatten', [name], `${name}/flat`, { axis: 1 }),
      };
    }
    const floats = inputs.map((input) => this.#dequantized(input));
    const computed = `${result.name}/float`;
    switch (kind) {
      case 'CONV_2D':
      case 'DEPTHWISE_CONV_2D':
        this.#convolution(operator, floats, computed);
        break;
      case 'ADD':
        this.#node('Add', floats, computed);
        break;
      case 'AVERAGE_POOL_2D':
        this.#node('GlobalAveragePool', floats, computed);
        break;
      case 'FULLY_CONNECTED':
        this.#fullyConnected(operator, floats, computed);
        break;
      case 'SOFTMAX':
        this.#node('Softmax', floats, computed, { axis: 1 });
        break;
      default:
        throw new Error(`no ONNX operator for ${kind}`);
    }
    this.#quantized(computed, result);
  }

  #convolution(operator, inputs, output) {
    const { kind, kernel, stride, weights, weightShape } = operator;
    const isDepthwise = kind === 'DEPTHWISE_CONV_2D';
    const channels = weights.bias.length;
    const [, side] = this.#network.activations[operator.inputs[0]].shape;
    const missing = Math.max((Math.ceil(side / stride) - 1) * stride + kernel - side, 0);
    const before = Math.floor(missing / 2);
    const shape = isDepthwise
      ? [channels, 1, kernel, kernel]
      : [channels, weightShape[3], kernel, kernel];
    const values = isDepthwise
      ? transposed(weights.weights, kernel * kernel, channels)
      : channelsFirst(weights.weights, channels, kernel * kernel, weightShape[3]);
    this.#node('Conv', [...inputs, ...this.#constants(output, weights, values, shape)], output, {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [before, before, missing - before, missing - before],
      group: isDepthwise ? channels : 1,
    });
  }

  #fullyConnected({ weights, weightShape }, inputs, output) {
    const constants = this.#constants(output, weights, weights.weights, weightShape);
    this.#node('Gemm', [...inputs, ...constants], output, { transB: 1 });
  }

  /** Names of weights and bias as floats. */
  #constants(name, { bias, scales, biasScales }, weights, shape) {
    const dequantized = (part, type, values, partShape, partScales) => {
      const inputs = [
        this.#constant(`${name}/${part}/integers`, type, partShape, values),
        this.#constant(`${name}/${part}/scales`, 'float32', [scales.length], partScales),
        this.#constant(
          `${name}/${part}/zeros`,
          type,
          [scales.length],
          new values.constructor(scales.length),
        ),
      ];
      return this.#node('DequantizeLinear', inputs, `${name}/${part}`, { axis: 0 });
    };
    return [
      dequantized('weights', 'int8', weights, shape, scales),
      dequantized('bias', 'int32', bias, [bias.length], biasScales),
    ];
  }

  #dequantized(activation) {
    const { name } = activation;
    const inputs = [name, ...this.#range(activation)];
    return this.#node('DequantizeLinear', inputs, `${name}/dequantized/${this.#nodes.length}`);
  }

  #quantized(input, activation) {
    this.#node('QuantizeLinear', [input, ...this.#range(activation)], activation.name);
  }

  #range({ name, type, scale, zeroPoint }) {
    const asUint8 = type === 'int8' ? zeroPoint + 128 : zeroPoint;
    return [
      this.#constant(`${name}/scale`, 'float32', [], Float32Array.of(scale)),
      this.#constant(`${name}/zero`, 'uint8', [], Uint8Array.of(asUint8)),
    ];
  }

  #known = new Set();

  #constant(name, type, shape, values) {
    if (this.#known.has(name)) return name;
    this.#known.add(name);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const tensor = new Message()
      .each(1, shape, Message.prototype.integer)
      .integer(2, TYPES[type])
      .bytes(8, name)
      .bytes(9, bytes);
    this.#initializers.push(tensor);
    return name;
  }

  #node(operator, inputs, output, attributes = {}) {
    const node = new Message()
      .each(1, inputs, Message.prototype.bytes)
      .bytes(2, output)
      .bytes(3, output)
      .bytes(4, operator)
      .each(5, Object.entries(attributes).map(attribute), Message.prototype.message);
    this.#nodes.push(node);
    return output;
  }
}

function attribute([name, value]) {
  const message = new Message().bytes(1, name);
  if (Array.isArray(value)) {
    return message.each(8, value, Message.prototype.integer).integer(20, ATTRIBUTE_TYPES.integers);
  }
  return message.integer(3, value).integer(20, ATTRIBUTE_TYPES.integer);
}

function valueInfo({ name, shape, type }) {
  const dimensions = shape.map((size) => new Message().integer(1, size));
  const tensor = new Message()
    .integer(1, TYPES[type])
    .message(2, new Message().each(1, dimensions, Message.prototype.message));
  return new Message().bytes(1, name).message(2, new Message().message(1, tensor));
}

/** `[rows, columns]` to `[columns, rows]`. */
function transposed(values, rows, columns) {
  return Int8Array.from(
    values,
    (_, index) => values[(index % rows) * columns + Math.floor(index / rows)],
  );
}

/** `[outputs, area, inputs]` to `[outputs, inputs, area]`. */
function channelsFirst(values, outputs, area, inputs) {
  const size = area * inputs;
  const result = new Int8Array(values.length);
  for (let output = 0; output < outputs; ++output) {
    const each = values.subarray(output * size, (output + 1) * size);
    result.set(transposed(each, area, inputs), output * size);
  }
  return result;
}
