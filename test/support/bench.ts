import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Compare from '../../dist/bench/compare.js';
import type * as Compute from '../../dist/bench/compute.js';
import type * as CallsGuest from '../../dist/bench/contenders/calls-guest.js';
import type * as ComputeDefinitions from '../../dist/bench/contenders/compute-definitions.js';
import type * as ComputeKernels from '../../dist/bench/contenders/compute-kernels.js';
import type * as GeneratedModule from '../../dist/bench/contenders/generated-module.js';
import type * as StreamGuests from '../../dist/bench/contenders/stream-guest.js';
import type * as Cost from '../../dist/bench/cost.js';
import type * as Disk from '../../dist/bench/disk.js';
import type * as Format from '../../dist/bench/format.js';
import type * as Goals from '../../dist/bench/goals.js';
import type * as Histograms from '../../dist/bench/histogram.js';
import type * as JpegSize from '../../dist/bench/jpeg-size.js';
import type * as Markdown from '../../dist/bench/markdown.js';
import type * as ProcessTree from '../../dist/bench/process-tree.js';
import type * as Html from '../../dist/bench/report/html.js';
import type * as Results from '../../dist/bench/results.js';
import type * as Schedule from '../../dist/bench/schedule.js';
import type * as Statistics from '../../dist/bench/statistics.js';
import type * as Summary from '../../dist/bench/summary.js';
import type * as SnapshotGuest from '../../dist/bench/contenders/snapshot-guest.js';
import type * as DiskUsage from '../../dist/support/disk-usage.js';

import { ROOT } from './paths.js';

// Parts of the benchmark, whose only public interface is its command.
const load = createRequire(path.join(ROOT, 'dist', 'bench', 'run.js'));

export const { compareResults, differences } = load('./compare.js') as typeof Compare;
export const { GUESTS, GUEST_TEXTS } = load('./contenders/calls-guest.js') as typeof CallsGuest;
export const { geometricMean } = load('./compute.js') as typeof Compute;
export const { nameOf } = load('./contenders/compute-definitions.js') as typeof ComputeDefinitions;
export const { KERNELS } = load('./contenders/compute-kernels.js') as typeof ComputeKernels;
export const { SNAPSHOT_GUEST, SNAPSHOT_GUEST_TEXT } = load(
  './contenders/snapshot-guest.js',
) as typeof SnapshotGuest;
export const { generatedModule } = load(
  './contenders/generated-module.js',
) as typeof GeneratedModule;
export const { STREAM_GUEST, STREAM_GUEST_TEXT } = load(
  './contenders/stream-guest.js',
) as typeof StreamGuests;
export const { dollarsPerMillion } = load('./cost.js') as typeof Cost;
export const { dependencyFolders, withLibraries } = load('./disk.js') as typeof Disk;
export const { bytesOf } = load('../support/disk-usage.js') as typeof DiskUsage;
export const { estimate, number } = load('./format.js') as typeof Format;
export const { judgeGoals } = load('./goals.js') as typeof Goals;
export const { histogram } = load('./histogram.js') as typeof Histograms;
export const { jpegSize } = load('./jpeg-size.js') as typeof JpegSize;
export const { markdown } = load('./markdown.js') as typeof Markdown;
export const { cpuSeconds, processTree, residentBytes } = load(
  './process-tree.js',
) as typeof ProcessTree;
export const { html } = load('./report/html.js') as typeof Html;
export const { readResults } = load('./results.js') as typeof Results;
export const { interleave } = load('./schedule.js') as typeof Schedule;
export const statistics = load('./statistics.js') as typeof Statistics;
export const { summarize } = load('./summary.js') as typeof Summary;

type ContenderResult = Results.ContenderResult;

/** Rounds of latencies around a centre, the same each time. */
export function rounds(centre: number, { count = 20, each = 50, seed = 7 } = {}): number[][] {
  const random = statistics.generator(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: each }, () => centre * (0.9 + 0.2 * random() + (random() > 0.98 ? 1 : 0))),
  );
}

/** A contender whose figures are all derived from one latency, in milliseconds. */
export function contender(
  name: string,
  latencyMs: number,
  more: Partial<ContenderResult> = {},
): ContenderResult {
  const latencies = rounds(latencyMs);
  return {
    name,
    title: `The <${name}> contender`,
    workload: 'classification',
    group: 'embedded',
    notes: [`A note on ${name}`],
    versions: { [name]: '1.2.3' },
    installed: [
      { part: 'LiteRT', bytes: 8e6 },
      { part: 'guest and model', bytes: 3e6 },
    ],
    labels: ['cat', 'dog'],
    coldStart: {
      totalMs: [30, 31, 32].map((factor) => factor * latencyMs),
      parts: [
        { part: 'Node.js', samplesMs: [10, 11, 12].map((factor) => factor * latencyMs) },
        { part: 'first run', samplesMs: [20, 20, 20].map((factor) => factor * latencyMs) },
      ],
    },
    latency: {
      rounds: latencies,
      partsMs: latencies.map(() => ({ decode: latencyMs * 0.6, inference: latencyMs * 0.4 })),
      cpuMs: latencies.map((round) => statistics.mean(round) * 0.9),
    },
    otherPictures: [{ picture: 1, samplesMs: [latencyMs, 2 * latencyMs, 3 * latencyMs] }],
    throughput: [1, 2].map((concurrency) => ({
      concurrency,
      perSecond: [990, 1000, 1010].map((each) => (each * concurrency) / latencyMs),
      p50Ms: [latencyMs, latencyMs, latencyMs],
      p99Ms: [1.5 * latencyMs, 1.5 * latencyMs, 1.5 * latencyMs],
    })),
    memory: {
      idleBytes: 100e6,
      peaks: [
        { concurrency: 1, bytes: 104e6 },
        { concurrency: 2, bytes: 107e6 },
      ],
    },
    endurance: { invocations: 5000, residentBytes: [99e6, 100e6, 103e6, 98e6] },
    ...more,
  };
}

export function benchResults(contenders: ContenderResult[]): Results.BenchResults {
  const file = { bytes: 1000, sha256: 'a'.repeat(64) };
  return {
    format: 'wasmedge-embed-bench',
    formatVersion: 1,
    startedAt: '2025-08-01T10:00:00.000Z',
    finishedAt: '2025-08-01T10:20:00.000Z',
    environment: {
      processor: 'A processor',
      architecture: 'x64',
      processors: 2,
      features: ['avx2'],
      memoryBytes: 2 ** 33,
      virtual: true,
      distribution: 'Debian',
      kernel: '6.1',
      node: 'v20.19.0',
      package: '0.1.0',
      loadBefore: 0.01,
    },
    options: {
      only: [],
      pictures: ['/a/cat.jpg', '/a/dog.jpg'],
      model: { file: '/a/model.tflite', labels: '/a/labels.txt', description: 'a model' },
      peers: true,
      rounds: 20,
      samples: 1000,
      warmUp: 1,
      coldStarts: 3,
      samplesOfOtherPictures: 3,
      concurrency: 2,
      throughputMs: 100,
      throughputRounds: 3,
      memoryMs: 100,
      generatedFunctions: 1,
      endurance: 5000,
      price: {
        gigabyteSecond: 0.0000166667,
        millionRequests: 0.2,
        source: 'a price list',
        date: '2025-08',
        coldShare: 0.01,
      },
      seed: 1,
    },
    inputs: {
      model: { ...file, name: 'model.tflite' },
      pictures: [
        { ...file, name: 'cat.jpg', width: 1280, height: 720 },
        { ...file, name: 'dog.jpg', width: 640, height: 480 },
      ],
    },
    disturbance: { others: 0.01, stolen: 0.001 },
    contenders,
  };
}
