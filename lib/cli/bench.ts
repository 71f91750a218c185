import { Command, Help, InvalidArgumentError, Option } from 'commander';

import type * as Actions from './bench-actions.js';
import type { BenchCommandOptions, CompareOptions, ReportOptions } from './bench-actions.js';
import { integerIn } from './parse.js';

const HELP_COLUMNS = 110;
const INDENT = '  ';

/** A fourth of what the command loads: only where it is needed. */
function actions(): typeof Actions {
  return require('./bench-actions.js') as typeof Actions;
}

export function benchCommand(): Command {
  return new Command('bench')
    .description(
      'Measure this package in each isolation on this machine, side by side with spawning wasmedge, with plain C++ ' +
        'and with other Node.js packages: latency, cold start, throughput, processor time, memory, size and ' +
        'Lambda cost.',
    )
    .argument('[image...]', 'JPEG files; most measurements use the first (default: see below)')
    .option(
      '--quick',
      'a few invocations of each, without other packages, to see whether everything works',
    )
    .addOption(
      new Option('--only <names>', 'contenders or workloads, separated by commas')
        .argParser(contenders)
        .default([], 'all'),
    )
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
    .addHelpText('after', helpText)
    .action((images: string[], given: BenchCommandOptions) => actions().bench(images, given))
    .addCommand(reportCommand())
    .addCommand(compareCommand());
}

function helpText(): string {
  const { CONTENDERS, WORKLOADS } = actions();
  return `
${listed('Contenders', CONTENDERS)}
${listed('Workloads', WORKLOADS)}

Each contender runs in its own process, and they take turns in every round. A full run takes about 30
minutes and needs an otherwise idle machine; the report says how busy it was.
The other packages are installed with npm, once, into separate folders in the cache. Contenders that are not
available here are skipped with a note. Without images, the photographs of $WASMEDGE_EMBED_DATA are used, or those that
'npm run quickstart' has downloaded.

Results: TIME.json with all samples, TIME.md, TIME.html with charts, and TIME.summary.json without the
samples. 'bench report TIME.json' recreates the last three; 'bench compare A.json B.json' compares two runs.`;
}

function listed(title: string, names: readonly string[]): string {
  const text = `${title}: ${names.join(', ')}.`;
  return new Help().boxWrap(text, HELP_COLUMNS - INDENT.length).replaceAll('\n', `\n${INDENT}`);
}

function reportCommand(): Command {
  return new Command('report')
    .description('Recreate the reports of a results file.')
    .argument('<results>', 'a TIME.json written by bench')
    .option(
      '-o, --output <base>',
      'path of the reports without extension (default: that of the results)',
    )
    .action((file: string, given: ReportOptions) => actions().report(file, given));
}

function compareCommand(): Command {
  return new Command('compare')
    .description(
      'Compare two results files: ratios with 95 % intervals, and which differences are noise.',
    )
    .argument('<a>', 'a TIME.json written by bench')
    .argument('<b>', 'another')
    .option('--json', 'print JSON')
    .action((first: string, second: string, given: CompareOptions) =>
      actions().compare(first, second, given),
    );
}

function contenders(value: string, before: string[]): string[] {
  const { CONTENDERS, WORKLOADS } = actions();
  const names = value.split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !CONTENDERS.includes(name) && !WORKLOADS.includes(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `Unknown: ${unknown.join(', ')}. Expected ${[...WORKLOADS, ...CONTENDERS].join(', ')}.`,
    );
  }
  return [...before, ...names];
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
