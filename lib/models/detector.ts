import type { TensorDescription } from '../support/shared-types.js';

/** The final operator of SSD and EfficientDet, after which older exporters name the outputs. */
const OPERATOR = /^TFLite_Detection_PostProcess(:[0-3])?$/;

/**
 * Whether a model with these outputs is a detector: they must be those of
 * TFLite_Detection_PostProcess, by name or by shape (boxes [1, N, 4], two of [1, N], and the number
 * of detections).
 */
export function isDetector(outputs: readonly Pick<TensorDescription, 'name' | 'shape'>[]): boolean {
  if (outputs.length !== 4) return false;
  if (outputs.every(({ name }) => OPERATOR.test(name))) return true;
  const shapes = outputs.map(({ shape }) => shape.filter((size) => size !== 1).join('x'));
  const [detections] = shapes.flatMap((shape) => /^(\d+)x4$/.exec(shape)?.[1] ?? []);
  const expected = [`${detections}x4`, detections, detections, ''];
  return detections !== undefined && shapes.sort().join() === expected.sort().join();
}
