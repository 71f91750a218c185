import { parseArgs } from 'node:util';

import { runCommand, setUp } from '../../scripts/setup/index.mjs';
import { photographs } from '../../scripts/setup/photographs.mjs';
import { checks } from './checks.mjs';
import { report } from './report.mjs';
import { runChecks } from './run-check.mjs';

const help = `Sets everything up as \`npm run quickstart\` does, then checks and tests it.

Usage: npm test -- [--all] [--only NAME[,NAME…]] [--grep PATTERN] [--yes]

      --all     with the checks that take long
      --only    only the checks of these names
      --grep    only the mocha tests whose names match; together with --only mocha
      --list    the names of the checks
  -y, --yes     install missing system packages without asking
  -h, --help    this text

Every check runs, also after one that failed, and beside others where it keeps only some of the processors busy; the
exit code is 1 when any failed. Tests that need the folder of
sample data are skipped, counted and named when it is missing, and fail with WASMEDGE_EMBED_DATA_REQUIRED=1.

Environment:
  WASMEDGE_EMBED_DATA               the folder of sample data, by default ../shared/data
  WASMEDGE_EMBED_DATA_REQUIRED      1: a missing folder of sample data is a failure
  WASMEDGE_EMBED_OTHER_PHOTOGRAPHS  a folder of further photographs, by default imagenet-samples beside the sample data
  WASMEDGE_EMBED_RABBITMQ_REQUIRED  1: RabbitMQ is installed where it is missing, and not skipped what needs it: the
                                    check 'broker', which sets this, and one of the examples
  WASMEDGE_EMBED_CHROMIUM_REQUIRED  1: likewise Chromium: the check 'page', and the page of the benchmark
  WASMEDGE_DIR                      where WasmEdge is, when neither the system nor ~/.wasmedge has it
  WASMEDGE_EMBED_CACHE              where downloads are kept, by default ~/.cache/wasmedge-embed
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
  // The set-up installs what they need, and tests fail for want of it rather than being skipped.
  for (const { demands } of selected) if (demands) process.env[demands] = '1';
  // Only the benchmark needs pictures where there is no sample data, and they are downloaded.
  const needsPhotographs = selected.some(({ name }) => name === 'bench');
  await setUp(context, { more: needsPhotographs ? [photographs] : [] });
  console.log('');
  const results = await runChecks(selected, context);
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

await runCommand(help, readOptions, main);
