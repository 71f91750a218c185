import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import Table from 'cli-table3';
import { Command } from 'commander';

import type { DetectionAnswer } from '../guest/detection.js';
import { argumentsOfAccepted } from '../guest/accepted-pictures.js';
import { findGuest } from '../guest/guest-lookup.js';
import { loadLabelled } from '../module/load-module.js';
import type { LoadedModule } from '../module/loaded-module.js';
import { reasonOf } from '../support/errors.js';

import { annotationPlaces, writeAnnotation } from './annotation.js';
import { addGuestOptions, chooseModel, inferenceOf, limitsOf, trustOf } from './guest-options.js';
import type { GuestOptions } from './guest-options.js';
import { integerIn, share } from './parse.js';
import { forEachPicture } from './picture-loop.js';
import { whileLoading } from './waiting-line.js';

interface DetectOptions extends GuestOptions {
  threshold: number;
  concurrency: number;
  timeout: number;
  annotate?: string;
  json?: true;
}

/** A picture and what was found in it; only the picture if that failed. */
interface Found extends Partial<Omit<DetectionAnswer, 'model'>> {
  image: string;
  /** The path of the picture with the boxes. */
  annotated?: string;
  error?: string;
}

const LINE_FEED = 0x0a;
/** A picture of 200 megapixels with boxes takes about 120 MiB. */
const ANNOTATED_BYTES = 2 ** 28;

export function detectCommand(): Command {
  const command = new Command('detect')
    .description('Find objects in pictures. The exit code is 1 if that failed for any picture.')
    .argument('<image...>', 'JPEG, PNG, WebP, GIF or BMP files, recognized by their content');
  return addGuestOptions(command, 'detect')
    .option('--threshold <score>', 'lowest score to report, 0 to 1', share, 0.5)
    .option('--json', 'print JSON')
    .option(
      '--annotate <path>',
      'write the picture with a labelled box around each object, as JPEG; a folder for several pictures',
    )
    .option('--concurrency <n>', 'pictures to process at the same time', integerIn(1, 256), 1)
    .option('--timeout <seconds>', 'time limit for a picture', integerIn(1, 86_400), 60)
    .addHelpText(
      'after',
      `
Boxes are in pixels of the upright picture: x and y of the upper left corner, width and height.

Examples:
  wasmedge-embed detect cat.jpg --model ssd_mobilenet_v1.tflite --labels labels.txt
  wasmedge-embed detect cat.jpg --model efficientdet_lite0.tflite --threshold 0.3 --annotate boxes.jpg
  wasmedge-embed detect photos/*.jpg --model detect.tflite --json --annotate boxes/`,
    )
    .action(detect);
}

async function detect(images: string[], options: DetectOptions, command: Command): Promise<void> {
  const model = chooseModel(options);
  const results: Found[] = images.map((image) => ({ image }));
  const places = await annotationPlaces(images, options.annotate).catch((error: unknown) =>
    command.error(`error: ${reasonOf(error)}`),
  );
  const begin = performance.now();
  const guest = options.module ?? findGuest('detect');
  const load = (): ReturnType<typeof loadLabelled> =>
    loadLabelled(guest, {
      models: { default: model },
      inference: inferenceOf(options),
      ...trustOf(options),
      limits: { ...limitsOf(options, options.timeout), outputBytes: ANNOTATED_BYTES },
      concurrency: options.concurrency,
      isolation: options.isolation,
      maxQueue: 1_000_000,
    });
  const { module, withoutLabels } = await whileLoading(guest, options.aot, load, {
    onlyOnTerminal: true,
  });
  const loadMs = performance.now() - begin;
  try {
    const { concurrency } = options;
    await forEachPicture(results, { concurrency, steps: images.length }, async (result, onDone) => {
      await detectOne(module, result, options, places?.get(result.image));
      onDone();
    });
    if (options.json) {
      console.log(
        JSON.stringify({ model: model.file, mode: module.mode, loadMs, results }, null, 2),
      );
    } else {
      console.log(detectionsTable(results));
      const note = withoutLabels.length > 0 ? ', without labels: classes are shown as numbers' : '';
      console.log(`Model: ${model.description}${note}.`);
    }
    for (const { image, error } of results) if (error) console.error(`${image}: ${error}`);
    if (results.some(({ error }) => error !== undefined)) process.exitCode = 1;
  } finally {
    await module.close();
  }
}

async function detectOne(
  module: LoadedModule,
  result: Found,
  { threshold, ...accepted }: DetectOptions,
  annotated: string | undefined,
): Promise<void> {
  try {
    const { stdout, stderr, exitCode } = await module.run({
      stdin: await readFile(result.image),
      args: [
        ...['--format', annotated === undefined ? 'json' : 'annotated'],
        ...['--threshold', String(threshold)],
        ...argumentsOfAccepted(accepted),
      ],
    });
    if (exitCode !== 0) throw new Error(stderr.toString().trim() || `exit code ${exitCode}`);
    const end = stdout.indexOf(LINE_FEED) + 1;
    const { width, height, damaged, detections } = JSON.parse(
      stdout.toString('utf8', 0, end),
    ) as DetectionAnswer;
    if (annotated !== undefined) {
      await writeAnnotation(annotated, stdout.subarray(end));
      result.annotated = annotated;
    }
    Object.assign(result, { width, height, ...(damaged && { damaged }), detections });
  } catch (error) {
    result.error = reasonOf(error);
  }
}

/** The table of pictures and what was found in them. */
function detectionsTable(results: readonly Found[]): string {
  const table = new Table({
    head: ['picture', 'thing', 'score', 'x', 'y', 'width', 'height'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { image, detections = [], error } of results) {
    const nothing = error === undefined ? '(nothing)' : '(failed)';
    const rows = detections.map(({ label, score, box }) => [
      label,
      score.toFixed(2),
      ...[box.x, box.y, box.width, box.height],
    ]);
    if (rows.length === 0) rows.push([nothing, '', '', '', '', '']);
    rows.forEach((row, index) => table.push([index === 0 ? path.basename(image) : '', ...row]));
  }
  return table.toString();
}
