import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { ProgressLine } from '../../scripts/setup/progress.mjs';
import { Guests } from './guests.mjs';
import { table } from '../../test/runner/report.mjs';

const help = `Measures the delay until guests that never end are stopped, and the duration of operations that cannot be interrupted.

Usage: npm run bench:stop -- [--runs N]

      --runs  number of stops for each guest and each way (200)
  -h, --help  print this text

Prints milliseconds from the time limit of a run (timeoutMs), or from the abort of its signal, until its promise is
rejected. Other work on this machine affects them. Requires a set-up repository (npm run quickstart).
`;

const pagesOfGuests = { small: 1024, large: 65536 };
/** The free memory that a guest with 4 GiB requires; with less, it is omitted. */
const memoryForLarge = 6 * 2 ** 30;
const repetitionsOfBulk = 5;

async function main(options) {
  const library = createRequire(import.meta.url)(path.join(root, 'dist/index.js'));
  const guests = new Guests();
  try {
    console.log(await measureStops(library, guests, options.runs));
    console.log(await measureBulk(library, guests));
  } finally {
    guests.close();
  }
  return 0;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '200' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs must be a whole number of at least 1, not '${values.runs}'.`);
  }
  return { runs, help: values.help };
}

async function measureStops(library, guests, runs) {
  const rows = [
    ['guest', 'mode', 'runs', 'timeoutMs p50', 'p99', 'max', 'AbortSignal p50', 'p99', 'max'],
  ];
  const progress = new ProgressLine('Stopping guests');
  const measure = async (title, module, latenesses) => {
    progress.show(`${title} (${module.mode})`);
    const cells = [];
    for (const lateness of latenesses) {
      const values = [];
      while (values.length < runs) values.push(await lateness(module));
      cells.push(...[0.5, 0.99, 1].map((part) => quantile(values, part).toFixed(2)));
    }
    rows.push([title, module.mode, String(runs), ...cells]);
  };
  const files = await guests.endless();
  for (const aot of ['auto', 'off']) {
    for (const [title, file] of files) {
      const module = await library.loadModule(file, { aot, concurrency: 1 });
      await measure(title, module, [timeOutLateness, abortLateness]);
      await module.close();
    }
    const module = await library.loadModule(files[0][1], { aot, concurrency: 1 });
    const ofBusy = (lateness) => async () => {
      const { signal, stop } = stoppable();
      const busy = rejection(module.run({ signal }));
      const late = await lateness(module);
      stop();
      await busy;
      return late;
    };
    await measure('waits in the queue', module, [timeOutLateness, abortLateness].map(ofBusy));
    await module.close();
  }
  progress.end('done');
  const load = os.loadavg()[0].toFixed(1);
  const machine = `${os.cpus().length} × ${os.cpus()[0].model}, load ${load}, Node ${process.version}`;
  return ['', `Milliseconds of delay, on ${machine}`, ...table(rows)].join('\n');
}

/** Between 5 and 15 ms, so that guests are stopped at a random point. */
const anyMoment = () => 5 + Math.floor(Math.random() * 11);

async function timeOutLateness(module) {
  const timeoutMs = anyMoment();
  const begin = performance.now();
  const error = await rejection(module.run({ timeoutMs }));
  expectCode(error, 'ERR_TIMEOUT');
  return performance.now() - begin - timeoutMs;
}

async function abortLateness(module) {
  const { signal, stop } = stoppable();
  const run = rejection(module.run({ signal }));
  await new Promise((resolve) => setTimeout(resolve, anyMoment()));
  const begin = performance.now();
  stop();
  expectCode(await run, 'ERR_ABORTED');
  return performance.now() - begin;
}

function stoppable() {
  const controller = new AbortController();
  return { signal: controller.signal, stop: () => controller.abort() };
}

async function rejection(run) {
  try {
    await run;
  } catch (error) {
    return error;
  }
  throw new Error('A guest that never ends has ended.');
}

function expectCode(error, code) {
  if (error.code !== code) throw error;
}

async function measureBulk(library, guests) {
  const rows = [['operation', '', 'runs', 'median', 'max']];
  for (const pages of Object.values(pagesOfGuests)) {
    if (pages === pagesOfGuests.large && os.freemem() < memoryForLarge) {
      rows.push(['over 4 GiB', 'skipped: not enough free memory', '', '', '']);
      continue;
    }
    for (const [title, file] of await guests.once(pages)) {
      const module = await library.loadModule(file, { concurrency: 1 });
      const values = [];
      while (values.length < repetitionsOfBulk) {
        values.push((await module.run()).timings.executeMs);
      }
      await module.close();
      const figures = [0.5, 1].map((part) => quantile(values, part).toFixed(0));
      rows.push([title, '', String(values.length), ...figures]);
    }
  }
  return [
    '',
    'Milliseconds that one operation takes, over memory that was not touched before',
    ...table(rows),
  ].join('\n');
}

/** The value that this fraction of all values does not exceed. */
function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}

await runCommand(help, readOptions, main);
