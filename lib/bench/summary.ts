import type { InstalledPart, WorkloadKind } from './contenders/definition.js';
import { PARTS } from './contenders/workload.js';
import type { Part } from './contenders/workload.js';
import { MEMORY_SIZES, dollarsPerMillion } from './cost.js';
import { deviation, judgeGoals } from './goals.js';
import type { Goal } from './goals.js';
import { histogram } from './histogram.js';
import type { Histogram } from './histogram.js';
import type { BenchResults, ContenderResult, EnduranceSamples } from './results.js';
import {
  PERCENTILES,
  mean,
  median,
  meanEstimate,
  medianEstimate,
  percentileEstimate,
} from './statistics.js';
import type { Estimate } from './statistics.js';

/** The content of reports: everything in the results except the raw samples. */
export interface BenchSummary {
  format: 'wasmedge-embed-bench-summary';
  formatVersion: 1;
  startedAt: string;
  finishedAt: string;
  environment: BenchResults['environment'];
  options: BenchResults['options'];
  inputs: BenchResults['inputs'];
  disturbance: BenchResults['disturbance'];
  goals: Goal[];
  contenders: ContenderSummary[];
}

export interface ContenderSummary {
  name: string;
  title: string;
  workload: WorkloadKind;
  group: ContenderResult['group'];
  notes: string[];
  skipped?: string;
  failed?: string;
  versions: Record<string, string>;
  latency?: {
    samples: number;
    /** In the order of {@link PERCENTILES}. */
    percentilesMs: Estimate[];
    meanMs: number;
    partsMs: Partial<Record<Part, number>>;
    histogram: Histogram;
  };
  /** Processor seconds for 1,000 invocations. */
  cpuSeconds?: Estimate;
  coldStart?: {
    totalMs: Estimate;
    /** Medians. */
    parts: { part: string; milliseconds: number }[];
    apart?: { part: string; milliseconds: number }[];
  };
  throughput?: { concurrency: number; perSecond: Estimate; p50Ms: number; p99Ms: number }[];
  memory?: { idleBytes: number; peaks: { concurrency: number; bytes: number }[]; slope: number };
  endurance?: EnduranceSamples & { deviation: number };
  installedBytes?: number;
  installed?: InstalledPart[];
  /** US dollars for a million invocations; null if the memory does not suffice. */
  cost?: { megabytes: number; dollars: number | null }[];
  otherPictures?: { picture: number; medianMs: number }[];
  decoding?: { picture: string; medianMs: number }[];
  /** Of the pictures that it and the first classifier labelled, the number with the same label. */
  agreement?: { alike: number; of: number };
}

export function summarize(results: BenchResults): BenchSummary {
  const reference = results.contenders.find(({ labels }) => labels !== undefined)?.labels;
  const { startedAt, finishedAt, environment, options, inputs, disturbance } = results;
  return {
    format: 'wasmedge-embed-bench-summary',
    formatVersion: 1,
    ...{ startedAt, finishedAt, environment, options, inputs, disturbance },
    goals: judgeGoals(results),
    contenders: results.contenders.map((each) => summarizeContender(each, results, reference)),
  };
}

function summarizeContender(
  result: ContenderResult,
  { options }: BenchResults,
  reference?: (string | null)[],
): ContenderSummary {
  const { name, title, workload, group, notes, skipped, failed, versions } = result;
  const { latency, coldStart, throughput, memory, installed, otherPictures, labels } = result;
  const summary: ContenderSummary = { name, title, workload, group, notes, versions };
  if (skipped !== undefined) return { ...summary, skipped };
  if (failed !== undefined) summary.failed = failed;
  if (latency) {
    const all = latency.rounds.flat();
    summary.latency = {
      samples: all.length,
      percentilesMs: PERCENTILES.map((p) => percentileEstimate(latency.rounds, p)),
      meanMs: mean(all),
      partsMs: meanParts(latency.partsMs),
      histogram: histogram(all),
    };
    // The milliseconds of one are the seconds of a thousand.
    summary.cpuSeconds = meanEstimate(latency.cpuMs);
  }
  if (coldStart) {
    const medians = (parts: { part: string; samplesMs: number[] }[]) =>
      parts.map(({ part, samplesMs }) => ({ part, milliseconds: median(samplesMs) }));
    summary.coldStart = {
      totalMs: medianEstimate(coldStart.totalMs),
      parts: medians(coldStart.parts),
      ...(coldStart.apart && { apart: medians(coldStart.apart) }),
    };
  }
  if (throughput) {
    summary.throughput = throughput
      .filter(({ perSecond }) => perSecond.length > 0)
      .map(({ concurrency, perSecond, p50Ms, p99Ms }) => ({
        concurrency,
        perSecond: meanEstimate(perSecond),
        p50Ms: mean(p50Ms),
        p99Ms: mean(p99Ms),
      }));
  }
  const { endurance } = result;
  if (endurance) {
    summary.endurance = { ...endurance, deviation: deviation(endurance.residentBytes) };
  }
  if (memory) summary.memory = { ...memory, slope: slopeOf(memory.peaks) };
  if (installed.length > 0) {
    summary.installed = installed;
    summary.installedBytes = installed.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  if (latency && coldStart && memory && workload === 'classification') {
    const invocation = {
      latencyMs: mean(latency.rounds.flat()),
      cpuMs: mean(latency.cpuMs),
      coldStartMs: median(coldStart.totalMs),
      residentBytes: memory.peaks[0]?.bytes ?? memory.idleBytes,
    };
    summary.cost = MEMORY_SIZES.map((megabytes) => ({
      megabytes,
      dollars: dollarsPerMillion(invocation, megabytes, options.price),
    }));
  }
  if (result.decoding) {
    summary.decoding = result.decoding.map(({ picture, samplesMs }) => ({
      picture,
      medianMs: median(samplesMs),
    }));
  }
  if (otherPictures) {
    summary.otherPictures = otherPictures.map(({ picture, samplesMs }) => ({
      picture,
      medianMs: median(samplesMs),
    }));
  }
  if (labels && reference) summary.agreement = agreementOf(labels, reference);
  return summary;
}

function meanParts(
  rounds: readonly Partial<Record<Part, number>>[],
): Partial<Record<Part, number>> {
  const present = PARTS.filter((part) => rounds.some((round) => round[part] !== undefined));
  return Object.fromEntries(
    present.map((part) => [part, mean(rounds.map((round) => round[part] ?? 0))]),
  );
}

/** Bytes added by each further concurrent invocation: the slope of the least-squares line. */
function slopeOf(peaks: readonly { concurrency: number; bytes: number }[]): number {
  const x = mean(peaks.map(({ concurrency }) => concurrency));
  const y = mean(peaks.map(({ bytes }) => bytes));
  const above = peaks.reduce((sum, each) => sum + (each.concurrency - x) * (each.bytes - y), 0);
  const below = peaks.reduce((sum, each) => sum + (each.concurrency - x) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

function agreementOf(
  labels: readonly (string | null)[],
  reference: readonly (string | null)[],
): { alike: number; of: number } {
  const both = labels.filter(
    (label, index) => label !== null && typeof reference[index] === 'string',
  );
  const alike = labels.filter((label, index) => label !== null && label === reference[index]);
  return { alike: alike.length, of: both.length };
}
