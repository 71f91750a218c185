/**
 * An operator of the network. Operators are listed in the order in which they run; `inputs` are indices of operators
 * whose outputs they use, or -1 for the picture.
 *
 * @typedef {object} Operator
 * @property {'QUANTIZE' | 'CONV_2D' | 'DEPTHWISE_CONV_2D' | 'ADD' | 'AVERAGE_POOL_2D' | 'FULLY_CONNECTED' | 'SOFTMAX'} kind
 * @property {number[]} inputs
 * @property {number[]} shape of its output, `[1, height, width, channels]` or `[1, classes]`
 * @property {number} [stride] in both directions; padding is TensorFlow's SAME
 * @property {number} [kernel] its side
 * @property {boolean} [relu6]
 * @property {Float32Array} [weights] `[outputs, kernel, kernel, inputs]`, of a depthwise one `[kernel, kernel, channels]`
 * @property {Float32Array} [bias]
 */

const { fround } = Math;

/** Side of the picture. */
export const SIDE = 224;

/** Epsilon of the batch normalizations. */
const EPSILON = fround(0.001);

/**
 * Repeats, kernel, first stride, expansion, outputs: EfficientNet-Lite0 of the family in
 * arXiv:1905.11946.
 */
const STAGES = [
  [1, 3, 1, 1, 16],
  [2, 3, 2, 6, 24],
  [2, 5, 2, 6, 40],
  [3, 3, 2, 6, 80],
  [3, 5, 1, 6, 112],
  [4, 5, 2, 6, 192],
  [1, 3, 1, 6, 320],
];

/**
 * EfficientNet-Lite0 for TensorFlow Lite, with each batch normalization folded into the preceding convolution.
 *
 * @param {Map<string, import('./checkpoint.mjs').FloatTensor>} checkpoint by PyTorch's names
 * @returns {Operator[]}
 */
export function network(checkpoint) {
  return new NetworkBuilder(checkpoint).build();
}

class NetworkBuilder {
  #checkpoint;
  #operators = [];

  constructor(checkpoint) {
    this.#checkpoint = checkpoint;
  }

  build() {
    this.#add({ kind: 'QUANTIZE', inputs: [-1], shape: [1, SIDE, SIDE, 3] });
    this.#convolution('_conv_stem', '_bn0', { stride: 2, relu6: true });
    let block = 0;
    for (const [repeats, , stride, expansion] of STAGES) {
      for (let repeat = 0; repeat < repeats; ++repeat) {
        this.#block(`_blocks.${block++}`, repeat === 0 ? stride : 1, expansion);
      }
    }
    this.#convolution('_conv_head', '_bn1', { stride: 1, relu6: true });
    const [, side, , channels] = this.#last.shape;
    this.#append('AVERAGE_POOL_2D', [1, 1, 1, channels], { kernel: side });
    const { shape, values } = this.#tensor('_fc.weight');
    const bias = this.#tensor('_fc.bias').values;
    this.#append('FULLY_CONNECTED', [1, shape[0]], { weights: values, bias });
    this.#append('SOFTMAX', [1, shape[0]]);
    this.#append('QUANTIZE', [1, shape[0]]);
    return this.#operators;
  }

  #block(name, stride, expansion) {
    const input = this.#operators.length - 1;
    if (expansion > 1) {
      this.#convolution(`${name}._expand_conv`, `${name}._bn0`, { stride: 1, relu6: true });
    }
    this.#depthwise(`${name}._depthwise_conv`, `${name}._bn1`, stride);
    this.#convolution(`${name}._project_conv`, `${name}._bn2`, { stride: 1, relu6: false });
    const { shape } = this.#last;
    if (stride === 1 && shape.at(-1) === this.#operators[input].shape.at(-1)) {
      const inputs = [this.#operators.length - 1, input];
      this.#add({ kind: 'ADD', inputs, shape });
    }
  }

  #convolution(name, normalization, { stride, relu6 }) {
    const { shape, values, bias } = this.#folded(name, normalization);
    const [outputs, inputs, kernel] = shape;
    const weights = new Float32Array(values.length);
    // In PyTorch, the inputs come before height and width.
    const area = kernel * kernel;
    for (let output = 0; output < outputs; ++output) {
      for (let input = 0; input < inputs; ++input) {
        for (let place = 0; place < area; ++place) {
          weights[(output * area + place) * inputs + input] =
            values[(output * inputs + input) * area + place];
        }
      }
    }
    const output = this.#strided(stride, outputs);
    this.#append('CONV_2D', output, { stride, kernel, relu6, weights, bias });
  }

  #depthwise(name, normalization, stride) {
    const { shape, values, bias } = this.#folded(name, normalization);
    const [channels, , kernel] = shape;
    const weights = new Float32Array(values.length);
    const area = kernel * kernel;
    for (let channel = 0; channel < channels; ++channel) {
      for (let place = 0; place < area; ++place) {
        weights[place * channels + channel] = values[channel * area + place];
      }
    }
    const output = this.#strided(stride, channels);
    this.#append('DEPTHWISE_CONV_2D', output, { stride, kernel, relu6: true, weights, bias });
  }

  /** In 32-bit float arithmetic, like TensorFlow's converter. */
  #folded(name, normalization) {
    const { shape, values } = this.#tensor(`${name}.weight`);
    const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
      (part) => this.#tensor(`${normalization}.${part}`).values,
    );
    const weights = new Float32Array(values.length);
    const bias = new Float32Array(shape[0]);
    const each = values.length / shape[0];
    for (let output = 0; output < shape[0]; ++output) {
      const factor = fround(gamma[output] / fround(Math.sqrt(fround(variance[output] + EPSILON))));
      for (let index = output * each; index < (output + 1) * each; ++index) {
        weights[index] = values[index] * factor;
      }
      bias[output] = beta[output] - fround(mean[output] * factor);
    }
    return { shape, values: weights, bias };
  }

  #strided(stride, channels) {
    const side = Math.ceil(this.#last.shape[1] / stride);
    return [1, side, side, channels];
  }

  #tensor(name) {
    const tensor = this.#checkpoint.get(name);
    if (!tensor) throw new Error(`the weights lack ${name}`);
    return tensor;
  }

  get #last() {
    return this.#operators.at(-1);
  }

  #append(kind, shape, rest = {}) {
    this.#add({ kind, inputs: [this.#operators.length - 1], shape, ...rest });
  }

  #add(operator) {
    this.#operators.push(operator);
  }
}
