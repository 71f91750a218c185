import { nameOf } from './contenders/compute-definitions.js';
import { KERNELS } from './contenders/compute-kernels.js';
import type { ComputeKernel } from './contenders/compute-kernels.js';
import { estimate, number } from './format.js';
import type { ReportTable } from './report-table.js';
import type { BenchSummary, ContenderSummary } from './summary.js';

/** One row per kernel: its times, the ratios, and the time to the first result. */
export function computeTable({ contenders, options }: BenchSummary): ReportTable {
  const find = (kernel: ComputeKernel, where: string): ContenderSummary | undefined =>
    contenders.find(({ name, latency }) => latency && name === nameOf(kernel, where));
  return {
    title: 'Compute: seven kernels, the same Rust source',
    caption:
      `Milliseconds per warm call: the median of ${options.rounds} interleaved rounds with its interval; ` +
      'the ratios to the time of V8 and of native code; and milliseconds from the start of the process ' +
      'to the first result, for which our module is already compiled.',
    head: ['', 'ours', 'V8', 'native', 'ours / V8', 'ours / native', 'first: ours', 'first: V8'],
    rows: KERNELS.flatMap((kernel) => {
      const ours = find(kernel, 'in-process');
      const v8 = find(kernel, 'node-wasi');
      const native = find(kernel, 'native');
      if (!ours && !v8 && !native) return [];
      return [
        [
          kernel.title,
          ...[ours, v8, native].map(medianText),
          ...[v8, native].map((other) => ratioText(ours, other)),
          ...[ours, v8].map((each) => (each?.coldStart ? estimate(each.coldStart.totalMs) : '')),
        ],
      ];
    }),
  };
}

function medianText(contender?: ContenderSummary): string {
  const median = contender?.latency?.percentilesMs[0];
  return median ? estimate(median) : '';
}

function ratioText(above?: ContenderSummary, below?: ContenderSummary): string {
  const [a, b] = [above, below].map((each) => each?.latency?.percentilesMs[0]?.value);
  return a === undefined || b === undefined ? '' : number(a / b);
}
