import { performance } from 'node:perf_hooks';

import Table from 'cli-table3';
import { Command, Option } from 'commander';

import type * as Bundle from '../bundle/bundle.js';
import type { BundleReport } from '../bundle/bundle.js';
import { FAMILIES } from '../bundle/symbol-versions.js';
import type { TargetName } from '../bundle/targets.js';
import { TARGETS, TARGET_NAMES } from '../bundle/targets.js';
import { findGuest } from '../guest/guest-lookup.js';
import type { Fit } from '../options/types.js';

import { addFitOptions, chooseModel } from './guest-options.js';
import { taskOf } from './task.js';

interface BundleCommandOptions {
  output: string;
  module?: string;
  model?: string;
  labels?: string;
  fit?: Fit;
  crop?: number;
  handler?: string;
  target: TargetName | 'none';
  force?: true;
  json?: true;
}

export function bundleCommand(): Command {
  const command = new Command('bundle')
    .description(
      'Collect addon, libraries, JavaScript, module, model and labels into a folder that works wherever ' +
        "it is moved to: for Lambda's zip deployment, or any machine with Node.js.",
    )
    .requiredOption('-o, --output <folder>', 'where to; it must not be there yet, or be empty')
    .option('--module <file>', 'the guest, plain or compiled with --generic (default: our own)')
    .option(
      '--model <file>',
      'a .tflite classifier or detector (default: the best classifier at hand)',
    )
    .option('--labels <file>', 'its labels, one a line (default: found beside the model)');
  return addFitOptions(command)
    .option(
      '--handler <file>',
      'your handler, bundled to one file (default: one that classifies, or detects)',
    )
    .addOption(
      new Option('--target <system>', "the system that has to load it; 'none' for no check")
        .choices([...TARGET_NAMES, 'none'])
        .default('amazon-linux-2023', "amazon-linux-2023, of Lambda's nodejs22.x and nodejs24.x"),
    )
    .option('--force', 'only warn where the target could not load it')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Targets:
${targetsText()}

glibc stays the target's, and so does libstdc++, which Node.js has loaded before: a library that needs newer ones
cannot be loaded there. What decides is where WasmEdge comes from (WASMEDGE_DIR names another one); docs/bundle.md
tells more. Needs the program patchelf. The folder is there whole and tried (exit code 0), or not at all (1).`,
    )
    .action(bundle);
}

function targetsText(): string {
  return TARGET_NAMES.map((name) => {
    const { title, has } = TARGETS[name];
    return `  ${name.padEnd(18)} glibc ${has.GLIBC}, GLIBCXX_${has.GLIBCXX}: ${title}`;
  }).join('\n');
}

async function bundle(options: BundleCommandOptions): Promise<void> {
  // Not above: the other commands need nothing of it.
  const { makeBundle } = require('../bundle/bundle.js') as typeof Bundle;
  const begin = performance.now();
  const model = chooseModel(options);
  const task = options.model === undefined ? 'classify' : await taskOf(options.model);
  const report = await makeBundle({
    out: options.output,
    task,
    module: options.module ?? findGuest(task),
    model,
    handler: options.handler,
    target: options.target === 'none' ? null : options.target,
    force: options.force ?? false,
    onStep: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`${text} …\n`);
    },
    onWarning: (text) => process.stderr.write(`warning: ${text}\n`),
  });
  if (options.json) {
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(describe(report, model.description));
  console.log(`Made and tried in ${seconds} s.`);
}

function describe(report: BundleReport, model: string): string {
  const { folder, arch, wasmedge, sizes, lambdaBytes, needs, suitable } = report;
  const table = new Table({
    head: ['part', 'MB'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const libraries = Object.entries(sizes.libraries).sort(([, a], [, b]) => b - a);
  table.push(
    ...libraries.map(([name, bytes]) => [name, megabytes(bytes)]),
    ['addon', megabytes(sizes.addon)],
    ['JavaScript', megabytes(sizes.javascript)],
    ['module, for any processor', megabytes(sizes.module)],
    ['model and labels', megabytes(sizes.model)],
  );
  const newest = FAMILIES.flatMap((family) => {
    const need = needs[family];
    return need ? [`${family}_${need.version} (${need.file})`] : [];
  });
  const share = Math.round((100 * sizes.total) / lambdaBytes);
  return [
    `${folder}: ${arch}, WasmEdge ${wasmedge}, handler index.handler`,
    `Model: ${model}`,
    table.toString(),
    `Unpacked: ${megabytes(sizes.total)} MB, ${share} % of the ${megabytes(lambdaBytes)} MB that Lambda takes`,
    `Needs of the system: ${newest.join(', ')}`,
    `Can be loaded by: ${suitable.join(', ') || 'none of the targets'}`,
  ].join('\n');
}

/** Of 2^20 bytes, as Lambda counts them. */
function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
