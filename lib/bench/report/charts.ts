import { MEMORY_SIZES } from '../cost.js';
import { PERCENTILES } from '../statistics.js';
import type { BenchSummary, ContenderSummary } from '../summary.js';
import { WORKLOAD_TITLES } from '../tables.js';

/** The content of a chart; draw.ts draws it. `series` are named after their colours. */
export type ChartSpec = {
  id: string;
  title: string;
  caption: string;
  unit: string;
} & (
  | { kind: 'ranges'; rows: RangeRow[] }
  | { kind: 'stacks'; rows: string[]; segments: { name: string; values: (number | null)[] }[] }
  | { kind: 'lines'; x: number[]; xTitle: string; isLogarithmic?: true; series: LineSeries[] }
  | { kind: 'distributions'; series: DistributionSeries[] }
);

/** A line in a chart of percentiles. */
export interface RangeRow {
  name: string;
  title: string;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
}

interface LineSeries {
  name: string;
  title: string;
  values: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
}

interface DistributionSeries {
  name: string;
  title: string;
  /** The latency and the share of the samples, for each bin. */
  points: { x: number; y: number }[];
}

const PART_TITLES: Record<string, string> = {
  hop: 'JavaScript and thread switches',
  instance: 'fresh instance',
  decode: 'decode and resize (guest code)',
  inference: 'inference',
};

/** Groups of similar parts of a cold start, in their order. */
const START_TITLES: [title: string, parts: RegExp][] = [
  ['start of the process', /^(Node\.js|process)$/],
  ['packages', /^(require|import) /],
  ['addon', /^load the addon$/],
  ['libwasmedge', /^load libwasmedge$/],
  ['runtime and model', /^load (LiteRT and the|the) model$/],
  ['module', /^load and link the module$/],
  ['module and model at once', /^load the module and the model$/],
  ['first run', /^first run$/],
];

/** Groups of installed parts with the same purpose. */
const INSTALLED_TITLES: [title: string, parts: RegExp][] = [
  ['inference runtime', /^(LiteRT|onnxruntime-node|@litertjs|tfjs-tflite-node|@tensorflow)$/],
  ['picture decoder', /^(sharp|program) and lib/],
  ['WasmEdge and LLVM', /^WasmEdge and LLVM$/],
  ['this package and its dependencies', /^(addon and JavaScript|npm dependencies)$/],
  ['wasmedge program and plug-ins', /^wasmedge program/],
  ['guest and model', /model|guest/],
];

/** The sums for each group; null if a row has nothing in it. */
function grouped(
  titles: readonly [title: string, parts: RegExp][],
  rows: readonly { part: string; value: number }[][],
): { name: string; values: (number | null)[] }[] {
  const taken = (part: string): string =>
    titles.find(([, pattern]) => pattern.test(part))?.[0] ?? part;
  const names = [...titles.map(([title]) => title), ...rows.flat().map(({ part }) => taken(part))];
  return [...new Set(names)]
    .map((name) => ({
      name,
      values: rows.map((row) => {
        const parts = row.filter(({ part }) => taken(part) === name);
        return parts.length === 0 ? null : parts.reduce((sum, { value }) => sum + value, 0);
      }),
    }))
    .filter(({ values }) => values.some((value) => value !== null));
}

/** All charts of a report; empty ones are omitted. */
export function charts({ contenders, options }: BenchSummary): ChartSpec[] {
  const classifiers = contenders.filter(({ workload }) => workload === 'classification');
  const trivial = contenders.filter(({ workload }) => workload === 'trivial');
  const inference = contenders.filter(({ workload }) => workload === 'inference');
  const specs: ChartSpec[] = [
    ranges('latency', WORKLOAD_TITLES.classification, classifiers),
    distributions('distribution', classifiers),
    timeSpent(classifiers),
    coldStarts(classifiers),
    throughput(classifiers),
    memory(classifiers, options.concurrency),
    installed(classifiers),
    cost(classifiers),
    ranges('trivial', WORKLOAD_TITLES.trivial, trivial),
    ...(['instance-call', 'host-call', 'snapshot', 'compute', 'stream', 'big-module'] as const).map(
      (kind) =>
        ranges(
          kind,
          WORKLOAD_TITLES[kind],
          contenders.filter(({ workload }) => workload === kind),
        ),
    ),
    ranges('inference', WORKLOAD_TITLES.inference, inference),
  ];
  return specs.filter((spec) => ('rows' in spec ? spec.rows.length : spec.series.length) > 0);
}

function ranges(id: string, title: string, contenders: readonly ContenderSummary[]): ChartSpec {
  return {
    kind: 'ranges',
    id,
    title,
    caption:
      'Warm latency: the dot is the median, the thick line reaches the 90th percentile, the thin one the ' +
      '99th, the tick is the 99.9th. Logarithmic.',
    unit: 'ms',
    rows: contenders.flatMap(({ name, title: row, latency }) => {
      if (!latency) return [];
      const [p50 = 0, p90 = 0, p99 = 0, p999 = 0] = PERCENTILES.map(
        (_, index) => latency.percentilesMs[index]?.value ?? 0,
      );
      return [{ name, title: row, p50, p90, p99, p999 }];
    }),
  };
}

function distributions(id: string, contenders: readonly ContenderSummary[]): ChartSpec {
  return {
    kind: 'distributions',
    id,
    title: 'Latency distributions',
    caption: 'Share of invocations in each bin; bins are equally wide on the logarithmic scale.',
    unit: 'ms',
    series: contenders.flatMap(({ name, title, latency }) => {
      if (!latency) return [];
      const { start, factor, counts } = latency.histogram;
      const points = counts.map((count, bin) => ({
        x: start * factor ** (bin + 0.5),
        y: (100 * count) / latency.samples,
      }));
      const before = { x: start * factor ** -0.5, y: 0 };
      const after = { x: start * factor ** (counts.length + 0.5), y: 0 };
      return [{ name, title, points: [before, ...points, after] }];
    }),
  };
}

function timeSpent(contenders: readonly ContenderSummary[]): ChartSpec {
  // The parts of a spawned process are unknown.
  const shown = contenders.filter(
    ({ latency }) => latency && latency.partsMs.process === undefined,
  );
  const parts = Object.keys(PART_TITLES) as (keyof NonNullable<
    ContenderSummary['latency']
  >['partsMs'])[];
  return {
    kind: 'stacks',
    id: 'parts',
    title: 'Where the time goes',
    caption: 'Mean times of a warm classification, for contenders that report its parts.',
    unit: 'ms',
    rows: shown.map(({ title }) => title),
    segments: parts
      .map((part) => ({
        name: PART_TITLES[part] ?? part,
        values: shown.map(({ latency }) => latency?.partsMs[part] ?? null),
      }))
      .filter(({ values }) => values.some((value) => value !== null)),
  };
}

function coldStarts(contenders: readonly ContenderSummary[]): ChartSpec {
  const shown = contenders.flatMap(({ title, coldStart }) =>
    coldStart
      ? [
          { title, parts: coldStart.parts },
          ...(coldStart.apart
            ? [{ title: `${title}, one part after the other`, parts: coldStart.apart }]
            : []),
        ]
      : [],
  );
  return {
    kind: 'stacks',
    id: 'cold-start',
    title: 'Cold start',
    caption: 'From the start of the process to its first answer: medians of the parts.',
    unit: 'ms',
    rows: shown.map(({ title }) => title),
    segments: grouped(
      START_TITLES,
      shown.map(({ parts }) => parts.map(({ part, milliseconds: value }) => ({ part, value }))),
    ),
  };
}

function throughput(contenders: readonly ContenderSummary[]): ChartSpec {
  const shown = contenders.filter((each) => each.throughput);
  const x = shown[0]?.throughput?.map(({ concurrency }) => concurrency) ?? [];
  return {
    kind: 'lines',
    id: 'throughput',
    title: 'Throughput',
    caption: 'Classifications per second, by the number in progress.',
    unit: 'a second',
    x,
    xTitle: 'invocations at a time',
    series: shown.map(({ name, title, throughput: points = [] }) => ({
      name,
      title,
      values: points.map(({ perSecond }) => perSecond.value),
      low: points.map(({ perSecond }) => perSecond.low),
      high: points.map(({ perSecond }) => perSecond.high),
    })),
  };
}

function memory(contenders: readonly ContenderSummary[], concurrency: number): ChartSpec {
  const shown = contenders.filter((each) => each.memory);
  return {
    kind: 'stacks',
    id: 'memory',
    title: 'Resident memory',
    caption: `The process and its children: idle, and the peak increase with ${concurrency} invocations at a time.`,
    unit: 'MB',
    rows: shown.map(({ title }) => title),
    segments: [
      { name: 'idle', values: shown.map((each) => (each.memory?.idleBytes ?? 0) / 1e6) },
      {
        name: `with ${concurrency} at a time`,
        values: shown.map(({ memory: figures }) =>
          Math.max(0, ((figures?.peaks.at(-1)?.bytes ?? 0) - (figures?.idleBytes ?? 0)) / 1e6),
        ),
      },
    ],
  };
}

function installed(contenders: readonly ContenderSummary[]): ChartSpec {
  const shown = contenders.filter((each) => each.installed);
  return {
    kind: 'stacks',
    id: 'installed',
    title: 'Installed size',
    caption: 'On disk, without Node.js and the C library.',
    unit: 'MB',
    rows: shown.map(({ title }) => title),
    segments: grouped(
      INSTALLED_TITLES,
      shown.map((each) =>
        (each.installed ?? []).map(({ part, bytes }) => ({ part, value: bytes / 1e6 })),
      ),
    ),
  };
}

function cost(contenders: readonly ContenderSummary[]): ChartSpec {
  return {
    kind: 'lines',
    id: 'cost',
    title: 'Cost of a million invocations on AWS Lambda',
    caption: 'By memory size; a line begins at the first size in which the resident memory fits.',
    unit: 'US$',
    x: [...MEMORY_SIZES],
    xTitle: 'MB',
    isLogarithmic: true,
    series: contenders.flatMap(({ name, title, cost: figures }) =>
      figures ? [{ name, title, values: figures.map(({ dollars }) => dollars) }] : [],
    ),
  };
}
