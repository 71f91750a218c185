import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { writeAtomically } from '../../scripts/setup/files.mjs';
import { runCommand } from '../../scripts/setup/index.mjs';
import { root, shown } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';
import { ProgressLine, duration } from '../../scripts/setup/progress.mjs';
import { Asking, maxWaiting } from './asking.mjs';
import { ModelTraffic } from './models.mjs';
import { measuresOf, rowsOf, takeSample } from './samples.mjs';
import { StreamTraffic } from './streams.mjs';
import { Traffic, WrongAnswer } from './traffic.mjs';
import { fewestSamples, judge, warmUpPart } from './trend.mjs';
import { table } from '../runner/report.mjs';

/** With fewer invocations than these, the allocator has not settled. */
const fewForAllocator = 1_000_000;

/**
 * The allocator of a short soak: a single arena, since those of many threads fill up over hundreds
 * of thousands of invocations; and freed memory is returned to the system at once, not only when no
 * later block lies above it.
 */
const settledAllocator = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

const help = `Runs guests in this process for a long time, and checks that it does not grow: resident memory, threads, open
descriptors and mappings.

Usage: npm run soak -- [--invocations N | --seconds S]

      --invocations  number of runs of the trivial guest (1000000); in addition, one classification for every twenty,
                     and afterwards one guest that calls the host for every twenty, one load and close for every
                     hundred, one run with streams for every ten, and one run with models for every twenty
      --seconds      duration instead, four tenths of it with invocations
  -h, --help         print this text

Trivial runs succeed, exit, trap, are aborted or time out; in between, modules are closed and loaded again. Every
answer is checked. Samples are taken between bursts, when nothing runs and garbage has been collected. The first
quarter of them is the warm-up; for the rest, the trend (the median of the slopes between all pairs of samples) must
not exceed a bound. The exit code is 1 if something grew or an answer was wrong.

To make resident memory meaningful, V8's young generation has a fixed size; and in a soak of less than
${fewForAllocator.toLocaleString('en')} invocations the allocator has one arena and returns freed memory at once (MALLOC_… variables that
are already set are respected), and the bounds are wider.
`;

const trivialOfBurst = 200;
const classificationsOfBurst = 10;
const asksOfBurst = 50;
const loadsOfBurst = 20;
const streamsOfBurst = 40;
const modelsOfBurst = 40;
const nodeOptions = ['--expose-gc', '--max-semi-space-size=1'];
/** The same number for each phase, whatever its length. */
const samplesOfPhase = 80;
/** Enough to detect a trend: on a machine on which a phase is too short, it is prolonged. */
const neededSamples = Math.ceil((fewestSamples + 2) / (1 - warmUpPart));

async function main(options) {
  if (!process.execArgv.includes(nodeOptions[0])) return startAnew(options);

  const library = createRequire(import.meta.url)(path.join(root, 'dist/index.js'));
  const traffic = new Traffic(library);
  const asking = new Asking(library);
  const streams = new StreamTraffic(library);
  const models = new ModelTraffic(library);
  const phases = [];
  try {
    await traffic.open();
    await asking.open();
    await streams.open();
    await models.open();
    for (const phase of phasesOf(options, { traffic, asking, streams, models }))
      phases.push(await soak(phase));
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error;
    console.error(`\nA wrong answer: ${error.message}`);
    return 1;
  } finally {
    await traffic.close();
    await asking.close();
    await streams.close();
    await models.close();
  }
  const counts = { ...asking.counts, ...streams.counts, ...models.counts };
  return report(phases, traffic, { counts }, measuresOf(isShort(options)));
}

/** Whether it ends before normal fluctuations have evened out. */
function isShort({ invocations, seconds }) {
  return seconds !== undefined || invocations < fewForAllocator;
}

/** The same command in a process whose own memory does not fluctuate. */
async function startAnew(options) {
  const { code } = await run(process.execPath, [...nodeOptions, ...process.argv.slice(1)], {
    env: isShort(options) ? { ...settledAllocator, ...mallocVariables() } : {},
    inherit: true,
  });
  return code ?? 1;
}

function mallocVariables() {
  return Object.fromEntries(
    Object.keys(settledAllocator)
      .map((name) => [name, process.env[name]])
      .filter(([, value]) => value),
  );
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      invocations: { type: 'string' },
      seconds: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.invocations !== undefined && values.seconds !== undefined) {
    throw new Error('Give --invocations or --seconds, not both.');
  }
  const whole = (name, minimum) => {
    if (values[name] === undefined) return undefined;
    const number = Number(values[name]);
    if (Number.isInteger(number) && number >= minimum) return number;
    throw new Error(`--${name} takes a whole number from ${minimum} on, not '${values[name]}'.`);
  };
  // Enough samples to detect a trend.
  const invocations = whole('invocations', 20_000);
  const seconds = whole('seconds', 10);
  return { invocations: invocations ?? 1_000_000, seconds, help: values.help };
}

/**
 * One kind of work, repeated.
 *
 * @typedef {object} Phase
 * @property {string} title
 * @property {string} unit that is counted
 * @property {number} size of a burst, in units
 * @property {() => Promise<void>} burst
 * @property {() => Promise<void>} settle brings every thread to life, so that samples are alike
 * @property {number} [total] units; absent where time decides
 * @property {number} [seconds]
 * @property {number} [moreThreads] threads that may come and go
 */

/** @returns {Phase[]} */
function phasesOf({ invocations, seconds }, { traffic, asking, streams, models }) {
  const share = (part) => (seconds === undefined ? undefined : seconds * part);
  const total = (count) => (seconds === undefined ? count : undefined);
  return [
    {
      title: 'Invocations',
      unit: 'trivial invocations',
      size: trivialOfBurst,
      burst: () => traffic.burst(trivialOfBurst, classificationsOfBurst),
      settle: () => traffic.settle(),
      total: total(invocations),
      seconds: share(2 / 5),
    },
    {
      title: 'Host functions and kept instances',
      unit: 'guests that ask',
      size: asksOfBurst,
      burst: () => asking.burst(asksOfBurst),
      settle: () => asking.settle(),
      // How many guests wait at the same time is chance, and reloading starts with one thread.
      moreThreads: maxWaiting,
      total: total(invocations / 20),
      seconds: share(3 / 20),
    },
    {
      title: 'Loading and closing',
      unit: 'loads and closes',
      size: loadsOfBurst,
      burst: async () => {
        const half = async () => {
          for (let i = 0; i < loadsOfBurst / 2; ++i) await traffic.loadAndClose();
        };
        await Promise.all([half(), half()]);
      },
      settle: () => traffic.settle(),
      total: total(invocations / 100),
      seconds: share(3 / 20),
    },
    {
      title: 'Streams',
      unit: 'runs with streams',
      size: streamsOfBurst,
      burst: () => streams.burst(streamsOfBurst),
      settle: () => streams.settle(),
      total: total(invocations / 10),
      seconds: share(3 / 20),
    },
    {
      title: 'Models with state',
      unit: 'runs with models',
      size: modelsOfBurst,
      burst: () => models.burst(modelsOfBurst),
      settle: () => models.settle(),
      total: total(invocations / 20),
      seconds: share(3 / 20),
    },
  ];
}

async function soak({ title, unit, size, burst, settle, total, seconds, moreThreads = 0 }) {
  const progress = new ProgressLine(title);
  const samples = [];
  const started = performance.now();
  /** From 0 to 1. */
  const done = (count) =>
    total === undefined ? (performance.now() - started) / 1000 / seconds : count / total;
  let result = 'FAILED';
  try {
    let count = 0;
    while (done(count) < 1 || samples.length < neededSamples) {
      await burst();
      count += size;
      if (done(count) < 1 && done(count) * samplesOfPhase < samples.length + 1) continue;
      await settle();
      samples.push(await takeSample(count));
      const { resident, threads } = samples.at(-1);
      progress.show(
        `${count.toLocaleString('en')} ${unit}, ${Math.round(100 * done(count))} %, ` +
          `${(resident / 1e6).toFixed(1)} MB, ${threads} threads`,
      );
    }
    result = `${count.toLocaleString('en')} ${unit}`;
    return { title, unit, count, milliseconds: performance.now() - started, samples, moreThreads };
  } finally {
    progress.end(result);
  }
}

function report(phases, { counts: ran, photograph }, { counts: asked }, measures) {
  const counts = { ...ran, ...asked };
  const lines = [];
  const findings = [];
  const judged = phases.map((phase) => {
    lines.push('', phase.title, ...table(rowsOf(phase.samples)));
    const rows = [['measure', '', 'median', 'growth', 'bound', 'for each']];
    const judgements = measures.map(({ key, title, allowance }) => {
      const series = phase.samples.map((sample) => ({ at: sample.at, value: sample[key] }));
      const more = key === 'threads' ? phase.moreThreads : 0;
      const judgement = judge(series, { ...allowance, absolute: allowance.absolute + more });
      const scale = key === 'resident' ? 1e6 : 1;
      const number = (value) => (value / scale).toFixed(scale === 1 ? 0 : 1);
      const each = scale === 1 ? judgement.slope.toFixed(4) : `${judgement.slope.toFixed(1)} bytes`;
      const { median, growth, bound } = judgement;
      rows.push([
        ...[title, judgement.flat ? 'flat' : 'GREW'],
        ...[median, growth, bound].map(number),
        each,
      ]);
      if (!judgement.flat) findings.push(`${title} in '${phase.title}'`);
      return { measure: key, ...judgement };
    });
    lines.push('', `Trend of ${phase.count.toLocaleString('en')} ${phase.unit}`, ...table(rows));
    return { ...phase, judgements };
  });

  const width = Math.max(...Object.keys(counts).map((name) => name.length));
  lines.push('', 'What was run');
  for (const [name, count] of Object.entries(counts).toSorted()) {
    lines.push(`  ${name.padEnd(width)}  ${count.toLocaleString('en').padStart(9)}`);
  }
  if (!photograph) lines.push('', 'There is no photograph: a small grey picture was classified.');

  const file = path.join(root, 'build/soak', `${new Date().toISOString().replace(/:/g, '-')}.json`);
  const flat = findings.length === 0;
  writeAtomically(
    file,
    `${JSON.stringify({ node: process.version, flat, counts, phases: judged }, null, 1)}\n`,
  );
  const time = duration(phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
  lines.push(
    '',
    flat
      ? `Flat after warm-up, and every answer right, in ${time}. Samples: ${shown(file)}`
      : `GREW: ${findings.join(', ')}, in ${time}. Samples: ${shown(file)}`,
  );
  console.log(lines.join('\n'));
  return flat ? 0 : 1;
}

await runCommand(help, readOptions, main);
