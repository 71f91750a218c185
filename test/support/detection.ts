import type { DetectionAnswer, Isolation, LoadOptions, RunOptions } from 'wasmedge-embed';

import { rustGuest } from './paths.js';
import { outputOf } from './run-guest.js';
import { detectorModel } from './tflite-models.js';
import type { DetectorForm, DetectorOutputs } from './tflite-models.js';

export const DETECTOR = rustGuest('object-detection');

type Model = NonNullable<LoadOptions['models']>[string];

/**
 * What the tests' detector sees in any picture: a cat and a dog, and something with a low score.
 */
export const PETS: DetectorOutputs = {
  boxes: [
    [0.25, 0.5, 0.75, 1],
    [-0.1, 0, 1.1, 0.25],
    [0, 0, 1, 1],
  ],
  classes: [0, 1, 5],
  scores: [0.75, 0.625, 0.25],
  count: 3,
};

/** With a line for the background, like many label files. */
export const PET_LABELS = ['???', 'cat', '<dog>'];

/** A model that sees these, or something else. */
export function petModel(outputs: Partial<DetectorOutputs> = {}, form: DetectorForm = {}): Model {
  return { file: detectorModel({ ...PETS, ...outputs }, form), labels: PET_LABELS };
}

/** The guest's answer in JSON. */
export async function detect(
  model: Model,
  stdin: NonNullable<RunOptions['stdin']>,
  args: readonly string[] = [],
  isolation: Isolation = 'in-process',
): Promise<DetectionAnswer> {
  const options = { stdin, args: ['--format', 'json', ...args] };
  const line = await outputOf(DETECTOR, { models: { default: model }, isolation }, options);
  return JSON.parse(line.toString()) as DetectionAnswer;
}
