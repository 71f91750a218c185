const { fround } = Math;

/**
 * The meaning of integers: real value = (integer - zeroPoint) * scale.
 *
 * @typedef {object} Quantization
 * @property {number} scale a 32-bit float
 * @property {number} zeroPoint
 */

/**
 * Weights as symmetric 8-bit integers with a scale for each output channel, and the bias as 32-bit integers whose scale is
 * `input × weight`.
 *
 * @typedef {object} QuantizedWeights
 * @property {Int8Array} weights
 * @property {Float32Array} scales
 * @property {Int32Array} bias
 * @property {Float32Array} biasScales
 */

/** The minimum for the largest weight of a channel. */
const LEAST_WEIGHT = 5e-7;

/** Half of the 32-bit range. */
const MOST_BIAS = (2 ** 31 - 1) / 2;

/**
 * Quantizes weights exactly like TensorFlow's converter: in 32-bit floats, and by multiplying with reciprocals.
 *
 * @param {import('./network.mjs').Operator} operator
 * @param {number} inputScale
 * @returns {QuantizedWeights}
 */
export function quantizeWeights({ kind, weights, bias }, inputScale) {
  const channels = bias.length;
  const each = weights.length / channels;
  // In a depthwise convolution, the channels come last.
  const [first, next] = kind === 'DEPTHWISE_CONV_2D' ? [1, channels] : [each, 1];
  const quantized = {
    weights: new Int8Array(weights.length),
    scales: new Float32Array(channels),
    bias: new Int32Array(channels),
    biasScales: new Float32Array(channels),
  };
  for (let channel = 0; channel < channels; ++channel) {
    let largest = LEAST_WEIGHT;
    for (let index = 0; index < each; ++index) {
      largest = Math.max(largest, Math.abs(weights[channel * first + index * next]));
    }
    // A dead channel has almost no weights, but still a bias.
    const least = Math.abs(bias[channel]) / (inputScale * MOST_BIAS);
    const scale = fround(Math.max(largest / 127, least));
    const biasScale = fround(inputScale * scale);
    const reciprocal = fround(1 / scale);
    for (let index = 0; index < each; ++index) {
      const place = channel * first + index * next;
      quantized.weights[place] = round(fround(weights[place] * reciprocal));
    }
    quantized.scales[channel] = scale;
    quantized.bias[channel] = round(fround(bias[channel] * fround(1 / biasScale)));
    quantized.biasScales[channel] = biasScale;
  }
  return quantized;
}

/** Rounds halves away from zero, like C++. */
function round(value) {
  return Math.sign(value) * Math.round(Math.abs(value));
}
