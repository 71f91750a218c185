import { escape } from './escape.js';
import type { ChartSpec, RangeRow } from './charts.js';

type Chart<Kind extends ChartSpec['kind']> = Extract<ChartSpec, { kind: Kind }>;

/** In pixels of the picture, which the page scales. */
const WIDTH = 560;
const WIDE = 1160;
/** At the right edge of the picture, for the last number. */
const MARGIN = 48;
/** Where plots begin: after the titles of rows, or after the numbers of an axis. */
const BESIDE_TITLES = 190;
const BESIDE_NUMBERS = 52;
const TOP = 24;
const PLOT_HEIGHT = 300;
/** The approximate width of a letter; and the number of letters in a line of a row's title. */
const LETTER = 7.4;
const LETTERS = 23;

/** By contender: for light and dark backgrounds. */
const COLOURS: Record<string, readonly [light: string, dark: string]> = {
  'in-process': ['#2456e6', '#7da2ff'],
  'worker-process': ['#0891b2', '#4fd0e7'],
  subprocess: ['#7c3aed', '#b79bff'],
  original: ['#b3261e', '#ff8a80'],
  native: ['#6b7280', '#a3adb8'],
  'sharp-onnxruntime': ['#d97706', '#ffb454'],
  'sharp-litert-js': ['#0f8a55', '#4fd19a'],
  'sharp-tfjs-tflite': ['#be3d8a', '#ff8fcb'],
  'echo-in-process': ['#2456e6', '#7da2ff'],
  'echo-worker-process': ['#0891b2', '#4fd0e7'],
  'echo-subprocess': ['#7c3aed', '#b79bff'],
  'echo-original': ['#b3261e', '#ff8a80'],
  'inference-xnnpack': ['#2456e6', '#7da2ff'],
  'inference-as-it-is': ['#d97706', '#ffb454'],
  'inference-builtin': ['#b3261e', '#ff8a80'],
};
const OTHER_COLOUR = ['#475569', '#94a3b8'] as const;
/** For the segments of stacks, in order. */
const SEGMENT_COLOURS = [
  ['#94a3b8', '#64748b'],
  ['#f0a92e', '#e0a13a'],
  ['#2f6fed', '#5b93f5'],
  ['#0f9d6b', '#35b98a'],
  ['#c2410c', '#e2744a'],
  ['#8b5cf6', '#a78bfa'],
  ['#0891b2', '#3fb8d3'],
  ['#db2777', '#e86aa8'],
] as const;

/**
 * The chart as an SVG picture, with its content in words as tooltips.
 *
 * @param isWide Whether it has the full width of the page, rather than half of it.
 */
export function draw(spec: ChartSpec, isWide: boolean): string {
  const width = isWide ? WIDE : WIDTH;
  switch (spec.kind) {
    case 'ranges':
      return drawRanges(spec, width);
    case 'stacks':
      return drawStacks(spec, width);
    case 'lines':
      return drawLines(spec, width);
    case 'distributions':
      return drawDistributions(spec, width);
  }
}

function drawRanges({ title, unit, rows }: Chart<'ranges'>, width: number): string {
  const bottom = TOP + 46 * rows.length;
  const x = logarithmic(
    [Math.min(...rows.map(({ p50 }) => p50)) / 1.5, Math.max(...rows.map(lastOf)) * 1.3],
    [BESIDE_TITLES, width - MARGIN],
  );
  const marks = rows.map(({ name, title: row, p50, p90, p99, p999 }, index) => {
    const y = TOP + 46 * index + 28;
    const stroke = `style="stroke:${colourOf(name)}"`;
    const words = `${row}: p50 ${short(p50)}, p90 ${short(p90)}, p99 ${short(p99)}, p99.9 ${short(p999)} ${unit}`;
    return `<g><title>${escape(words)}</title>${rowTitle(row, y)}
<path ${stroke} stroke-width="8" opacity=".45" d="M${px(x.at(p50))} ${px(y)}H${px(x.at(p90))}"/>
<path ${stroke} stroke-width="2" opacity=".9" d="M${px(x.at(p90))} ${px(y)}H${px(x.at(p99))}M${px(x.at(p999))} ${px(y - 5)}v10"/>
<circle cx="${px(x.at(p50))}" cy="${px(y)}" r="6" style="fill:${colourOf(name)}"/>
<text class="value" text-anchor="middle" x="${px(x.at(p50))}" y="${px(y - 11)}">${short(p50)}</text></g>`;
  });
  return picture(title, [width, bottom + 44], [across(x, [TOP, bottom], unit), ...marks]);
}

function lastOf({ p999 }: RangeRow): number {
  return p999;
}

function drawStacks({ title, unit, rows, segments }: Chart<'stacks'>, width: number): string {
  const bottom = TOP + 40 * rows.length;
  const sums = rows.map((_, row) => sum(segments.map(({ values }) => values[row] ?? 0)));
  const x = linear([0, Math.max(...sums)], [BESIDE_TITLES, width - MARGIN]);
  const bars = rows.map((row, index) => {
    const y = TOP + 40 * index + 9;
    let from = 0;
    const parts = segments.map(({ name, values }, segment) => {
      const value = values[index] ?? 0;
      if (value === 0) return '';
      const begin = x.at(from);
      from += value;
      return `<rect x="${px(begin)}" y="${px(y)}" width="${px(x.at(from) - begin)}" height="22" rx="2" style="fill:${segmentColour(segment)}"><title>${escape(`${name}: ${short(value)} ${unit}`)}</title></rect>`;
    });
    return `<g>${rowTitle(row, y + 11)}${parts.join('')}<text class="value" x="${px(x.at(from) + 6)}" y="${px(y + 15)}">${short(from)}</text></g>`;
  });
  const names = legend(
    segments.map(({ name }, index) => ({ title: name, colour: segmentColour(index) })),
    [width, bottom + 56],
  );
  return picture(
    title,
    [width, names.bottom],
    [across(x, [TOP, bottom], unit), ...bars, names.drawn],
  );
}

function drawLines(
  { title, unit, x: at, xTitle, isLogarithmic, series }: Chart<'lines'>,
  width: number,
): string {
  const bottom = TOP + PLOT_HEIGHT;
  const scale = isLogarithmic ? logarithmic : linear;
  const values = series.flatMap(({ values: own, low = [], high = [] }) =>
    [...own, ...low, ...high].filter((value) => value !== null),
  );
  const most = Math.max(...values) * 1.05;
  const least = isLogarithmic ? Math.min(...values) / 1.05 : 0;
  const x = {
    ...scale([Math.min(...at), Math.max(...at)], [BESIDE_NUMBERS, width - MARGIN]),
    ticks: at,
  };
  const y = scale([least, most], [bottom, TOP]);
  const lines = series.map(({ name, title: line, values: own, low, high }) => {
    const points = own.map((value, index) =>
      value === null ? undefined : ([x.at(at[index] ?? 0), y.at(value)] as const),
    );
    const whiskers = own.flatMap((_, index) => {
      const [from, to] = [low?.[index] ?? null, high?.[index] ?? null];
      if (from === null || to === null) return [];
      const [left, bottomEnd, topEnd] = [
        px(x.at(at[index] ?? 0) - 4),
        px(y.at(from)),
        px(y.at(to)),
      ];
      return [`M${left} ${bottomEnd}h8m-4 0V${topEnd}m-4 0h8`];
    });
    const dots = points.flatMap((point, index) =>
      point
        ? [
            `<circle cx="${px(point[0])}" cy="${px(point[1])}" r="3" style="fill:${colourOf(name)}"><title>${escape(`${line}, ${String(at[index])} ${xTitle}: ${short(own[index] ?? 0)} ${unit}`)}</title></circle>`,
          ]
        : [],
    );
    return `<path class="line" style="stroke:${colourOf(name)}" d="${path(points)}${whiskers.join('')}"/>${dots.join('')}`;
  });
  const names = legend(named(series), [width, bottom + 56]);
  return picture(
    title,
    [width, names.bottom],
    [...[upright(y, width, unit), across(x, [bottom, bottom], xTitle)], ...[...lines, names.drawn]],
  );
}

function drawDistributions({ title, unit, series }: Chart<'distributions'>, width: number): string {
  const bottom = TOP + PLOT_HEIGHT;
  const points = series.flatMap((each) => each.points);
  const values = points.map(({ x }) => x);
  const x = logarithmic(
    [Math.min(...values), Math.max(...values)],
    [BESIDE_NUMBERS, width - MARGIN],
  );
  const y = linear([0, Math.max(...points.map((point) => point.y)) * 1.05], [bottom, TOP]);
  const curves = series.map(({ name, title: curve, points: own }) => {
    const line = path(own.map((point) => [x.at(point.x), y.at(point.y)] as const));
    return `<path class="line" style="stroke:${colourOf(name)};fill:${colourOf(name)}" fill-opacity=".2" d="${line}"><title>${escape(curve)}</title></path>`;
  });
  const names = legend(named(series), [width, bottom + 56]);
  return picture(
    title,
    [width, names.bottom],
    [
      ...[upright(y, width, '% of invocations'), across(x, [TOP, bottom], unit)],
      ...[...curves, names.drawn],
    ],
  );
}

/** The positions of values, and which of them are labelled. */
interface Axis {
  from: number;
  to: number;
  at: (value: number) => number;
  ticks: readonly number[];
}

type Span = readonly [from: number, to: number];

function linear([least, most]: Span, [from, to]: Span): Axis {
  const span = most - least || 1;
  const power = 10 ** Math.floor(Math.log10(span));
  const step = ([0.1, 0.2, 0.5].find((part) => span / (part * power) <= 8) ?? 1) * power;
  const first = Math.ceil(least / step);
  const count = Math.floor(most / step) - first + 1;
  return {
    ...{ from, to },
    at: (value) => from + ((value - least) / span) * (to - from),
    ticks: Array.from({ length: count }, (_, index) => (first + index) * step),
  };
}

/** With labels at 1, 2 and 5 times powers of ten. */
function logarithmic([least, most]: Span, [from, to]: Span): Axis {
  // Zero has no position on it.
  const low = Math.log10(Math.max(least, 1e-9));
  const span = Math.log10(Math.max(most, 1e-9)) - low || 1;
  const ticks = [];
  for (let power = Math.floor(low); power <= low + span; power += 1) {
    for (const digit of [1, 2, 5]) {
      const value = digit * 10 ** power;
      if (value >= least && value <= most) ticks.push(value);
    }
  }
  return {
    ...{ from, to },
    at: (value) => from + ((Math.log10(Math.max(value, 1e-9)) - low) / span) * (to - from),
    ticks,
  };
}

/** Labels below a plot, with lines to its top. */
function across(axis: Axis, [top, bottom]: Span, title: string): string {
  const middle = px((axis.from + axis.to) / 2);
  const ticks = axis.ticks.map((value) => {
    const at = px(axis.at(value));
    return `<path class="grid" d="M${at} ${px(top)}V${px(bottom)}"/><text text-anchor="middle" x="${at}" y="${px(bottom + 18)}">${short(value)}</text>`;
  });
  return `${ticks.join('')}<text text-anchor="middle" x="${middle}" y="${px(bottom + 38)}">${escape(title)}</text>`;
}

/** Labels to the left of a plot, with lines to its right. */
function upright(axis: Axis, width: number, title: string): string {
  const ticks = axis.ticks.map((value) => {
    const at = axis.at(value);
    return `<path class="grid" d="M${px(BESIDE_NUMBERS)} ${px(at)}H${px(width - MARGIN)}"/><text text-anchor="end" x="${px(BESIDE_NUMBERS - 8)}" y="${px(at + 4)}">${short(value)}</text>`;
  });
  return `${ticks.join('')}<text x="4" y="12">${escape(title)}</text>`;
}

function rowTitle(title: string, y: number): string {
  const lines = wrapped(title);
  return lines
    .map(
      (line, index) =>
        `<text class="row" text-anchor="end" x="${px(BESIDE_TITLES - 12)}" y="${px(y + 4 + 14 * (index - (lines.length - 1) / 2))}">${escape(line)}</text>`,
    )
    .join('');
}

/** Split into several lines if it is long. */
function wrapped(label: string): string[] {
  const lines: string[] = [];
  for (const word of label.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1) ?? ''} ${word}` : word;
    if (lines.length > 0 && longer.length <= LETTERS) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function legend(
  items: readonly { title: string; colour: string }[],
  [width, top]: readonly [width: number, top: number],
): { drawn: string; bottom: number } {
  let [x, y] = [BESIDE_NUMBERS, top];
  const drawn = items.map(({ title, colour }) => {
    const length = 30 + LETTER * title.length;
    if (x + length > width) [x, y] = [BESIDE_NUMBERS, y + 20];
    const item = `<rect x="${px(x)}" y="${px(y)}" width="10" height="10" rx="2" style="fill:${colour}"/><text class="row" x="${px(x + 16)}" y="${px(y + 9)}">${escape(title)}</text>`;
    x += length;
    return item;
  });
  return { drawn: drawn.join(''), bottom: y + 20 };
}

function named(
  series: readonly { name: string; title: string }[],
): { title: string; colour: string }[] {
  return series.map(({ name, title }) => ({ title, colour: colourOf(name) }));
}

function path(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  return points
    .map((point, index) =>
      point ? `${points[index - 1] ? 'L' : 'M'}${px(point[0])} ${px(point[1])}` : '',
    )
    .join('');
}

function picture(
  title: string,
  [width, height]: readonly [width: number, height: number],
  parts: readonly string[],
): string {
  return `<svg viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-label="${escape(title)}">
${parts.join('\n')}
</svg>`;
}

/** Three significant digits. */
function short(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(20, digits) });
}

/** A tenth of a pixel is enough. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function colourOf(name: string): string {
  return shades(COLOURS[name] ?? OTHER_COLOUR);
}

function segmentColour(index: number): string {
  return shades(SEGMENT_COLOURS[index % SEGMENT_COLOURS.length] ?? OTHER_COLOUR);
}

function shades([light, dark]: readonly [light: string, dark: string]): string {
  return `light-dark(${light},${dark})`;
}
