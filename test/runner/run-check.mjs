import path from 'node:path';

import { parallel } from '../../scripts/setup/addon.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { shown } from '../../scripts/setup/paths.mjs';
import { outcomeOf, run } from '../../scripts/setup/processes.mjs';
import { ProgressLine, duration } from '../../scripts/setup/progress.mjs';
import { Task } from '../../scripts/setup/task.mjs';
import { inTheirPlaces } from './places.mjs';

/**
 * Runs checks, in parallel if they leave processors to others.
 *
 * @param {import('./checks.mjs').Check[]} checks
 * @param {import('./checks.mjs').CheckContext} context
 * @returns {Promise<import('./report.mjs').Result[]>} in the order of the checks
 */
export function runChecks(checks, context) {
  const position = (index) => `(${index + 1}/${checks.length})`;
  const shareOf = ({ processors = parallel }) =>
    // A check that runs alone has all of them.
    checks.length === 1 ? parallel : Math.min(processors, parallel);
  return inTheirPlaces(
    checks.map((check, index) => ({
      processors: shareOf(check),
      turn: check.runsTests ? 'tests' : check.turn,
      run: () => runCheck(check, { ...context, processors: shareOf(check) }, position(index)),
    })),
    parallel,
  );
}

/**
 * Runs a check, and shows its output if it fails.
 *
 * @param {import('./checks.mjs').Check} check
 * @param {import('./checks.mjs').CheckContext} context
 * @param {string} position such as "(3/9)"
 * @returns {Promise<import('./report.mjs').Result>}
 */
export async function runCheck(check, context, position) {
  const title = `${position} ${check.title}`;
  const started = performance.now();
  // Only a check that runs alone gets the terminal.
  const inherit = check.inherit && check.processors === undefined;
  const progress = inherit ? undefined : new ProgressLine(title);
  if (inherit) console.log(`${title} …`);
  const task = new Task(`test-${check.name}`, progress);
  let problem;
  let output = '';
  let processorSeconds = 0;
  try {
    for (const { command, args, options } of await check.commands({
      processors: parallel,
      ...context,
    })) {
      const result = inherit
        ? await run(command, args, { ...options, inherit: true })
        : await task.attempt(command, args, options);
      output += result.output;
      processorSeconds += result.processorSeconds;
      if (result.code !== 0) {
        problem = `${path.basename(command)} ${outcomeOf(result)}`;
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    problem = error.message;
  } finally {
    task.close();
  }
  const counts = check.count?.(output);
  // A test program that reports no tests has not run any, whatever its exit code.
  if (check.count && !counts) problem ??= 'no test was counted';

  const milliseconds = performance.now() - started;
  progress?.end(problem === undefined ? 'passed' : 'FAILED');
  if (problem !== undefined) {
    if (inherit) console.log(`\n${check.title}: ${problem}.\n`);
    else
      console.log(
        `\n${(check.excerpt?.(output) ?? output).trimEnd()}\n\n${check.title}: ${problem} (${shown(task.logFile)}).\n`,
      );
  } else if (inherit) {
    console.log(`${title} … passed ${duration(milliseconds)}`);
  }
  return { check, ok: problem === undefined, counts, milliseconds, processorSeconds };
}
