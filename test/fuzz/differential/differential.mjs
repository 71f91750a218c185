import path from 'node:path';
import { parseArgs } from 'node:util';

import { buildDifferential } from './build.mjs';
import { Session, optionSets } from './run.mjs';
import { runCommand } from '../../../scripts/setup/index.mjs';
import { shown } from '../../../scripts/setup/paths.mjs';
import { withTask } from '../../../scripts/setup/task.mjs';

const help = `Runs modules compiled, interpreted and in Node's own engine, and compares the results.

Usage: npm run fuzz:differential -- [--seconds N] [--seed N] [--only accesses|generated]
       npm run fuzz:differential -- --module FILE…

      --seconds  time for generated modules (60)
      --seed     seed of the generated modules (1)
      --only     only the memory accesses, or only generated modules; by default both
      --module   only this module, with all ways to compile it: reproduces a finding
  -h, --help     print this text

Requires a set-up repository (npm run quickstart). A module that shows a difference, ends its process or exceeds a
limit is kept in build/fuzz/differential/findings, and the exit code is 1.
`;

/** Per finding, on the terminal; the file next to its module has everything. */
const mostLines = 6;

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      module: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h' },
    },
  });
  for (const name of ['seconds', 'seed']) {
    if (!/^[1-9]\d{0,8}$/.test(values[name])) {
      throw new Error(`--${name} must be a whole number of at least 1, not '${values[name]}'.`);
    }
  }
  if (![undefined, 'accesses', 'generated'].includes(values.only)) {
    throw new Error(`--only takes 'accesses' or 'generated', not '${values.only}'.`);
  }
  return { ...values, seconds: Number(values.seconds), seed: Number(values.seed) };
}

async function main(options) {
  await withTask('Building the differential fuzzer', 'fuzz-differential-build', buildDifferential);
  const session = new Session();
  const started = Date.now();
  try {
    await runAll(session, options);
  } finally {
    session.end();
  }
  console.log(summary(session, (Date.now() - started) / 1000));
  return session.findings.length === 0 ? 0 : 1;
}

async function runAll(session, { seconds, seed, only, module }) {
  const step = (title, log, work) =>
    withTask(title, `fuzz-differential-${log}`, async (task) => {
      const before = session.findings.length;
      await work(task);
      return session.findings.length === before ? 'nothing found' : 'FOUND SOMETHING';
    });
  if (module.length > 0) {
    const files = module.map((file) => path.resolve(file));
    await step('Running modules', 'modules', async (task) => {
      for (const options of optionSets) await session.run(files, options, task);
    });
    return;
  }
  if (only !== 'generated') {
    await step('Accesses at the ends of memory', 'accesses', (task) => session.runAccesses(task));
  }
  if (only !== 'accesses') {
    const until = Date.now() + seconds * 1000;
    await step('Generated modules', 'generated', (task) => session.runGenerated(seed, until, task));
  }
}

function summary({ totals, wasmedge, knownSeen, findings }, seconds) {
  const share = Math.round((100 * totals.cpuSeconds) / seconds);
  return [
    `WasmEdge ${wasmedge}, V8 ${process.versions.v8}: ${totals.modules} modules, ${totals.taken} of them taken; ` +
      `${totals.calls} calls in each engine, ${totals.values} values, ${totals.traps} traps, ` +
      `${totals.nothing} that are not compared; ${Math.round(seconds)} s, ${share} % of a processor.`,
    ...[...knownSeen].map(([title, times]) => `Known: ${title} (${times} times)`),
    `${totals.differences} differences, ${totals.failures} processes that failed.`,
    ...findings.map(
      ({ file, details }) =>
        `\n${shown(file)}\n${details
          .slice(0, mostLines)
          .map((line) => `  ${line}`)
          .join('\n')}\n  again: npm run fuzz:differential -- --module ${shown(file)}`,
    ),
  ].join('\n');
}

await runCommand(help, readOptions, main);
