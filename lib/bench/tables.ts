import { computeTable } from './compute-table.js';
import type { WorkloadKind } from './contenders/definition.js';
import { MEMORY_SIZES } from './cost.js';
import { dollars, estimate, megabytes, number, percent } from './format.js';
import type { ReportTable } from './report-table.js';
import { PERCENTILES } from './statistics.js';
import type { BenchSummary, ContenderSummary } from './summary.js';

export const WORKLOAD_TITLES: Record<WorkloadKind, string> = {
  classification: 'Classification of a photograph',
  trivial: 'Trivial guest: the cost of an invocation itself',
  'instance-call': 'Kept instance: 1,000 calls of an empty export',
  'host-call': 'Host functions: 1,000 calls of an empty one',
  snapshot: 'Snapshot: look-ups in a dictionary of 200,000 words that the guest builds',
  compute: 'Compute: seven kernels',
  stream: 'Streams: 256 MiB through a guest that copies',
  'big-module': 'Large module, not yet compiled: from load to first answer',
  inference: 'Inference alone',
  decode: 'Decoding alone',
};

/** All figures of a summary. Tables without rows are omitted. */
export function tables(summary: BenchSummary): ReportTable[] {
  const all = [
    ...(Object.keys(WORKLOAD_TITLES) as WorkloadKind[]).flatMap((kind) =>
      kind === 'compute' ? computeTable(summary) : latency(summary, kind),
    ),
    coldStarts(summary),
    throughput(summary),
    memory(summary),
    endurance(summary),
    installed(summary),
    cost(summary),
    otherPictures(summary),
    decoding(summary),
    goals(summary),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function latency({ contenders, inputs, options }: BenchSummary, kind: WorkloadKind): ReportTable {
  const [picture] = inputs.pictures;
  const of =
    kind === 'classification'
      ? `${picture?.name ?? ''} (${picture?.width ?? 0} × ${picture?.height ?? 0}), model ${inputs.model.name}, one thread. `
      : '';
  return {
    title: WORKLOAD_TITLES[kind],
    caption:
      `${of}Warm, one invocation at a time, in ${options.rounds} interleaved rounds. Milliseconds with ` +
      '95 % confidence intervals; processor seconds per 1,000 invocations, including child processes.' +
      (kind === 'classification'
        ? ' Labels alike: how many of the pictures get the same label as in the first row.'
        : ''),
    head: [
      '',
      ...PERCENTILES.map((p) => `p${number100(p)} ms`),
      'CPU s / 1,000',
      ...(kind === 'classification' ? ['labels alike'] : []),
    ],
    rows: measured(contenders, kind).flatMap(
      ({ title, latency: figures, cpuSeconds, agreement }) =>
        figures
          ? [
              [
                title,
                ...figures.percentilesMs.map(estimate),
                cpuSeconds ? estimate(cpuSeconds) : '',
                ...(kind === 'classification'
                  ? [agreement ? `${agreement.alike} of ${agreement.of}` : '']
                  : []),
              ],
            ]
          : [],
    ),
  };
}

function coldStarts({ contenders, options }: BenchSummary): ReportTable {
  return {
    title: 'Cold start',
    caption:
      `From the start of the process to its first answer, files in the page cache; median of ` +
      `${options.coldStarts} starts with its interval, and the medians of the parts, milliseconds.`,
    prose: true,
    head: ['', 'total ms', 'parts'],
    rows: contenders.flatMap(({ title, coldStart, workload }) =>
      coldStart && workload !== 'inference' && workload !== 'compute'
        ? [
            [title, estimate(coldStart.totalMs), partsText(coldStart.parts)],
            ...(coldStart.apart
              ? [[`${title}, one part after the other`, '', partsText(coldStart.apart)]]
              : []),
          ]
        : [],
    ),
  };
}

function partsText(parts: readonly { part: string; milliseconds: number }[]): string {
  return parts.map(({ part, milliseconds }) => `${part} ${number(milliseconds)}`).join(', ');
}

function throughput({ contenders, options }: BenchSummary): ReportTable {
  const points = Array.from({ length: options.concurrency }, (_, index) => index + 1);
  return {
    title: 'Throughput',
    caption:
      'Invocations per second, by the number in progress, and the ratio of the 99th percentile of ' +
      'their latency to the median.',
    head: ['', ...points.map((each) => `${each} at a time`), 'p99 / p50 at 2'],
    rows: contenders.flatMap(({ title, throughput: figures }) => {
      if (!figures) return [];
      const two = figures[1];
      return [
        [
          title,
          ...points.map((_, index) => {
            const point = figures[index];
            return point ? estimate(point.perSecond) : '';
          }),
          two ? number(two.p99Ms / two.p50Ms) : '',
        ],
      ];
    }),
  };
}

function memory({ contenders, options }: BenchSummary): ReportTable {
  return {
    title: 'Resident memory',
    caption:
      'Megabytes of the process and its children, file pages counted once: idle after ' +
      'some invocations, the peak by the number in progress, and what each additional one adds.',
    head: ['', 'idle', '1 at a time', `${options.concurrency} at a time`, 'for each'],
    rows: contenders.flatMap(({ title, memory: figures }) =>
      figures
        ? [
            [
              title,
              megabytes(figures.idleBytes),
              megabytes(figures.peaks[0]?.bytes ?? NaN),
              megabytes(figures.peaks.at(-1)?.bytes ?? NaN),
              megabytes(figures.slope),
            ],
          ]
        : [],
    ),
  };
}

function endurance({ contenders }: BenchSummary): ReportTable {
  return {
    title: 'Resident memory over a long time',
    caption:
      'Megabytes while two invocations are always in progress, after a warm-up: the medians of the ' +
      'first, middle and last tenth, and the largest deviation of a tenth from the overall mean.',
    head: ['', 'invocations', 'first', 'middle', 'last', 'largest deviation'],
    rows: contenders.flatMap(({ title, endurance: figures }) => {
      if (!figures) return [];
      const { invocations, residentBytes: tenths } = figures;
      const shown = [tenths[0], tenths[Math.floor(tenths.length / 2)], tenths.at(-1)];
      return [
        [
          title,
          number(invocations),
          ...shown.map((bytes) => megabytes(bytes ?? NaN)),
          percent(figures.deviation),
        ],
      ];
    }),
  };
}

function installed({ contenders }: BenchSummary): ReportTable {
  return {
    title: 'Installed size',
    caption: 'Megabytes on disk, without Node.js and the C library.',
    prose: true,
    head: ['', 'total MB', 'parts'],
    rows: measured(contenders, 'classification').flatMap(
      ({ title, installedBytes, installed: parts }) =>
        installedBytes === undefined
          ? []
          : [
              [
                title,
                megabytes(installedBytes),
                (parts ?? []).map(({ part, bytes }) => `${part} ${megabytes(bytes)}`).join(', '),
              ],
            ],
    ),
  };
}

function cost({ contenders, options: { price } }: BenchSummary): ReportTable {
  return {
    title: 'Cost of a million invocations on AWS Lambda',
    caption:
      `Computed from the figures above: $${price.gigabyteSecond} for a GB-second and ` +
      `$${price.millionRequests.toFixed(2)} for a million requests (${price.source}, ${price.date}), ` +
      `${100 * price.coldShare} % cold starts. Below 1,769 MB Lambda provides less than one processor: ` +
      'the processor time of a measured invocation then takes proportionally longer.',
    head: ['', ...MEMORY_SIZES.map((size) => `${number(size)} MB`)],
    rows: contenders.flatMap(({ title, cost: figures }) =>
      figures ? [[title, ...figures.map((each) => dollars(each.dollars))]] : [],
    ),
  };
}

/** From a JPEG to the bytes of the model's input, this package first. */
function decoding({ contenders, inputs }: BenchSummary): ReportTable {
  const taking = contenders.filter((each) => each.decoding);
  const [ours, ...others] = taking;
  const medianOf = (each: ContenderSummary | undefined, picture: string): number =>
    each?.decoding?.find((of) => of.picture === picture)?.medianMs ?? NaN;
  return {
    title: WORKLOAD_TITLES.decode,
    caption:
      `From a JPEG to the bytes of the input of ${inputs.model.name}: decoding and resizing on one thread. ` +
      'Medians of interleaved rounds in milliseconds, then our time divided by theirs.',
    head: [
      'picture',
      ...taking.map(({ title }) => title),
      ...others.map(({ title }) => `ours / ${title}`),
    ],
    rows: (ours?.decoding ?? []).map(({ picture, medianMs }) => [
      picture,
      ...taking.map((each) => number(medianOf(each, picture))),
      ...others.map((each) => number(medianMs / medianOf(each, picture))),
    ]),
  };
}

function otherPictures({ contenders, inputs, options }: BenchSummary): ReportTable {
  const taking = measured(contenders, 'classification').filter((each) => each.otherPictures);
  return {
    title: 'Other pictures',
    caption: `Milliseconds, the median of ${options.samplesOfOtherPictures}.`,
    head: ['', 'pixels', ...taking.map(({ title }) => title)],
    rows:
      taking.length === 0
        ? []
        : inputs.pictures
            .slice(1)
            .map(({ name, width, height }, index) => [
              name,
              `${width} × ${height}`,
              ...taking.map((each) => number(each.otherPictures?.[index]?.medianMs ?? NaN)),
            ]),
  };
}

function goals({ goals: judged }: BenchSummary): ReportTable {
  return {
    title: 'Goals',
    caption: 'Ratios within this run, with 95 % confidence intervals over its rounds.',
    head: ['', 'measured', 'goal', ''],
    rows: judged.map(({ title, estimate: ratio, bound, goal, met }) => [
      title,
      estimate(ratio),
      `${bound} ${goal}`,
      met ? 'met' : 'missed',
    ]),
  };
}

function measured(contenders: readonly ContenderSummary[], kind: WorkloadKind): ContenderSummary[] {
  return contenders.filter(({ workload, skipped }) => workload === kind && skipped === undefined);
}

/** 0.999 as "99.9". */
function number100(p: number): string {
  return String(Number((100 * p).toFixed(1)));
}
