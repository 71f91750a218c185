import { readFile } from 'node:fs/promises';

import { WasmEdgeError, reasonOf } from '../support/errors.js';

import type { Definition, InstalledPart, WorkloadKind } from './contenders/definition.js';
import type { Part } from './contenders/workload.js';
import type { Environment } from './environment.js';
import type { BenchOptions } from './options.js';

/** The results of one benchmark run in milliseconds, with the raw samples. */
export interface BenchResults {
  format: 'wasmedge-embed-bench';
  formatVersion: 1;
  startedAt: string;
  finishedAt: string;
  environment: Environment;
  options: BenchOptions;
  /** The files that the options refer to. */
  inputs: { model: FileFacts; onnx?: FileFacts; pictures: PictureFacts[] };
  /** How much else the machine did during the run. */
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
  /** Used by processes that do not belong to the benchmark. */
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
  /** Why it was given up; earlier measurements are included. */
  failed?: string;
  versions: Record<string, string>;
  installed: InstalledPart[];
  /** The answer for each picture; null if the contender's answer has no label. */
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
  /** From the start of the process until the answer has arrived. */
  totalMs: number[];
  /** By part, in order; for a normal start. */
  parts: { part: string; samplesMs: number[] }[];
  /** The same with the parts one after another; absent if that is always the case. */
  apart?: { part: string; samplesMs: number[] }[];
}

/** One invocation at a time. */
export interface LatencySamples {
  rounds: number[][];
  /** The means of each round. */
  partsMs: Partial<Record<Part, number>>[];
  /** Processor time per invocation, as the mean of each round. */
  cpuMs: number[];
}

export interface ThroughputPoint {
  concurrency: number;
  /** One for each round. */
  perSecond: number[];
  /** For each round: the median and the 99th percentile of its latencies. */
  p50Ms: number[];
  p99Ms: number[];
}

export interface MemorySamples {
  /** Resident after some hundred invocations. */
  idleBytes: number;
  /** The highest value seen with this many invocations in progress. */
  peaks: { concurrency: number; bytes: number }[];
}

export interface EnduranceSamples {
  /** After the warm-up. */
  invocations: number;
  /** During each tenth of them: the median of the resident memory. */
  residentBytes: number[];
}

/** Reads a results file. Rejects with ERR_INVALID_ARGUMENT if it is not one. */
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
