// How many answers per second one RabbitMQ and several consumers give, and how much processor time
// each part takes. Not a test: `npm run bench:queue`, for docs/scaling.md.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { connectClient } from 'wasmedge-embed/broker';
import type { QueueClient } from 'wasmedge-embed/broker';

import { DATA } from '../support/data.js';
import { ROOT } from '../support/paths.js';
import { RabbitMq } from '../support/rabbitmq.js';

const HELP = `Measures invocations through RabbitMQ, with 1, 2, 4 and 8 consumers on this machine.

Usage: npm run bench:queue -- [--seconds N] [--workers 1,2,4,8] [--rounds N] [PHOTO]

RabbitMQ must be installed (npm run test:broker does that). The figures are processor time, which other
work on the machine changes little, and answers a second, which it changes a lot.
`;

/** Of proc(5): USER_HZ. */
const TICKS_PER_SECOND = 100;

/** The results for one number of consumers. */
interface Row {
  workers: number;
  answers: number;
  seconds: number;
  /** Processor seconds of each part. */
  consumers: number;
  broker: number;
  client: number;
  /** Milliseconds, sorted. */
  latencies: number[];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      seconds: { type: 'string', default: '10' },
      workers: { type: 'string', default: '1,2,4,8' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const counts = values.workers.split(',').map(Number);
  const photo = readFileSync(positionals[0] ?? path.join(DATA, 'photos', 'cat_720p.jpg'));
  const event = { body: photo.toString('hex') };
  const broker = await RabbitMq.start();
  try {
    const rows: Row[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const workers of counts) {
        const queue = `bench-${round}-${workers}`;
        rows.push(
          await measure(broker, { queue, workers, event, seconds: Number(values.seconds) }),
        );
      }
    }
    const megabytes = (Buffer.byteLength(JSON.stringify(event)) / 1e6).toFixed(2);
    console.log(`An event has ${megabytes} MB.\n`);
    console.table(counts.map((workers) => summary(rows.filter((row) => row.workers === workers))));
  } finally {
    await broker.stop();
  }
}

interface Measurement {
  queue: string;
  workers: number;
  event: object;
  seconds: number;
}

async function measure(broker: RabbitMq, measurement: Measurement): Promise<Row> {
  const { queue, workers, event, seconds } = measurement;
  const children = await Promise.all(
    Array.from({ length: workers }, () => consumer(broker.url, queue)),
  );
  const client = await connectClient({ url: broker.url, queue, timeoutMs: 60_000 });
  try {
    await keepBusy(client, event, workers, 2);
    const pids = children.flatMap(({ pid }) => pid ?? []);
    const before = { consumers: cpu(pids), broker: cpu([broker.pid]), client: process.cpuUsage() };
    const begin = performance.now();
    const latencies = await keepBusy(client, event, workers, seconds);
    const elapsed = (performance.now() - begin) / 1000;
    const own = process.cpuUsage(before.client);
    return {
      workers,
      answers: latencies.length,
      seconds: elapsed,
      consumers: cpu(pids) - before.consumers,
      broker: cpu([broker.pid]) - before.broker,
      client: (own.user + own.system) / 1e6,
      latencies: latencies.sort((one, other) => one - other),
    };
  } finally {
    await client.close();
    await Promise.all(
      children.map(async (child) => {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }),
    );
  }
}

/** Keeps two invocations under way per consumer, so that none waits for the next message. */
async function keepBusy(
  client: QueueClient,
  event: object,
  workers: number,
  seconds: number,
): Promise<number[]> {
  const end = performance.now() + seconds * 1000;
  const latencies: number[] = [];
  const loop = async (): Promise<void> => {
    while (performance.now() < end) {
      const begin = performance.now();
      const { statusCode } = (await client.invoke(event)) as { statusCode: number };
      if (statusCode !== 200) throw new Error(`A consumer has answered ${statusCode}.`);
      latencies.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: 2 * workers }, loop));
  return latencies;
}

/** As a user starts one. */
async function consumer(url: string, queue: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'dist/cli/main.js'), 'consume', '--queue', queue, '--concurrency', '1'],
    {
      env: { ...process.env, WASMEDGE_EMBED_AMQP: url, AWS_LAMBDA_LOG_LEVEL: 'FATAL' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  // One line when it serves; later lines only report failures.
  const [line] = (await once(child.stderr, 'data')) as [Buffer];
  child.stderr.pipe(process.stderr);
  if (child.exitCode !== null) throw new Error(`A consumer has ended: ${line.toString()}`);
  return child;
}

function cpu(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    // The name, in parentheses, may contain anything: the text after it begins with the third
    // field.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }, 0);
}

function summary(rows: readonly Row[]): Record<string, string | number> {
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const answers = sum((row) => row.answers);
  const each = (seconds: number): string => ((seconds * 1000) / answers).toFixed(2);
  const rates = rows.map((row) => row.answers / row.seconds);
  const latencies = rows.flatMap((row) => row.latencies).sort((one, other) => one - other);
  return {
    workers: rows[0]?.workers ?? 0,
    'answers / s': (answers / sum((row) => row.seconds)).toFixed(0),
    'of the rounds': `${Math.min(...rates).toFixed(0)} – ${Math.max(...rates).toFixed(0)}`,
    'p50, ms': (latencies[latencies.length >> 1] ?? NaN).toFixed(1),
    'consumers, CPU ms': each(sum((row) => row.consumers)),
    'broker, CPU ms': each(sum((row) => row.broker)),
    'client, CPU ms': each(sum((row) => row.client)),
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
