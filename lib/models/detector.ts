import type { TensorDescription } from '../support/shared-types.js';

/** The operator that SSD and EfficientDet end with, by which older exporters name its outputs. */
const OPERATOR = /^TFLite_Detection_PostProcess(:[0-3])?$/;

/**
 * Whether a model with these outputs is a detector: they are those of TFLite_Detection_PostProcess, by
 * their names or by their shapes ([1, N, 4] of boxes, two of [1, N], and their number).
 */
export function isDetector(outputs: readonly Pick<TensorDescription, 'name' | 'shape'>[]): boolean {
  if (outputs.length !== 4) return false;
  if (outputs.every(({ name }) => OPERATOR.test(name))) return true;
  const shapes = outputs.map(({ shape }) => shape.filter((size) => size !== 1).join('x'));
  const [detections] = shapes.flatMap((shape) => /^(\d+)x4$/.exec(shape)?.[1] ?? []);
  const expected = [`${detections}x4`, detections, detections, ''];
  return detections !== undefined && shapes.sort().join() === expected.sort().join();
}
