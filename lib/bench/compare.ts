import { estimate, number } from './format.js';
import type { BenchResults, ContenderResult } from './results.js';
import {
  medianEstimate,
  meanEstimate,
  percentileEstimate,
  ratioEstimate,
  ratioOfMeans,
} from './statistics.js';
import type { Estimate } from './statistics.js';

/** A figure in both runs. */
export interface Comparison {
  contender: string;
  figure: string;
  a: Estimate;
  b: Estimate;
  /** B divided by A. */
  ratio: Estimate;
  /** `noise`: the interval of the ratio contains 1, or there is none. */
  verdict: 'better' | 'worse' | 'noise';
}

/** Compares two runs contender by contender. Contenders that are missing in one run are omitted. */
export function compareResults(a: BenchResults, b: BenchResults): Comparison[] {
  return a.contenders.flatMap((left) => {
    const right = b.contenders.find(({ name }) => name === left.name);
    return right ? compareContenders(left, right) : [];
  });
}

function compareContenders(a: ContenderResult, b: ContenderResult): Comparison[] {
  const comparisons: Comparison[] = [];
  const add = (
    figure: string,
    estimates: Pick<Comparison, 'a' | 'b' | 'ratio'>,
    lessIsBetter: boolean,
  ): void => {
    const verdict = verdictOf(estimates.ratio, lessIsBetter);
    comparisons.push({ contender: a.title, figure, ...estimates, verdict });
  };
  const runs = { paired: false };
  if (a.latency && b.latency) {
    for (const [name, p] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      add(
        `latency ${name}, ms`,
        {
          a: percentileEstimate(a.latency.rounds, p),
          b: percentileEstimate(b.latency.rounds, p),
          ratio: ratioEstimate(b.latency.rounds, a.latency.rounds, p, runs),
        },
        true,
      );
    }
    add(
      'CPU, s / 1,000',
      {
        a: meanEstimate(a.latency.cpuMs),
        b: meanEstimate(b.latency.cpuMs),
        ratio: ratioOfMeans(b.latency.cpuMs, a.latency.cpuMs, runs),
      },
      true,
    );
  }
  if (a.coldStart && b.coldStart) {
    const [left, right] = [a.coldStart.totalMs, b.coldStart.totalMs];
    const rounds = (values: readonly number[]): number[][] => values.map((value) => [value]);
    add(
      'cold start, ms',
      {
        a: medianEstimate(left),
        b: medianEstimate(right),
        ratio: ratioEstimate(rounds(right), rounds(left), 0.5, runs),
      },
      true,
    );
  }
  a.throughput?.forEach((point) => {
    const other = b.throughput?.find(({ concurrency }) => concurrency === point.concurrency);
    if (!other || point.perSecond.length === 0 || other.perSecond.length === 0) return;
    add(
      `throughput, ${point.concurrency} at a time`,
      {
        a: meanEstimate(point.perSecond),
        b: meanEstimate(other.perSecond),
        ratio: ratioOfMeans(other.perSecond, point.perSecond, runs),
      },
      false,
    );
  });
  return comparisons;
}

function verdictOf({ low, high }: Estimate, lessIsBetter: boolean): Comparison['verdict'] {
  if (low === null || high === null || (low <= 1 && high >= 1)) return 'noise';
  return high < 1 === lessIsBetter ? 'better' : 'worse';
}

/** The rows of a table. */
export function comparisonRows(comparisons: readonly Comparison[]): string[][] {
  return comparisons.map(({ contender, figure, a, b, ratio, verdict }) => [
    contender,
    figure,
    number(a.value),
    number(b.value),
    estimate(ratio),
    verdict === 'noise' ? 'within noise' : verdict,
  ]);
}

/** Why two runs are not fully comparable, in words; empty if they are. */
export function differences(a: BenchResults, b: BenchResults): string[] {
  const facts = ({ environment, inputs, options }: BenchResults): Record<string, string> => ({
    'the processor': `${environment.processor}, ${environment.processors}`,
    'Node.js': environment.node,
    'the model': inputs.model.sha256,
    'the picture': inputs.pictures[0]?.sha256 ?? '',
    'the number of rounds': String(options.rounds),
  });
  const right = facts(b);
  return Object.entries(facts(a))
    .filter(([name, value]) => right[name] !== value)
    .map(([name]) => name);
}
