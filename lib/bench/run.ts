import path from 'node:path';

import { WasmEdgeError } from '../support/errors.js';

import { Unavailable } from './contenders/definition.js';
import type { Definition, PreparationContext } from './contenders/definition.js';
import { definitions } from './contenders/index.js';
import { ContenderProcess } from './contenders/process.js';
import type { AnswerReply } from './contenders/workload.js';
import { describeEnvironment, processorTimes } from './environment.js';
import { fileFacts, modelInputSize, pictureFacts } from './inputs.js';
import type { BenchOptions } from './options.js';
import { measureColdStarts } from './phases/cold-start.js';
import { measureDecoding } from './phases/decoding.js';
import { measureEndurance } from './phases/endurance.js';
import { measureLatency, measureOtherPictures } from './phases/latency.js';
import { measureMemory } from './phases/memory.js';
import { attempt, stillIn } from './phases/participant.js';
import type { Participant, Progress } from './phases/participant.js';
import { measureThroughput } from './phases/throughput.js';
import { cpuSeconds } from './process-tree.js';
import type { BenchResults, ContenderResult, Disturbance } from './results.js';

/** Receives the progress of the run. */
export interface Observer extends Progress {
  /** Something that takes time before measuring begins. */
  preparing(what: string): void;
  skipped(title: string, why: string): void;
}

/** Runs the whole benchmark. */
export async function runBench(options: BenchOptions, observer: Observer): Promise<BenchResults> {
  const environment = await describeEnvironment();
  const inputs = {
    model: fileFacts(options.model.file),
    ...(options.onnx !== undefined && { onnx: fileFacts(options.onnx) }),
    pictures: options.pictures.map(pictureFacts),
  };
  const startedAt = new Date().toISOString();
  const context: PreparationContext = {
    model: { ...options.model, ...(await modelInputSize(options.model.file)) },
    ...(options.onnx !== undefined && { onnx: options.onnx }),
    pictures: options.pictures,
    peers: options.peers,
    concurrency: options.concurrency,
    generatedFunctions: options.generatedFunctions,
    progress: (what) => {
      observer.preparing(what);
    },
  };
  const contenders: ContenderResult[] = [];
  const participants: Participant[] = [];
  for (const definition of definitions) {
    if (!isWanted(definition, options.only)) continue;
    const participant = await prepare(definition, context, observer);
    contenders.push(participant.result);
    if (participant.result.skipped === undefined) participants.push(participant as Participant);
  }

  // The decoding contenders have their own pictures, and take no part in the other measurements.
  const usual = participants.filter(({ result }) => result.workload !== 'decode');
  const before = processorTimes();
  const ownBefore = cpuSeconds(process.pid);
  try {
    await measureColdStarts(usual, options, observer);
    await start(participants, options, observer);
    await measureLatency(usual, options, observer);
    await measureOtherPictures(usual, options, observer);
    await measureDecoding(participants, options, observer);
    await measureThroughput(usual, options, observer);
    await stop(participants);
    await measureMemory(usual, options, observer);
    await measureEndurance(usual, options, observer);
  } finally {
    await stop(participants);
  }
  for (const { result } of participants) {
    if (result.failed !== undefined) observer.skipped(result.title, result.failed);
  }
  return {
    format: 'wasmedge-embed-bench',
    formatVersion: 1,
    startedAt,
    finishedAt: new Date().toISOString(),
    environment,
    options: withoutFolders(options),
    inputs,
    disturbance: disturbanceSince(before, ownBefore),
    contenders,
  };
}

/** Results are shared with others; where the files were on this machine does not matter. */
function withoutFolders({ model, onnx, pictures, ...rest }: BenchOptions): BenchOptions {
  return {
    ...rest,
    model: {
      file: path.basename(model.file),
      labels: path.basename(model.labels),
      description: model.description,
    },
    ...(onnx !== undefined && { onnx: path.basename(onnx) }),
    pictures: pictures.map((file) => path.basename(file)),
  };
}

/** By its name, or by that of its workload. */
function isWanted({ name, workload }: Definition, only: readonly string[]): boolean {
  return only.length === 0 || only.includes(name) || only.includes(workload);
}

async function prepare(
  definition: Definition,
  context: PreparationContext,
  observer: Observer,
): Promise<Participant | { result: ContenderResult }> {
  const { name, title, workload, group, notes = [] } = definition;
  const result: ContenderResult = {
    ...{ name, title, workload, group, notes: [...notes] },
    versions: {},
    installed: [],
  };
  try {
    const prepared = await definition.prepare(context);
    Object.assign(result, { versions: prepared.versions, installed: prepared.installed });
    result.notes.push(...(prepared.notes ?? []));
    return { result, prepared };
  } catch (error) {
    // For example, a guest that is not built.
    if (!(error instanceof Unavailable || error instanceof WasmEdgeError)) throw error;
    result.skipped = error.message;
    observer.skipped(title, error.message);
    return { result };
  }
}

/** Starts the processes and has each one classify every picture, which also warms it up. */
async function start(
  participants: readonly Participant[],
  { pictures }: BenchOptions,
  observer: Observer,
): Promise<void> {
  const taking = stillIn(participants);
  observer.begin('first answers', taking.length);
  for (const participant of taking) {
    await attempt(participant, async () => {
      const running = (participant.process = await ContenderProcess.start(
        participant.prepared.serve,
      ));
      if (participant.result.workload !== 'classification') return;
      const labels: (string | null)[] = [];
      for (const picture of pictures.keys()) {
        const answer = await running.answer(picture);
        labels.push(labelOf(answer, participant.prepared.labels) ?? null);
      }
      participant.result.labels = labels;
    });
    observer.step();
  }
}

function labelOf({ label, index }: AnswerReply, labels?: string[]): string | undefined {
  return index === undefined ? label : labels?.[index];
}

async function stop(participants: readonly Participant[]): Promise<void> {
  for (const participant of participants) {
    await participant.process?.close();
    delete participant.process;
  }
}

function disturbanceSince(
  before: ReturnType<typeof processorTimes>,
  ownBefore: number,
): Disturbance {
  const now = processorTimes();
  const total = Math.max(now.total - before.total, 1e-9);
  const own = cpuSeconds(process.pid) - ownBefore;
  return {
    others: Math.max(0, (now.busy - before.busy - own) / total),
    stolen: (now.stolen - before.stolen) / total,
  };
}
