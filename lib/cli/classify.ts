import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import { argumentsOfAccepted } from '../guest/accepted-pictures.js';
import { findGuest } from '../guest/guest-lookup.js';
import { loadLabelled } from '../module/load-module.js';
import type { LoadedModule } from '../module/loaded-module.js';
import type { Timings } from '../options/types.js';
import { reasonOf } from '../support/errors.js';

import { addGuestOptions, chooseModel, inferenceOf, limitsOf, trustOf } from './guest-options.js';
import type { GuestOptions } from './guest-options.js';
import { labelsTable } from './labels-table.js';
import type { Labelled } from './labels-table.js';
import { integerIn } from './parse.js';
import { forEachPicture } from './picture-loop.js';
import { whileLoading } from './waiting-line.js';

interface ClassifyOptions extends GuestOptions {
  topK: number;
  repeat: number;
  concurrency: number;
  timeout: number;
  json?: true;
  timings?: true;
}

/** The guest's JSON. */
interface Answer extends Required<Pick<Labelled, 'topK'>> {
  /** These two are absent if the answer is from another guest. */
  known?: boolean;
  classes?: number;
  /** Whether a part of the picture was missing. */
  damaged?: boolean;
}

interface Classified extends Labelled {
  /** Of the model. */
  classes?: number;
  damaged?: true;
  /** For each repetition, in order. */
  invocations: (Timings & { totalMs: number })[];
}

export function classifyCommand(): Command {
  const command = new Command('classify')
    .description(
      'Name what pictures show. The exit code is 1 if any picture could not be classified.',
    )
    .argument('<image...>', 'JPEG, PNG, WebP, GIF or BMP files, recognized by their content');
  return addGuestOptions(command)
    .option('-k, --top-k <n>', 'labels for each picture', integerIn(1, 1000), 1)
    .option('--json', 'print JSON')
    .option('--timings', 'print how long loading and each invocation took')
    .option('--repeat <n>', 'classify each picture this many times', integerIn(1, 1_000_000), 1)
    .option(
      '--concurrency <n>',
      'pictures to process at the same time; more than 1 makes each one take longer',
      integerIn(1, 256),
      1,
    )
    .option('--timeout <seconds>', 'time limit for a picture', integerIn(1, 86_400), 60)
    .action(classify);
}

async function classify(images: string[], options: ClassifyOptions): Promise<void> {
  const model = chooseModel(options);
  const begin = performance.now();
  const guest = options.module ?? findGuest();
  const load = (): ReturnType<typeof loadLabelled> =>
    loadLabelled(guest, {
      models: { default: model },
      inference: inferenceOf(options),
      ...trustOf(options),
      limits: limitsOf(options, options.timeout),
      concurrency: options.concurrency,
      isolation: options.isolation,
      maxQueue: 1_000_000,
    });
  const { module, withoutLabels } = await whileLoading(guest, options.aot, load, {
    onlyOnTerminal: true,
  });
  const loadMs = performance.now() - begin;
  try {
    const results = await classifyAll(module, images, options);
    if (options.json) {
      console.log(
        JSON.stringify({ model: model.file, mode: module.mode, loadMs, results }, null, 2),
      );
    } else {
      console.log(labelsTable(results));
      if (options.timings) printTimings(loadMs, results);
      const classes = results.find((result) => result.classes !== undefined)?.classes;
      const labels = classes === undefined ? '' : `, ${classes.toLocaleString('en')} labels`;
      const note =
        withoutLabels.length > 0 ? ', without labels: classes are shown as numbers' : labels;
      console.log(`Model: ${model.description}${note}.`);
    }
    for (const { image, error } of results) if (error) console.error(`${image}: ${error}`);
    if (results.some(({ error }) => error !== undefined)) process.exitCode = 1;
  } finally {
    await module.close();
  }
}

async function classifyAll(
  module: LoadedModule,
  images: string[],
  options: ClassifyOptions,
): Promise<Classified[]> {
  const results: Classified[] = images.map((image) => ({ image, invocations: [] }));
  const { concurrency, repeat } = options;
  await forEachPicture(results, { concurrency, steps: images.length * repeat }, (result, onDone) =>
    classifyOne(module, result, options, onDone),
  );
  return results;
}

async function classifyOne(
  module: LoadedModule,
  result: Classified,
  { topK, repeat, ...accepted }: ClassifyOptions,
  onDone: () => void,
): Promise<void> {
  try {
    const stdin = await readFile(result.image);
    for (let round = 0; round < repeat; round++) {
      const begin = performance.now();
      const { stdout, stderr, exitCode, timings, inferenceFailures } = await module.run({
        stdin,
        args: ['--format', 'json', '--top-k', String(topK), ...argumentsOfAccepted(accepted)],
      });
      if (exitCode !== 0) {
        const told = stderr.toString().trim() || `exit code ${exitCode}`;
        const reason = inferenceFailures?.at(-1)?.reason;
        throw new Error(reason === undefined ? told : `${told}: ${reason}`);
      }
      const { topK: best, known, classes, damaged } = JSON.parse(stdout.toString()) as Answer;
      result.topK = best;
      if (known !== undefined) result.known = known;
      if (classes !== undefined) result.classes = classes;
      if (damaged) result.damaged = true;
      result.invocations.push({ ...timings, totalMs: performance.now() - begin });
      onDone();
    }
  } catch (error) {
    result.error = reasonOf(error);
  }
}

function printTimings(loadMs: number, results: Classified[]): void {
  console.log(`Load (library, module, model): ${loadMs.toFixed(1)} ms`);
  results
    .flatMap(({ image, invocations }) => invocations.map((each) => ({ image, ...each })))
    .slice(0, 10)
    .forEach(({ image, totalMs, inferenceMs }, index) => {
      console.log(
        `Invocation ${index + 1} (${path.basename(image)}): ${totalMs.toFixed(1)} ms` +
          (inferenceMs === undefined ? '' : `, of that inference ${inferenceMs.toFixed(1)} ms`),
      );
    });
}
