// The process of a contender: executes the commands on its standard input, and answers each with a
// line of JSON on descriptor 3. See native/bench/commands.h for the protocol.
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

import { reasonOf } from '../../support/errors.js';

import type {
  Answer,
  CreateWorkload,
  MeasureReply,
  Part,
  ProcessSettings,
  SaturateReply,
  TimedMark,
  Workload,
} from './workload.js';

const now = (): number => performance.timeOrigin + performance.now();
const marks: TimedMark[] = [['Node.js', now()]];
const mark = (part: string): void => {
  marks.push([part, now()]);
};

const CHANNEL = 3;
/** The minimum duration of a requested warm-up. */
const WARM_UP_MS = 20;

function reply(message: object): void {
  let line = Buffer.from(`${JSON.stringify(message)}\n`);
  while (line.length > 0) {
    try {
      line = line.subarray(writeSync(CHANNEL, line));
    } catch (error) {
      // The pipe is full, but will be read.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

async function measure(
  workload: Workload,
  picture: Uint8Array,
  warmUp: number,
  count: number,
): Promise<MeasureReply> {
  const warm = performance.now() + (warmUp > 0 ? WARM_UP_MS : 0);
  for (let i = 0; i < warmUp || performance.now() < warm; i++) await workload.run(picture);
  const latenciesMs: number[] = [];
  const sums: Partial<Record<Part, number>> = {};
  for (let i = 0; i < count; i++) {
    const begin = performance.now();
    const { partsMs } = await workload.run(picture);
    const latency = performance.now() - begin;
    latenciesMs.push(latency);
    let known = 0;
    for (const [part, time] of Object.entries(partsMs ?? {}) as [Part, number][]) {
      sums[part] = (sums[part] ?? 0) + time;
      known += time;
    }
    sums.hop = (sums.hop ?? 0) + latency - known;
  }
  const means = Object.entries(sums).map(([part, sum]) => [part, sum / count]);
  return { latenciesMs, partsMs: Object.fromEntries(means) as MeasureReply['partsMs'] };
}

async function saturate(
  workload: Workload,
  picture: Uint8Array,
  concurrency: number,
  milliseconds: number,
): Promise<SaturateReply> {
  const latenciesMs: number[] = [];
  const begin = performance.now();
  const loop = async (): Promise<void> => {
    while (performance.now() - begin < milliseconds) {
      const start = performance.now();
      await workload.run(picture);
      latenciesMs.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return { latenciesMs, elapsedMs: performance.now() - begin };
}

/** Runs `count` invocations, with a fixed number of them in progress. Nothing is recorded. */
async function repeat(
  workload: Workload,
  picture: Uint8Array,
  concurrency: number,
  count: number,
): Promise<object> {
  let left = count;
  const loop = async (): Promise<void> => {
    while (left-- > 0) await workload.run(picture);
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return {};
}

async function obey(workload: Workload, pictures: Uint8Array[], line: string): Promise<object> {
  const [command, ...words] = line.split(' ');
  const [index = 0, first = 0, second = 0] = words.map(Number);
  const picture = pictures[index];
  if (!picture) throw new RangeError(`There is no picture ${index}.`);
  switch (command) {
    case 'answer': {
      const { label }: Answer = await workload.run(picture);
      return { label };
    }
    case 'measure':
      return measure(workload, picture, first, second);
    case 'saturate':
      return saturate(workload, picture, first, second);
    case 'repeat':
      return repeat(workload, picture, first, second);
    default:
      throw new RangeError('Expected answer, measure, saturate or repeat.');
  }
}

async function* standardInputLines(): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function main(): Promise<void> {
  const given = JSON.parse(process.argv[2] ?? '{}') as ProcessSettings;
  const { create } = createRequire(__filename)(given.module) as { create: CreateWorkload };
  const workload = await create(given.settings as never, mark);
  if (given.coldStart) {
    const picture = readFileSync(given.pictures[0] ?? '');
    const { label } = await workload.run(picture);
    mark('first run');
    reply({ marks, answer: { label } });
    await workload.close();
    return;
  }
  const pictures = given.pictures.map((file) => readFileSync(file));
  reply({ ready: true });
  for await (const line of standardInputLines()) {
    try {
      reply(await obey(workload, pictures, line));
    } catch (error) {
      reply({ error: reasonOf(error) });
    }
  }
  await workload.close();
}

main().catch((error: unknown) => {
  reply({ error: reasonOf(error) });
  process.exitCode = 1;
});
