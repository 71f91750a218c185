import { ExplainedFailure, SetupFailure } from './failure.mjs';
import { shown } from './paths.mjs';
import { ProgressLine } from './progress.mjs';
import { Stamp } from './stamp.mjs';
import { Task } from './task.mjs';

/**
 * One step of the set-up.
 *
 * @typedef {object} Step
 * @property {string} name of its stamp and its log
 * @property {string} title
 * @property {string[]} [needs] the names of steps before it: it runs beside all others, from the end of these on. Without
 *   it, the step runs alone
 * @property {(context: Context) => Promise<{ digest: string, outputs: string[] }>} [stamp]
 *   what it depends on and what it creates; without it, the step runs each time and finds out by itself
 * @property {(context: Context, task: Task) => Promise<string | void>} run may return a short result, shown instead of "done"
 * @property {string} [advice] what to do if it fails and the failure has no advice
 */

/**
 * What steps share.
 *
 * @typedef {object} Context
 * @property {boolean} forTests whether to require what only the tests need
 * @property {boolean} [forBenchmark] whether what the benchmark compares with is to be set up too
 * @property {boolean} yes whether to continue without asking
 * @property {string[]} photographs given on the command line, absolute paths
 * @property {import('./machine.mjs').Machine} [machine] after the first step
 */

/**
 * Runs the steps, each with its line of progress, in their order or side by side.
 *
 * @param {Step[]} steps
 * @param {Context} context
 * @param {number} total the number after the slash, if the caller runs further steps
 * @throws {ExplainedFailure} if a step fails, when all that had begun have ended; no other begins
 */
export async function runSteps(steps, context, total = steps.length) {
  const ends = new Map();
  let lastAlone;
  let failure;
  for (const [index, step] of steps.entries()) {
    const before = step.needs ? [lastAlone, ...step.needs] : [...ends.keys()];
    const begin = () => failure ?? runStep(step, context, `[${index + 1}/${total}]`);
    const end = Promise.all(before.map((name) => ends.get(name))).then(begin);
    ends.set(
      step.name,
      end.catch((error) => (failure ??= error)),
    );
    if (!step.needs) lastAlone = step.name;
  }
  await Promise.all(ends.values());
  if (failure) throw failure;
}

async function runStep(step, context, position) {
  const progress = new ProgressLine(`${position} ${step.title}`);
  const task = new Task(step.name, progress);
  try {
    const stamp = step.stamp && new Stamp(step.name);
    // Before the step: sources that are edited while it runs must not count as built.
    const made = await step.stamp?.(context);
    if (stamp?.matches(made.digest, made.outputs)) {
      progress.end('up to date');
      return;
    }
    stamp?.clear();
    const result = await step.run(context, task);
    stamp?.save(made.digest, made.outputs);
    progress.end(result ?? 'done');
  } catch (error) {
    progress.end('failed');
    await progress.interrupt(async () => explain(error, task, step.advice));
    throw new ExplainedFailure(`${step.title} failed`, { cause: error });
  } finally {
    task.close();
  }
}

function explain(error, task, advice) {
  const isDefect = !(error instanceof SetupFailure);
  const lines = ['', indented(isDefect ? error.stack : error.message)];
  const tail = task.tail();
  if (tail.length > 0 && (isDefect || error.seeLog)) {
    lines.push('', `  The end of its log (all of it is in ${shown(task.logFile)}):`);
    lines.push(...tail.map((line) => `    | ${line}`));
  }
  const remedy = error.advice ?? advice;
  if (remedy) lines.push('', '  What to do next:', indented(remedy, '    '));
  if (error.commands) lines.push('', error.commands);
  process.stderr.write(`${lines.join('\n')}\n\n`);
}

function indented(text, indent = '  ') {
  return text.replace(/^(?=.)/gm, indent);
}
