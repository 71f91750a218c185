import { geometricMean } from './compute.js';
import { number } from './format.js';
import type { BenchResults, ContenderResult } from './results.js';
import { mean, meanEstimate, median, ratioEstimate, ratioOfMeans } from './statistics.js';
import type { Estimate } from './statistics.js';

/** A target ratio of this project. */
export interface Goal {
  title: string;
  estimate: Estimate;
  bound: 'at most' | 'at least';
  goal: number;
  met: boolean;
}

type Bound = Goal['bound'];

/** The target ratios of this project whose contenders took part. */
export function judgeGoals({ contenders }: BenchResults): Goal[] {
  const find = (name: string): ContenderResult | undefined =>
    contenders.find((each) => each.name === name && each.failed === undefined);
  const goals: Goal[] = [];
  const add = (title: string, estimate: Estimate | null, bound: Bound, goal: number): void => {
    if (!estimate) return;
    const met = bound === 'at most' ? estimate.value <= goal : estimate.value >= goal;
    goals.push({ title, estimate, bound, goal, met });
  };

  const ours = find('in-process');
  const best = find('sharp-onnxruntime');
  const original = find('original');
  add(
    'Trivial guest: spawned / in-process, p50',
    latencyRatio(find('echo-original'), find('echo-in-process')),
    'at least',
    300,
  );
  add('Original’s way / in-process, p50', latencyRatio(original, ours), 'at least', 10);
  add('In-process / C++ alone, p50', latencyRatio(ours, find('native')), 'at most', 1);
  add('In-process / sharp + onnxruntime, p50', latencyRatio(ours, best), 'at most', 0.55);
  add('The same in processor time', cpuRatio(ours, best), 'at most', 0.55);
  add(
    'sharp + LiteRT.js / in-process, p50',
    latencyRatio(find('sharp-litert-js'), ours),
    'at least',
    3,
  );
  add('Cold start: in-process / sharp + onnxruntime', coldRatio(ours, best), 'at most', 0.55);
  add(
    'Resident memory: in-process / sharp + onnxruntime',
    memoryRatio(ours, best),
    'at most',
    0.55,
  );
  add(
    'require + load + first answer / one run of the original',
    loadRatio(ours, original),
    'at most',
    1,
  );
  add(
    'Invocations a second, all processors busy: in-process / C++ alone',
    saturationRatio(ours, find('native')),
    'at least',
    0.97,
  );
  add('Throughput of 2 at a time / 1', throughputRatio(ours), 'at least', 1.8);
  add('p99 / p50 with 2 at a time', tailRatio(ours), 'at most', 2);
  for (const result of contenders) {
    const { endurance, workload } = result;
    if (!endurance) continue;
    const what = `${number(endurance.invocations)} ${workload === 'trivial' ? 'trivial invocations' : 'classifications'}`;
    add(
      `Resident memory over ${what}: largest deviation from the mean`,
      { value: deviation(endurance.residentBytes), low: null, high: null },
      'at most',
      0.02,
    );
  }
  const computeMedian = (name: string): number | undefined => {
    const latency = find(name)?.latency;
    return latency && median(latency.rounds.flat());
  };
  for (const [other, title, goal] of [
    ['node-wasi', 'V8', 0.45],
    ['native', 'native code', 1.25],
  ] as const) {
    const value = geometricMean(other, computeMedian);
    add(
      `Compute: in-process / ${title}, geometric mean of seven kernels`,
      value === null ? null : { value, low: null, high: null },
      'at most',
      goal,
    );
  }
  const inference = find('inference-xnnpack');
  add(
    'Inference: model as it is / rewritten',
    latencyRatio(find('inference-as-it-is'), inference),
    'at least',
    2.2,
  );
  add(
    'Inference: built-in kernels / rewritten',
    latencyRatio(find('inference-builtin'), inference),
    'at least',
    2.8,
  );
  add(
    'Inference: 1 thread / 2 threads',
    latencyRatio(inference, find('inference-two-threads')),
    'at least',
    1.8,
  );
  add(
    'Inference: in-process / LiteRT alone, mean',
    inferenceRatio(ours, inference),
    'at most',
    1.05,
  );
  return goals;
}

/** The largest deviation from the mean, as a fraction of it. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.max(...values.map((value) => Math.abs(value - middle))) / middle;
}

function latencyRatio(a?: ContenderResult, b?: ContenderResult): Estimate | null {
  if (!a?.latency || !b?.latency) return null;
  return ratioEstimate(a.latency.rounds, b.latency.rounds, 0.5, { paired: true });
}

function cpuRatio(a?: ContenderResult, b?: ContenderResult): Estimate | null {
  if (!a?.latency || !b?.latency) return null;
  return ratioOfMeans(a.latency.cpuMs, b.latency.cpuMs, { paired: true });
}

function inferenceRatio(a?: ContenderResult, b?: ContenderResult): Estimate | null {
  const inference = (result?: ContenderResult): number[] =>
    result?.latency?.partsMs.flatMap(({ inference: part }) => part ?? []) ?? [];
  const [above, below] = [inference(a), inference(b)];
  if (above.length === 0 || below.length === 0) return null;
  return ratioOfMeans(above, below, { paired: true });
}

function coldRatio(a?: ContenderResult, b?: ContenderResult): Estimate | null {
  if (!a?.coldStart || !b?.coldStart) return null;
  return ratioEstimate(single(a.coldStart.totalMs), single(b.coldStart.totalMs), 0.5, {
    paired: true,
  });
}

/** Excluding the start of Node.js, which a Lambda handler of either kind has. */
function loadRatio(a?: ContenderResult, b?: ContenderResult): Estimate | null {
  if (!a?.coldStart || !b?.latency) return null;
  const [, ...parts] = a.coldStart.parts;
  const loads = a.coldStart.totalMs.map((_, index) => [
    parts.reduce((sum, { samplesMs }) => sum + (samplesMs[index] ?? 0), 0),
  ]);
  return ratioEstimate(loads, b.latency.rounds, 0.5, { paired: false });
}

function memoryRatio(a?: ContenderResult, b?: ContenderResult): Estimate | null {
  if (!a?.memory || !b?.memory) return null;
  // Measured once each.
  return { value: a.memory.idleBytes / b.memory.idleBytes, low: null, high: null };
}

function throughputRatio(result?: ContenderResult): Estimate | null {
  const [one, two] = result?.throughput ?? [];
  if (!one || !two) return null;
  return ratioOfMeans(two.perSecond, one.perSecond, { paired: true });
}

/** Each with the concurrency at which it does most. */
function saturationRatio(a?: ContenderResult, b?: ContenderResult): Estimate | null {
  const most = (result?: ContenderResult): readonly number[] | undefined =>
    result?.throughput
      ?.map(({ perSecond }) => perSecond)
      .reduce((best, each) => (mean(each) > mean(best) ? each : best));
  const [above, below] = [most(a), most(b)];
  if (!above || !below) return null;
  return ratioOfMeans(above, below, { paired: true });
}

function tailRatio(result?: ContenderResult): Estimate | null {
  const two = result?.throughput?.[1];
  if (!two) return null;
  return meanEstimate(two.p99Ms.map((p99, round) => p99 / (two.p50Ms[round] ?? NaN)));
}

function single(values: readonly number[]): number[][] {
  return values.map((value) => [value]);
}
