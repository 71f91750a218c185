import path from 'node:path';

import { SetupFailure } from '../setup/failure.mjs';
import { shown } from '../setup/paths.mjs';
import { outcomeOf, run } from '../setup/processes.mjs';
import { ProgressLine, duration } from '../setup/progress.mjs';
import { Task } from '../setup/task.mjs';

/**
 * Runs a check, and shows what it says where it fails.
 *
 * @param {import('./checks.mjs').Check} check
 * @param {import('./checks.mjs').CheckContext} context
 * @param {string} position such as "(3/9)"
 * @returns {Promise<import('./report.mjs').Result>}
 */
export async function runCheck(check, context, position) {
  const title = `${position} ${check.title}`;
  const started = performance.now();
  const progress = check.inherit ? undefined : new ProgressLine(title);
  if (check.inherit) console.log(`${title} …`);
  const task = new Task(`test-${check.name}`, progress);
  let problem;
  let output = '';
  try {
    for (const { command, args, options } of await check.commands(context)) {
      const result = check.inherit
        ? await run(command, args, { ...options, inherit: true })
        : await task.attempt(command, args, options);
      output += result.output;
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
  // A test program that says nothing of tests has not run them, whatever its exit code.
  if (check.count && !counts) problem ??= 'no test was counted';

  const milliseconds = performance.now() - started;
  progress?.end(problem === undefined ? 'passed' : 'FAILED');
  if (problem !== undefined) {
    if (check.inherit) console.log(`\n${check.title}: ${problem}.\n`);
    else
      console.log(
        `\n${(check.excerpt?.(output) ?? output).trimEnd()}\n\n${check.title}: ${problem} (${shown(task.logFile)}).\n`,
      );
  } else if (check.inherit) {
    console.log(`${title} … passed ${duration(milliseconds)}`);
  }
  return { check, ok: problem === undefined, counts, milliseconds };
}
