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
      'Collect the addon, libraries, JavaScript, module, model and labels in a folder that can be moved anywhere: ' +
        "for Lambda's zip deployment, or any machine with Node.js.",
    )
    .requiredOption('-o, --output <folder>', 'the folder to create; if it exists, it must be empty')
    .option(
      '--module <file>',
      'the guest, plain or compiled with --generic (default: the one in the package)',
    )
    .option(
      '--model <file>',
      'a .tflite classifier or detector (default: the best classifier available)',
    )
    .option('--labels <file>', 'its labels, one per line (default: found beside the model)');
  return addFitOptions(command)
    .option(
      '--handler <file>',
      'your handler, bundled into one file (default: one that classifies or detects)',
    )
    .addOption(
      new Option(
        '--target <system>',
        "the system that must be able to load it; 'none' to skip the check",
      )
        .choices([...TARGET_NAMES, 'none'])
        .default(
          'amazon-linux-2023',
          "amazon-linux-2023, as in Lambda's nodejs22.x and nodejs24.x",
        ),
    )
    .option('--force', 'only warn if the target cannot load it')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Targets:
${targetsText()}

The target's own glibc is used, and its libstdc++, which Node.js has already loaded: a library that needs newer
versions cannot be loaded there. What matters most is where WasmEdge comes from (WASMEDGE_DIR selects another one);
see docs/bundle.md. Requires the program patchelf. With exit code 0 the folder is complete and tested; otherwise (1)
it is not created.`,
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
  // Not at the top: the other commands do not need it.
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
  console.log(`Built and tested in ${seconds} s.`);
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
    `Unpacked: ${megabytes(sizes.total)} MB, ${share} % of the ${megabytes(lambdaBytes)} MB that Lambda allows`,
    `Requires from the system: ${newest.join(', ')}`,
    `Can be loaded by: ${suitable.join(', ') || 'none of the targets'}`,
  ].join('\n');
}

/** With 2^20 bytes, as Lambda counts them. */
function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
