import { parseArgs } from 'node:util';

import { combinations } from './combinations.mjs';
import { keepRow, readRow, writeTable } from './results.mjs';
import { compiledTests, suiteOf, versionsOf } from './suite.mjs';
import { runCommand, setUp } from '../../scripts/setup/index.mjs';
import { report } from '../runner/report.mjs';
import { runCheck } from '../runner/run-check.mjs';
import { testSteps } from '../setup/steps.mjs';

const names = combinations.map(({ name }) => name);

const help = `Runs the package's tests with one addon on every line of Node.js, and with WasmEdge 0.14 and 0.17.

Usage: npm run test:matrix -- [--only NAME[,NAME…]] [--grep PATTERN] [--write] [--yes]

      --only    only these combinations: ${names.join(', ')}
      --grep    only the tests whose names match
      --write   write the table of results to docs/compatibility.md
  -y, --yes     install missing system packages without asking
  -h, --help    print this text

Sets everything up like \`npm test\`. The versions of Node.js come from npm packages; forky, the next Debian release,
which has WasmEdge 0.17, is created from packages of this machine's mirror. Both are kept in the cache
(WASMEDGE_EMBED_CACHE, 1.5 gigabytes). Requires root for forky. Each combination takes some minutes. Earlier results are
kept as long as the package's sources do not change, so that several runs can produce the table.
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      grep: { type: 'string' },
      write: { type: 'boolean' },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const only = values.only.flatMap((list) => list.split(',')).filter((name) => name !== '');
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`--only ${unknown.join(', ')}: expected ${names.join(', ')}.`);
  }
  if (values.write && values.grep !== undefined) {
    throw new Error('--write and --grep: the table is of all tests.');
  }
  const selected = combinations.filter(({ name }) => only.length === 0 || only.includes(name));
  return { ...values, selected };
}

async function main({ selected, grep, write, yes }) {
  const context = { forTests: true, yes: Boolean(yes), photographs: [], grep };
  const steps = new Set(selected.flatMap((combination) => combination.steps));
  await setUp(context, { more: [...testSteps, compiledTests, ...steps] });
  console.log('');

  const results = [];
  for (const [index, combination] of selected.entries()) {
    const position = `(${index + 1}/${selected.length})`;
    const versions = await versionsOf(combination);
    const title = versions
      ? `Node.js ${versions.node}, WasmEdge ${versions.wasmedge}`
      : combination.title;
    const result = await runCheck({ ...suiteOf(combination), title }, context, position);
    results.push(result);
    if (versions && result.counts && grep === undefined) {
      keepRow(combination.name, { ...versions, ...result.counts });
    }
  }
  console.log(report(results));
  const ok = results.every((result) => result.ok);
  return write && !(await writePage()) ? 1 : ok ? 0 : 1;
}

/** Whether every combination had a result to write. */
async function writePage() {
  const rows = names.map((name) => ({ name, row: readRow(name) }));
  const missing = rows.filter(({ row }) => row === undefined).map(({ name }) => name);
  if (missing.length > 0) {
    console.error(
      `\nThe table is not written: no results of these sources with ${missing.join(', ')}.\n` +
        `npm run test:matrix -- --only ${missing.join(',')} --write`,
    );
    return false;
  }
  await writeTable(rows.map(({ row }) => row));
  console.log('\nThe table is in docs/compatibility.md.');
  return true;
}

await runCommand(help, readOptions, main);
