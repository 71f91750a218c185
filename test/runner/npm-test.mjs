import { parseArgs } from 'node:util';

import { runCommand, setUp } from '../../scripts/setup/index.mjs';
import { photographs } from '../../scripts/setup/photographs.mjs';
import { processorSeconds } from '../../scripts/setup/processor-time.mjs';
import { duration } from '../../scripts/setup/progress.mjs';
import { testSteps } from '../setup/steps.mjs';
import { checks } from './checks.mjs';
import { report } from './report.mjs';
import { runChecks } from './run-check.mjs';

const help = `Sets everything up like \`npm run quickstart\`, then runs all checks and tests.

Usage: npm test -- [--all] [--only NAME[,NAME…]] [--grep PATTERN] [--yes]

      --all     include the checks that take long
      --only    only these checks
      --grep    only the mocha tests whose names match; with --only mocha
      --list    print the names of the checks
  -y, --yes     install missing system packages without asking
  -h, --help    print this text

Every check runs, even if others fail, and in parallel with others if it uses only some of the processors. The exit
code is 1 if any failed. Tests that need the folder of sample data are skipped, counted and named if it is missing,
and fail with WASMEDGE_EMBED_DATA_REQUIRED=1.

Environment:
  WASMEDGE_EMBED_DATA               the folder of sample data, by default ../shared/data
  WASMEDGE_EMBED_DATA_REQUIRED      1: a missing folder of sample data is a failure
  WASMEDGE_EMBED_OTHER_PHOTOGRAPHS  a folder of more photographs, by default imagenet-samples beside the sample data
  WASMEDGE_EMBED_RABBITMQ_REQUIRED  1: RabbitMQ is installed if it is missing, and the tests that need it are not
                                    skipped: the check 'broker', which sets this, and one of the examples
  WASMEDGE_EMBED_CHROMIUM_REQUIRED  1: the same for Chromium: the check 'page', and the page of the benchmark
  WASMEDGE_DIR                      folder of WasmEdge, if it is neither in the system's folders nor in ~/.wasmedge
  WASMEDGE_EMBED_CACHE              folder for downloads, by default ~/.cache/wasmedge-embed
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
  // The set-up installs what they need. If it is missing nevertheless, tests fail instead of being skipped.
  for (const { demands } of selected) if (demands) process.env[demands] = '1';
  // Without sample data, only the benchmark needs photographs, which are then downloaded.
  const needsPhotographs = selected.some(({ name }) => name === 'bench');
  await setUp(context, { more: [...testSteps, ...(needsPhotographs ? [photographs] : [])] });
  console.log(`\nThe set-up took ${timeTaken()}.\n`);
  const results = await runChecks(selected, context);
  console.log(report(results, timeTaken()));
  return results.every(({ ok }) => ok) ? 0 : 1;
}

/** Since this process started. */
function timeTaken() {
  return `${duration(performance.now())}, ${duration(1000 * processorSeconds())} of processors`;
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

await runCommand(help, readOptions, main);
