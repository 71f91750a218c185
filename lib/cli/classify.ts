import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { Command } from 'commander';

import { reasonOf } from '../errors.js';
import { findGuest } from '../guest-lookup.js';
import { loadModule } from '../load-module.js';
import type { LoadedModule } from '../loaded-module.js';
import type { Timings } from '../types.js';

import { addGuestOptions, chooseModel } from './guest-options.js';
import type { GuestOptions } from './guest-options.js';
import { integerIn } from './parse.js';

interface ClassifyOptions extends GuestOptions {
  topK: number;
  repeat: number;
  concurrency: number;
  json?: true;
  timings?: true;
}

interface Classified {
  image: string;
  topK?: { index: number; label: string; score: number }[];
  error?: string;
  /** Of each repetition, in order. */
  invocations: (Timings & { totalMs: number })[];
}

export function classifyCommand(): Command {
  const command = new Command('classify')
    .description(
      'Name what JPEG pictures show. Exit code 1 when a picture could not be classified.',
    )
    .argument('<image...>', 'JPEG files');
  return addGuestOptions(command)
    .option('-k, --top-k <n>', 'labels for each picture', integerIn(1, 1000), 1)
    .option('--json', 'print JSON')
    .option('--timings', 'print how long loading and each invocation took')
    .option('--repeat <n>', 'classify each picture this many times', integerIn(1, 1_000_000), 1)
    .option('--concurrency <n>', 'pictures at a time', integerIn(1, 256), 1)
    .action(classify);
}

async function classify(images: string[], options: ClassifyOptions): Promise<void> {
  const model = chooseModel(options);
  const begin = performance.now();
  const module = await loadModule(options.module ?? findGuest(), {
    models: {
      default: { file: model.file, ...(model.labels && { labels: model.labels }) },
    },
    inference: { threads: options.threads, kernels: options.kernels },
    concurrency: options.concurrency,
    maxQueue: 1_000_000,
  });
  const loadMs = performance.now() - begin;
  try {
    const results = await classifyAll(module, images, options);
    if (options.json) {
      console.log(
        JSON.stringify({ model: model.file, mode: module.mode, loadMs, results }, null, 2),
      );
    } else {
      printTable(results);
      if (options.timings) printTimings(loadMs, results);
      console.log(`Model: ${model.description}.`);
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
  const total = images.length * options.repeat;
  const bar =
    total > 1 && process.stderr.isTTY
      ? new SingleBar({
          format: '{bar} {value}/{total} pictures, {eta_formatted} left',
          clearOnComplete: true,
          stream: process.stderr,
        })
      : undefined;
  bar?.start(total, 0);
  const results: Classified[] = images.map((image) => ({ image, invocations: [] }));
  const waiting = results.values();
  // As many loops as pictures may be under way, all drawing from one iterator.
  const loop = async (): Promise<void> => {
    for (const result of waiting)
      await classifyOne(module, result, options, () => bar?.increment());
  };
  await Promise.all(Array.from({ length: options.concurrency }, loop));
  bar?.stop();
  return results;
}

async function classifyOne(
  module: LoadedModule,
  result: Classified,
  { topK, repeat }: ClassifyOptions,
  onDone: () => void,
): Promise<void> {
  try {
    const stdin = await readFile(result.image);
    for (let round = 0; round < repeat; round++) {
      const begin = performance.now();
      const { stdout, stderr, exitCode, timings } = await module.run({
        stdin,
        args: ['--format', 'json', '--top-k', String(topK)],
      });
      if (exitCode !== 0) throw new Error(stderr.toString().trim() || `exit code ${exitCode}`);
      result.topK = (JSON.parse(stdout.toString()) as Required<Pick<Classified, 'topK'>>).topK;
      result.invocations.push({ ...timings, totalMs: performance.now() - begin });
      onDone();
    }
  } catch (error) {
    result.error = reasonOf(error);
  }
}

function printTable(results: Classified[]): void {
  const table = new Table({
    head: ['picture', 'label', 'score of 255'],
    style: { head: [], border: [], compact: true },
  });
  for (const { image, topK, error } of results) {
    const rows = error === undefined ? (topK ?? []) : [{ label: '(not classified)', score: '' }];
    rows.forEach(({ label, score }, index) => {
      table.push([index === 0 ? path.basename(image) : '', label, score]);
    });
  }
  console.log(table.toString());
}

function printTimings(loadMs: number, results: Classified[]): void {
  console.log(`Load (library, module, model): ${loadMs.toFixed(1)} ms`);
  results
    .flatMap(({ image, invocations }) => invocations.map((each) => ({ image, ...each })))
    .slice(0, 10)
    .forEach(({ image, totalMs, inferenceMs }, index) => {
      console.log(
        `Invocation ${index + 1} (${path.basename(image)}): ${totalMs.toFixed(1)} ms, ` +
          `of that inference ${(inferenceMs ?? 0).toFixed(1)} ms`,
      );
    });
}
