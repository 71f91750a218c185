import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

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

/** What is given to `wasmedge-embed bench`. */
export interface BenchCommandOptions {
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

export interface ReportOptions {
  output?: string;
}

export interface CompareOptions {
  json?: true;
}

export const CONTENDERS: readonly string[] = definitions.map(({ name }) => name);
export const WORKLOADS: readonly string[] = Object.keys(WORKLOAD_TITLES);

export async function bench(images: string[], given: BenchCommandOptions): Promise<void> {
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

function benchOptions(images: readonly string[], given: BenchCommandOptions): BenchOptions {
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

export async function report(file: string, { output }: ReportOptions): Promise<void> {
  const results = await readResults(file);
  const base = output ?? file.replace(/\.json$/, '');
  console.log((await writeReports(results, base, { samples: false })).join('\n'));
}

export async function compare(
  first: string,
  second: string,
  { json }: CompareOptions,
): Promise<void> {
  const [a, b] = await Promise.all([readResults(first), readResults(second)]);
  const comparisons = compareResults(a, b);
  if (comparisons.length === 0) {
    throw new WasmEdgeError('ERR_INVALID_ARGUMENT', 'The two runs have no contender in common.');
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
    console.log(`\nThe runs differ in ${differing.join(', ')}: this compares more than the code.`);
  }
}
