import path from 'node:path';
import { parseArgs } from 'node:util';

import { SetupFailure } from './setup/failure.mjs';
import { runCommand, setUp } from './setup/index.mjs';
import { shown } from './setup/paths.mjs';
import { photographs } from './setup/photographs.mjs';
import { outcomeOf, run } from './setup/processes.mjs';
import { ProgressLine, duration } from './setup/progress.mjs';
import { Task } from './setup/task.mjs';
import { checks } from './test/checks.mjs';
import { report } from './test/report.mjs';

const help = `Sets everything up as \`npm run quickstart\` does, then checks and tests it.

Usage: npm test -- [--all] [--only NAME[,NAME…]] [--grep PATTERN] [--yes]

      --all     with the checks that take long
      --only    only the checks of these names
      --grep    only the mocha tests whose names match; together with --only mocha
      --list    the names of the checks
  -y, --yes     install missing system packages without asking
  -h, --help    this text

Every check runs, also after one that failed; the exit code is 1 when any did. Tests that need the folder of
sample data are skipped, counted and named when it is missing, and fail with WASMEDGE_EMBED_DATA_REQUIRED=1.

Environment:
  WASMEDGE_EMBED_DATA           the folder of sample data, by default ../shared/data
  WASMEDGE_EMBED_DATA_REQUIRED  1: a missing folder of sample data is a failure
  WASMEDGE_DIR                  where WasmEdge is, when neither the system nor ~/.wasmedge has it
  WASMEDGE_EMBED_CACHE          where downloads are kept, by default ~/.cache/wasmedge-embed
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      grep: { type: 'string' },
      list: { type: 'boolean' },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return { ...values, selected: select(values) };
}

async function main({ selected, ...values }) {
  if (values.list) {
    for (const { name, title, long } of checks) {
      console.log(`${name.padEnd(16)} ${title}${long ? ' (long)' : ''}`);
    }
    return 0;
  }

  const context = {
    forTests: true,
    yes: Boolean(values.yes) || process.env.npm_config_yes === 'true',
    photographs: [],
    grep: values.grep,
  };
  // Only the benchmark needs pictures where there is no sample data, and they are downloaded.
  const needsPhotographs = selected.some(({ name }) => name === 'bench');
  await setUp(context, { more: needsPhotographs ? [photographs] : [] });
  console.log('');
  const results = [];
  for (const [index, check] of selected.entries()) {
    results.push(await runCheck(check, context, `(${index + 1}/${selected.length})`));
  }
  console.log(report(results));
  return results.every(({ ok }) => ok) ? 0 : 1;
}

function select({ all, only = [] }) {
  const names = only.flatMap((list) => list.split(',')).filter((name) => name !== '');
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    const known = checks.map(({ name }) => name).join(', ');
    throw new Error(`There is no check ${unknown.join(', ')}; the checks are ${known}.`);
  }
  if (names.length > 0) return checks.filter(({ name }) => names.includes(name));
  return checks.filter(({ long }) => all || !long);
}

/** @returns {Promise<import('./test/report.mjs').Result>} */
async function runCheck(check, context, position) {
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
        `\n${output.trimEnd()}\n\n${check.title}: ${problem} (${shown(task.logFile)}).\n`,
      );
  } else if (check.inherit) {
    console.log(`${title} … passed ${duration(milliseconds)}`);
  }
  return { check, ok: problem === undefined, counts, milliseconds };
}

await runCommand(help, readOptions, main);
