import { readFile } from 'node:fs/promises';

import { WasmEdgeError, reasonOf } from '../support/errors.js';

import type { Definition, InstalledPart, WorkloadKind } from './contenders/definition.js';
import type { Part } from './contenders/workload.js';
import type { Environment } from './environment.js';
import type { BenchOptions } from './options.js';

/** Milliseconds, with the raw samples, of one run of the benchmark. */
export interface BenchResults {
  format: 'wasmedge-embed-bench';
  formatVersion: 1;
  startedAt: string;
  finishedAt: string;
  environment: Environment;
  options: BenchOptions;
  /** The files behind the options. */
  inputs: { model: FileFacts; onnx?: FileFacts; pictures: PictureFacts[] };
  /** How much else the machine did meanwhile. */
  disturbance: Disturbance;
  contenders: ContenderResult[];
}

export interface FileFacts {
  name: string;
  bytes: number;
  sha256: string;
}

export interface PictureFacts extends FileFacts {
  width: number;
  height: number;
}

/** Shares of the processors' time during the run, 0 to 1. */
export interface Disturbance {
  /** Used by processes that are not the benchmark's. */
  others: number;
  /** Taken by the hypervisor. */
  stolen: number;
}

export interface ContenderResult {
  name: string;
  title: string;
  workload: WorkloadKind;
  group: Definition['group'];
  notes: string[];
  /** Why it did not take part. */
  skipped?: string;
  /** Why it was given up; what was measured before is there. */
  failed?: string;
  versions: Record<string, string>;
  installed: InstalledPart[];
  /** For each picture what it was said to show; null where the contender's answer names nothing. */
  labels?: (string | null)[];
  coldStart?: ColdStartSamples;
  latency?: LatencySamples;
  /** For each picture after the first. */
  otherPictures?: { picture: number; samplesMs: number[] }[];
  /** By the names of pictures: means of a few decodings each. */
  decoding?: { picture: string; samplesMs: number[] }[];
  throughput?: ThroughputPoint[];
  memory?: MemorySamples;
  endurance?: EnduranceSamples;
}

export interface ColdStartSamples {
  /** From the start of the process to the answer in hand. */
  totalMs: number[];
  /** By part, in their order; a start as users have it. */
  parts: { part: string; samplesMs: number[] }[];
  /** The same when one part is done after the other; absent where it always is. */
  apart?: { part: string; samplesMs: number[] }[];
}

/** One invocation at a time. */
export interface LatencySamples {
  rounds: number[][];
  /** The means of each round. */
  partsMs: Partial<Record<Part, number>>[];
  /** Processor time of one invocation, the mean of each round. */
  cpuMs: number[];
}

export interface ThroughputPoint {
  concurrency: number;
  /** One of each round. */
  perSecond: number[];
  /** Of each round: the median and the 99th percentile of its latencies. */
  p50Ms: number[];
  p99Ms: number[];
}

export interface MemorySamples {
  /** Resident after some hundred invocations. */
  idleBytes: number;
  /** The most that was seen while so many invocations were under way. */
  peaks: { concurrency: number; bytes: number }[];
}

export interface EnduranceSamples {
  /** After the warm-up. */
  invocations: number;
  /** During each tenth of them: the median of what was resident. */
  residentBytes: number[];
}

/** Reads a results file. Rejects with ERR_INVALID_ARGUMENT when it is none. */
export async function readResults(file: string): Promise<BenchResults> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new WasmEdgeError('ERR_INVALID_ARGUMENT', `Cannot read ${file}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const { format, formatVersion } = (content ?? {}) as Partial<BenchResults>;
  if (format !== 'wasmedge-embed-bench' || formatVersion !== 1) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `${file} is not a results file of 'wasmedge-embed bench' (format version 1, with raw samples).`,
    );
  }
  return content as BenchResults;
}
