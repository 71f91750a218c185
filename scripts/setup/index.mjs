import { addon } from './addon.mjs';
import { defaultModel } from './default-model.mjs';
import { ExplainedFailure, SetupFailure } from './failure.mjs';
import { guestCompilation } from './guest-compilation.mjs';
import { guests } from './guests.mjs';
import { liteRt } from './litert.mjs';
import { SetupLock } from './lock.mjs';
import { npmDependencies } from './npm.mjs';
import { whyUnsupported } from './platform.mjs';
import { terminateChildren } from './processes.mjs';
import { runSteps } from './steps.mjs';
import { systemPackages } from './system/step.mjs';
import { typeScript } from './typescript.mjs';

/**
 * What both the quick start and the tests need. The first two run alone: apt may replace the C library, and a program
 * that starts meanwhile fails. What the guests may install later (Debian's crates) is sources only.
 */
export const sharedSteps = [
  systemPackages,
  npmDependencies,
  { ...liteRt, needs: [] },
  { ...defaultModel, needs: [] },
  { ...addon, needs: [] },
  { ...typeScript, needs: [] },
  { ...guests, needs: ['default-model'] },
  { ...guestCompilation, needs: ['addon', 'typescript', 'guests'] },
];

/**
 * Sets this clone up, each step only where something changed.
 *
 * @param {import('./steps.mjs').Context} context
 * @param {object} [details]
 * @param {import('./steps.mjs').Step[]} [details.more] steps that follow the shared ones
 * @param {number} [details.furtherSteps] how many the caller runs itself, for "[3/9]"
 * @returns {Promise<number>} how many steps there are, these included
 */
export async function setUp(context, { more = [], furtherSteps = 0 } = {}) {
  const lock = new SetupLock();
  await lock.acquire();
  try {
    const steps = [...sharedSteps, ...more];
    const total = steps.length + furtherSteps;
    await runSteps(steps, context, total);
    return total;
  } finally {
    lock.release();
  }
}

/**
 * Runs a command of this repository and sets the exit code. Failures of steps have been explained when they happened.
 * Other failures that a person can act on are printed as a message; any other exception is a defect and gets a stack.
 *
 * @param {() => Promise<number>} main
 */
export async function runMain(main) {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => {
      terminateChildren(signal);
      new SetupLock().release();
      process.exit(code);
    });
  }
  try {
    const obstacle = whyUnsupported();
    if (obstacle !== undefined) console.error(obstacle);
    process.exitCode = obstacle === undefined ? await main() : 1;
  } catch (error) {
    if (error instanceof SetupFailure) console.error(textOf(error));
    else if (!(error instanceof ExplainedFailure)) console.error(error);
    process.exitCode = 1;
  }
}

function textOf({ message, advice, commands }) {
  return [message, advice, commands].filter(Boolean).join('\n');
}

/**
 * Runs a command of this repository that has options: for an invalid command line it prints the error and the help
 * (exit code 2), for the option `help` only the help.
 *
 * @template {{ help?: boolean }} Options
 * @param {string} help
 * @param {() => Options} readOptions throws if the command line is invalid
 * @param {(options: Options) => Promise<number>} main
 */
export function runCommand(help, readOptions, main) {
  return runMain(async () => {
    let options;
    try {
      options = readOptions();
    } catch (error) {
      console.error(`${error.message}\n\n${help}`);
      return 2;
    }
    if (options.help) {
      process.stdout.write(help);
      return 0;
    }
    return main(options);
  });
}
