import { readFileSync } from 'node:fs';
import path from 'node:path';

import { readCheckpoint } from './checkpoint.mjs';
import { onnxModel } from './onnx.mjs';
import { quantizedNetwork } from './quantized-network.mjs';
import { tfliteModel } from './tflite.mjs';

/**
 * Creates EfficientNet-Lite0 with 8-bit integers. The same weights and ranges produce the same bytes.
 *
 * @param {Buffer} weights as PyTorch has them
 * @param {string} folder with ranges.json
 * @returns {Record<'model.tflite' | 'model.onnx', Buffer>}
 */
export function makeModel(weights, folder) {
  const ranges = JSON.parse(readFileSync(path.join(folder, 'ranges.json'), 'utf8'));
  const network = quantizedNetwork(readCheckpoint(weights), ranges);
  return {
    'model.tflite': tfliteModel(network, 'EfficientNet-Lite0 for ImageNet, int8'),
    'model.onnx': onnxModel(network),
  };
}
