import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { Command, InvalidArgumentError, Option } from 'commander';

import { comparisonRows, compareResults, differences } from '../bench/compare.js';
import { definitions } from '../bench/contenders/index.js';
import { chooseModel, choosePictures } from '../bench/inputs.js';
import { FULL, QUICK } from '../bench/options.js';
import type { Amounts, BenchOptions } from '../bench/options.js';
import { root } from '../bench/places.js';
import { TerminalObserver } from '../bench/progress.js';
import { readResults } from '../bench/results.js';
import { runBench } from '../bench/run.js';
import { summarize } from '../bench/summary.js';
import { WORKLOAD_TITLES } from '../bench/tables.js';
import { terminalTable, terminalText } from '../bench/terminal.js';
import { writeReports } from '../bench/write-reports.js';
import { WasmEdgeError } from '../support/errors.js';

import { integerIn } from './parse.js';

interface Given {
  quick?: true;
  only: string[];
  output?: string;
  model?: string;
  labels?: string;
  onnx?: string;
  peers: boolean;
  rounds?: number;
  samples?: number;
  coldStarts?: number;
  concurrency?: number;
  endurance?: number;
  seed: number;
  priceGbSecond: number;
  priceRequests: number;
  priceSource: string;
  priceDate: string;
  coldShare: number;
  json?: true;
}

const WORKLOADS = Object.keys(WORKLOAD_TITLES);

export function benchCommand(): Command {
  const names = definitions.map(({ name }) => name);
  return new Command('bench')
    .description(
      'Measure this package in each isolation on this machine, side by side with spawning wasmedge, with plain C++ ' +
        'and with other Node.js packages: latency, cold start, throughput, processor time, memory, size and ' +
        'Lambda cost.',
    )
    .argument('[image...]', 'JPEG files; most measurements use the first (default: see below)')
    .option('--quick', 'a few invocations of each, without peers, to see whether everything works')
    .option('--only <names>', 'contenders or workloads, separated by commas', namesOf(names), [])
    .option(
      '-o, --output <folder>',
      'folder for the results (default: bench/results in a clone, otherwise .)',
    )
    .option('--model <file>', 'a .tflite classifier (default: the best one available)')
    .option('--labels <file>', 'its labels, one per line')
    .option('--onnx <file>', 'the same model in ONNX format, for onnxruntime-node')
    .option('--no-peers', 'do not install and measure other packages')
    .option('--samples <n>', 'timed invocations of each contender', integerIn(1, 10_000_000))
    .option('--rounds <n>', 'rounds to spread them over', integerIn(1, 100_000))
    .option('--cold-starts <n>', 'process starts of each contender', integerIn(1, 10_000))
    .option(
      '--concurrency <n>',
      'measure throughput with 1 to n invocations at the same time',
      integerIn(1, 256),
    )
    .option(
      '--endurance <n>',
      'invocations over which memory is observed',
      integerIn(10, 100_000_000),
    )
    .option('--seed <n>', 'seed for the order of the rounds', integerIn(1, 2 ** 31 - 1), 1)
    .option('--price-gb-second <usd>', 'Lambda price of a GB-second', positive, 0.0000166667)
    .option('--price-requests <usd>', 'Lambda price of a million requests', positive, 0.2)
    .option('--price-source <text>', 'where these prices apply', 'x86, us-east-1')
    .option('--price-date <date>', 'date of the prices', '2025-08')
    .addOption(
      new Option('--cold-share <fraction>', 'share of requests with a cold start')
        .argParser(fraction)
        .default(0.01),
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', helpText(names))
    .action(bench)
    .addCommand(reportCommand())
    .addCommand(compareCommand());
}

function helpText(names: readonly string[]): string {
  return `
Contenders: ${names.join(', ')}.
Workloads: ${WORKLOADS.join(', ')}.

Each contender runs in its own process, and they take turns in every round. A full run takes about 30
minutes and needs an otherwise idle machine; the report says how busy it was.
Peers are installed with npm, once, into separate folders in the cache. Contenders that are not available here
are skipped with a note. Without images, the photographs of $WASMEDGE_EMBED_DATA are used, or those that
'npm run quickstart' has downloaded.

Results: TIME.json with all samples, TIME.md, TIME.html with charts, and TIME.summary.json without the
samples. 'bench report TIME.json' recreates the last three; 'bench compare A.json B.json' compares two runs.`;
}

async function bench(images: string[], given: Given): Promise<void> {
  const options = benchOptions(images, given);
  const observer = new TerminalObserver();
  const results = await runBench(options, observer).finally(() => {
    observer.end();
  });
  const summary = summarize(results);
  const folder = given.output ?? defaultFolder();
  const name = results.startedAt.replace(/:/g, '-').replace(/\..*/, '');
  const files = await writeReports(results, path.join(folder, name), { samples: true });
  console.log(given.json ? JSON.stringify(summary, null, 2) : terminalText(summary));
  console.error(`\nWritten: ${files.join(', ')}`);
  const measured = results.contenders.filter(
    ({ latency, decoding, failed }) => (latency ?? decoding) && !failed,
  );
  if (measured.length === 0) {
    throw new WasmEdgeError('ERR_INVALID_ARGUMENT', 'No contender could be measured; see above.');
  }
  if (results.contenders.some(({ failed }) => failed !== undefined)) process.exitCode = 1;
}

function benchOptions(images: readonly string[], given: Given): BenchOptions {
  const amounts: Amounts = given.quick
    ? { ...QUICK }
    : { ...FULL, concurrency: 2 * availableParallelism() };
  const { samples, rounds, coldStarts, concurrency, endurance } = given;
  return {
    only: given.only,
    pictures: choosePictures(images),
    ...chooseModel(given),
    // A smoke test does not install anything.
    peers: given.peers && !given.quick,
    ...amounts,
    ...(samples !== undefined && { samples }),
    ...(rounds !== undefined && { rounds }),
    ...(coldStarts !== undefined && { coldStarts }),
    ...(concurrency !== undefined && { concurrency }),
    ...(endurance !== undefined && { endurance }),
    seed: given.seed,
    price: {
      gigabyteSecond: given.priceGbSecond,
      millionRequests: given.priceRequests,
      source: given.priceSource,
      date: given.priceDate,
      coldShare: given.coldShare,
    },
  };
}

function defaultFolder(): string {
  return existsSync(path.join(root, 'native')) ? path.join(root, 'bench', 'results') : '.';
}

function reportCommand(): Command {
  return new Command('report')
    .description('Recreate the reports of a results file.')
    .argument('<results>', 'a TIME.json written by bench')
    .option(
      '-o, --output <base>',
      'path of the reports without extension (default: that of the results)',
    )
    .action(async (file: string, { output }: { output?: string }) => {
      const results = await readResults(file);
      const base = output ?? file.replace(/\.json$/, '');
      console.log((await writeReports(results, base, { samples: false })).join('\n'));
    });
}

function compareCommand(): Command {
  return new Command('compare')
    .description(
      'Compare two results files: ratios with 95 % intervals, and which differences are noise.',
    )
    .argument('<a>', 'a TIME.json written by bench')
    .argument('<b>', 'another')
    .option('--json', 'print JSON')
    .action(async (first: string, second: string, { json }: { json?: true }) => {
      const [a, b] = await Promise.all([readResults(first), readResults(second)]);
      const comparisons = compareResults(a, b);
      if (comparisons.length === 0) {
        throw new WasmEdgeError(
          'ERR_INVALID_ARGUMENT',
          'The two runs have no contender in common.',
        );
      }
      const differing = differences(a, b);
      if (json) {
        console.log(JSON.stringify({ differing, comparisons }, null, 2));
        return;
      }
      console.log(
        terminalTable({
          title: `A: ${first}, ${a.startedAt}\nB: ${second}, ${b.startedAt}`,
          head: ['', 'figure', 'A', 'B', 'B / A', ''],
          rows: comparisonRows(comparisons),
        }),
      );
      if (differing.length > 0) {
        console.log(
          `\nThe runs differ in ${differing.join(', ')}: this compares more than the code.`,
        );
      }
    });
}

function namesOf(known: readonly string[]): (value: string, before: string[]) => string[] {
  return (value, before) => {
    const names = value.split(',').filter((name) => name !== '');
    const unknown = names.filter((name) => !known.includes(name) && !WORKLOADS.includes(name));
    if (unknown.length > 0) {
      throw new InvalidArgumentError(
        `Unknown: ${unknown.join(', ')}. Expected ${[...WORKLOADS, ...known].join(', ')}.`,
      );
    }
    return [...before, ...names];
  };
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number < Infinity)) throw new InvalidArgumentError('Expected a price.');
  return number;
}

function fraction(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1)) {
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  }
  return number;
}
