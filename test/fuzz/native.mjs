import { parseArgs } from 'node:util';

import { buildFuzzers } from './build.mjs';
import { fuzz, keepCorpus, keepFinding, reproduction } from './run.mjs';
import { allTargets } from './targets.mjs';
import { parallel } from '../../scripts/setup/addon.mjs';
import { runCommand } from '../../scripts/setup/index.mjs';
import { shown } from '../../scripts/setup/paths.mjs';
import { sideBySide } from '../runner/side-by-side.mjs';
import { withTask } from '../../scripts/setup/task.mjs';
import { table } from '../runner/report.mjs';

const help = `Fuzzes the code that reads input from guests and files: libFuzzer, AddressSanitizer, UndefinedBehaviorSanitizer.

Usage: npm run fuzz -- [--seconds N] [--target NAME[,NAME…]] [--keep | --repeatable] [--parallel N]

      --seconds     duration for each target (20); host_answers takes 15 at least
      --target      only these targets: ${names().join(', ')}
      --keep        add to native/fuzz/corpus: minimized findings, and the inputs with coverage that the corpus
                    lacks
      --repeatable  the same inputs in the same order each time: a fixed seed, no inputs of earlier runs
      --parallel    how many targets and compilers run at the same time; by default one for each processor
  -h, --help        print this text

Inputs with new coverage are kept in build/fuzz, where the next run starts. The exit code is 1 if something was
found; its input and the command to reproduce it are printed.
`;

function names() {
  return allTargets().map(({ name }) => name);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      target: { type: 'string', multiple: true, default: [] },
      keep: { type: 'boolean', default: false },
      repeatable: { type: 'boolean', default: false },
      parallel: { type: 'string', default: String(parallel) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [seconds, most] = ['seconds', 'parallel'].map((name) => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number >= 1) return number;
    throw new Error(`--${name} takes a whole number from 1 on, not '${values[name]}'.`);
  });
  const wanted = values.target.flatMap((list) => list.split(',')).filter((name) => name !== '');
  const unknown = wanted.filter((name) => !names().includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no target ${unknown.join(', ')}; the targets are ${names().join(', ')}.`,
    );
  }
  const targets = allTargets().filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const { keep, repeatable, help: asksForHelp } = values;
  if (keep && repeatable) throw new Error('Give --keep or --repeatable, not both.');
  return { seconds, targets, most, keep, repeatable, help: asksForHelp };
}

async function fuzzAll({ seconds, targets, most, keep, repeatable }) {
  await withTask('Building the fuzzers', 'fuzz-build', async (task) => {
    await buildFuzzers(
      targets.map(({ name }) => name),
      most,
      task,
    );
    return 'done';
  });

  const durationOf = ({ leastSeconds }) => Math.max(seconds, leastSeconds);
  // Each keeps one processor busy.
  const results = await sideBySide(targets, most, async (target) => {
    let outcome;
    await withTask(`Fuzzing ${target.name}`, `fuzz-${target.name}`, async (task) => {
      outcome = await fuzz(target, { seconds: durationOf(target), repeatable }, task);
      return outcome.finding ? 'FOUND SOMETHING' : 'nothing found';
    });
    return { target, outcome };
  });
  const rows = [['target', 'result', 'executions', 'per second', 'edges', 'inputs']];
  const findings = [];
  for (const { target, outcome } of results) {
    if (outcome.finding) findings.push(await describe(target, outcome.finding, keep));
    else if (keep) await keepInputs(target);
    rows.push([
      target.name,
      `${outcome.finding ? 'FOUND' : 'clean'}${outcome.withoutModels ? ', without LiteRT' : ''}`,
      ...[outcome.executions, Math.round(outcome.executions / durationOf(target))].map(String),
      ...[outcome.edges, outcome.inputs].map(String),
    ]);
  }
  console.log(['', ...table(rows), ...findings].join('\n'));
  return findings.length === 0 ? 0 : 1;
}

/** Describes a finding, and adds it to the corpus if requested. */
async function describe(target, { summary, reproducer }, keep) {
  const lines = ['', `${target.name}: ${summary}`];
  if (reproducer === undefined) {
    lines.push(`  No input was written; see .setup/logs/fuzz-${target.name}.log.`);
    return lines.join('\n');
  }
  let file = reproducer;
  if (keep) {
    const title = `Making the input of ${target.name} small`;
    await withTask(title, `fuzz-keep-${target.name}`, async (task) => {
      file = await keepFinding(target, reproducer, task);
      return 'done';
    });
  }
  lines.push(`  input: ${shown(file)}`, `  again: ${reproduction(target, file)}`);
  return lines.join('\n');
}

async function keepInputs(target) {
  await withTask(
    `Keeping inputs of ${target.name}`,
    `fuzz-keep-${target.name}`,
    async (task) => `${await keepCorpus(target, task)} in native/fuzz/corpus/${target.name}`,
  );
}

await runCommand(help, readOptions, fuzzAll);
