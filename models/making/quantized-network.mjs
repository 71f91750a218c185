import { SIDE, network } from './network.mjs';
import { quantizeWeights } from './quantize.mjs';

/**
 * A tensor between operators: the picture is the first, followed by the outputs of the operators in their order.
 *
 * @typedef {import('./quantize.mjs').Quantization & { name: string, shape: number[], type: 'uint8' | 'int8' }} Activation
 */

/**
 * @typedef {Pick<import('./network.mjs').Operator, 'kind' | 'kernel' | 'stride' | 'relu6'>
 *   & { inputs: number[], output: number, weights?: import('./quantize.mjs').QuantizedWeights, weightShape?: number[] }}
 *   QuantizedOperator its inputs and its output are indices of activations
 */

/**
 * The network in integers.
 *
 * @typedef {object} QuantizedNetwork
 * @property {Activation[]} activations
 * @property {QuantizedOperator[]} operators
 */

/**
 * @param {Map<string, import('./checkpoint.mjs').FloatTensor>} checkpoint
 * @param {{ input: import('./quantize.mjs').Quantization,
 *   operators: ({ operator: string } & import('./quantize.mjs').Quantization)[] }} ranges of the input and of each
 *   operator's output
 * @returns {QuantizedNetwork}
 */
export function quantizedNetwork(checkpoint, ranges) {
  const operators = network(checkpoint);
  if (operators.map(({ kind }) => kind).join() !== ranges.operators.map((r) => r.operator).join()) {
    throw new Error('the ranges are not those of this network');
  }
  const last = operators.length - 1;
  const activations = [
    { name: 'picture', shape: [1, SIDE, SIDE, 3], type: 'uint8', ...ranges.input },
    ...operators.map(({ kind, shape }, index) => {
      const { scale, zeroPoint } = ranges.operators[index];
      const name = index === last ? 'probabilities' : `${kind.toLowerCase()}_${index}`;
      return { name, shape, type: index === last ? 'uint8' : 'int8', scale, zeroPoint };
    }),
  ];
  return {
    activations,
    operators: operators.map((operator, index) => {
      const { kind, kernel, stride, relu6 } = operator;
      const inputs = operator.inputs.map((input) => input + 1);
      const quantized = { kind, kernel, stride, relu6, inputs, output: index + 1 };
      if (!operator.weights) return quantized;
      const weights = quantizeWeights(operator, activations[inputs[0]].scale);
      return { ...quantized, weights, weightShape: weightShape(operator) };
    }),
  };
}

function weightShape({ kind, kernel, weights, bias }) {
  const channels = bias.length;
  if (kind === 'DEPTHWISE_CONV_2D') return [1, kernel, kernel, channels];
  if (kind === 'FULLY_CONNECTED') return [channels, weights.length / channels];
  return [channels, kernel, kernel, weights.length / channels / (kernel * kernel)];
}
