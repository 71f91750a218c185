import { Option } from 'commander';
import type { Command } from 'commander';

import { ISOLATIONS, KERNELS } from '../load-settings.js';
import { findModel } from '../model-lookup.js';
import type { InferenceOptions, Isolation, Kernels } from '../types.js';

import { integerIn } from './parse.js';

/** The options of all commands that classify: which guest and model, and how inference runs. */
export interface GuestOptions {
  module?: string;
  model?: string;
  labels?: string;
  threads: number;
  kernels: Kernels;
  rewrite: boolean;
  isolation: Isolation;
}

export function addGuestOptions(command: Command): Command {
  return command
    .option('--module <file>', 'the classification guest, compiled or plain (default: our own)')
    .option('--model <file>', 'a .tflite classifier (default: the best at hand)')
    .option('--labels <file>', 'its labels, one a line (default: found beside the model)')
    .option('--threads <n>', 'threads of one inference', integerIn(1, 64), 1)
    .addOption(
      new Option('--kernels <name>', 'inference kernels').choices(KERNELS).default('xnnpack'),
    )
    .option('--no-rewrite', 'run a uint8 model as it is, not as an int8 model')
    .addOption(
      new Option('--isolation <name>', 'where the guest runs')
        .choices(ISOLATIONS)
        .default('in-process'),
    );
}

export function inferenceOf({ threads, kernels, rewrite }: GuestOptions): InferenceOptions {
  return { threads, kernels, rewrite };
}

/** What `loadModule` takes as a model, with words for people. */
export interface ChosenModel {
  file: string;
  /** Absent where they are to be found beside the model. */
  labels?: string;
  /** The words that say which it is. */
  description: string;
}

export function chooseModel({
  model,
  labels,
}: Pick<GuestOptions, 'model' | 'labels'>): ChosenModel {
  const chosen: ChosenModel =
    model === undefined ? findModel() : { file: model, description: model };
  return labels === undefined ? chosen : { ...chosen, labels };
}
