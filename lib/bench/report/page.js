// The script of the report's page. It finds `charts`, what report/charts.ts made, and `Chart`, Chart.js.
'use strict';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** By contender: in a light and in a dark surrounding. */
const colours = {
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
  'inference-xnnpack': ['#2456e6', '#7da2ff'],
  'inference-as-it-is': ['#d97706', '#ffb454'],
  'inference-builtin': ['#b3261e', '#ff8a80'],
};
/** For the segments of stacks, in their order. */
const segmentColours = [
  ['#94a3b8', '#64748b'],
  ['#f0a92e', '#e0a13a'],
  ['#2f6fed', '#5b93f5'],
  ['#0f9d6b', '#35b98a'],
  ['#c2410c', '#e2744a'],
  ['#8b5cf6', '#a78bfa'],
  ['#0891b2', '#3fb8d3'],
  ['#db2777', '#e86aa8'],
];

const shade = (pair) => pair[dark.matches ? 1 : 0];
const colourOf = (name) => shade(colours[name] ?? ['#475569', '#94a3b8']);
const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Three significant digits. */
const short = (value) =>
  value === 0
    ? '0'
    : value.toLocaleString('en', {
        maximumFractionDigits: Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))),
      });

const font = { family: getComputedStyle(document.documentElement).fontFamily, size: 12 };

function scale(extra = {}) {
  const { ticks, title, grid, ...rest } = extra;
  return {
    border: { display: false },
    ...rest,
    grid: { color: variable('--line'), drawTicks: false, ...grid },
    ticks: { color: variable('--faint'), font, padding: 6, ...ticks },
    title: { color: variable('--faint'), font, display: Boolean(title), text: title },
  };
}

/** A logarithmic scale with lines and labels at 1, 2 and 5 times the powers of ten. */
function logarithmic(extra = {}) {
  return scale({
    type: 'logarithmic',
    afterBuildTicks: (axis) => {
      axis.ticks = [];
      for (let power = Math.floor(Math.log10(axis.min)); 10 ** power <= axis.max; power++) {
        for (const digit of [1, 2, 5]) {
          const value = Number((digit * 10 ** power).toPrecision(3));
          if (value >= axis.min && value <= axis.max) axis.ticks.push({ value });
        }
      }
    },
    ...extra,
    ticks: { callback: short, ...extra.ticks },
  });
}

function options({ scales, legend = false, label, title, ...rest }) {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    scales,
    ...rest,
    plugins: {
      legend: {
        display: legend,
        position: 'bottom',
        labels: { color: variable('--ink'), font, boxWidth: 10, boxHeight: 10, padding: 12 },
      },
      tooltip: {
        backgroundColor: variable('--ink'),
        titleColor: variable('--card'),
        bodyColor: variable('--card'),
        titleFont: { ...font, weight: 600 },
        bodyFont: font,
        padding: 10,
        displayColors: false,
        callbacks: { label, ...(title && { title }) },
      },
    },
  };
}

/** Draws the lines from percentile to percentile under the dots of the medians. */
const percentileLines = {
  id: 'percentileLines',
  beforeDatasetsDraw({ ctx, scales: { x, y } }, _arguments, { rows }) {
    rows.forEach(({ name, p50, p90, p99, p999 }, index) => {
      const at = y.getPixelForValue(index);
      const line = (from, to, width, alpha) => {
        ctx.globalAlpha = alpha;
        ctx.lineWidth = width;
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(from), at);
        ctx.lineTo(x.getPixelForValue(to), at);
        ctx.stroke();
      };
      ctx.save();
      ctx.strokeStyle = colourOf(name);
      line(p50, p90, 8, 0.45);
      line(p90, p99, 2, 0.9);
      ctx.globalAlpha = 0.9;
      ctx.lineWidth = 2;
      ctx.beginPath();
      ctx.moveTo(x.getPixelForValue(p999), at - 5);
      ctx.lineTo(x.getPixelForValue(p999), at + 5);
      ctx.stroke();
      ctx.restore();
    });
  },
  afterDatasetsDraw({ ctx, scales: { x, y } }, _arguments, { rows }) {
    ctx.save();
    ctx.font = `600 12px ${font.family}`;
    ctx.fillStyle = variable('--ink');
    ctx.textAlign = 'center';
    rows.forEach(({ p50 }, index) => {
      ctx.fillText(`${short(p50)}`, x.getPixelForValue(p50), y.getPixelForValue(index) - 11);
    });
    ctx.restore();
  },
};

/** Draws the intervals of lines. */
const intervals = {
  id: 'intervals',
  afterDatasetsDraw({ ctx, scales: { x, y } }, _arguments, { series, at }) {
    ctx.save();
    ctx.lineWidth = 1.5;
    for (const { name, low, high } of series) {
      ctx.strokeStyle = colourOf(name);
      low?.forEach((from, index) => {
        const to = high?.[index];
        if (from === null || to === null || to === undefined) return;
        const pixel = x.getPixelForValue(at[index]);
        ctx.beginPath();
        for (const value of [from, to]) {
          ctx.moveTo(pixel - 4, y.getPixelForValue(value));
          ctx.lineTo(pixel + 4, y.getPixelForValue(value));
        }
        ctx.moveTo(pixel, y.getPixelForValue(from));
        ctx.lineTo(pixel, y.getPixelForValue(to));
        ctx.stroke();
      });
    }
    ctx.restore();
  },
};

/** Writes the sum at the end of each bar. */
const sums = {
  id: 'sums',
  afterDatasetsDraw({ ctx, scales: { x, y }, data }) {
    ctx.save();
    ctx.font = `600 12px ${font.family}`;
    ctx.fillStyle = variable('--ink');
    ctx.textBaseline = 'middle';
    data.labels.forEach((_, index) => {
      const sum = data.datasets.reduce(
        (total, { data: values }) => total + (values[index] ?? 0),
        0,
      );
      ctx.fillText(short(sum), x.getPixelForValue(sum) + 6, y.getPixelForValue(index));
    });
    ctx.restore();
  },
};

const kinds = {
  ranges({ rows, unit }) {
    const least = Math.min(...rows.map(({ p50 }) => p50));
    const most = Math.max(...rows.map(({ p999 }) => p999));
    return {
      height: 70 + 46 * rows.length,
      config: {
        type: 'scatter',
        data: {
          datasets: [
            {
              data: rows.map(({ p50 }, index) => ({ x: p50, y: index })),
              pointRadius: 6,
              pointHoverRadius: 7,
              pointBorderColor: variable('--card'),
              pointBorderWidth: 2,
              pointBackgroundColor: rows.map(({ name }) => colourOf(name)),
            },
          ],
        },
        options: {
          ...options({
            scales: {
              x: logarithmic({ min: least / 1.5, max: most * 1.3, title: unit }),
              y: scale({
                reverse: true,
                min: -0.7,
                max: rows.length - 0.4,
                grid: { display: false },
                afterBuildTicks: (axis) => {
                  axis.ticks = rows.map((_, index) => ({ value: index }));
                },
                ticks: {
                  color: variable('--ink'),
                  callback: (value) => rows[value]?.title ?? '',
                },
              }),
            },
            title: ([item]) => rows[item.dataIndex].title,
            label: ({ dataIndex }) => {
              const { p50, p90, p99, p999 } = rows[dataIndex];
              return Object.entries({ p50, p90, p99, 'p99.9': p999 }).map(
                ([name, value]) => `${name}  ${short(value)} ${unit}`,
              );
            },
          }),
        },
        plugins: [percentileLines],
      },
      pluginOptions: { percentileLines: { rows } },
    };
  },

  stacks({ rows, segments, unit }) {
    return {
      height: 90 + 40 * rows.length + 18 * Math.ceil(segments.length / 4),
      config: {
        type: 'bar',
        data: {
          labels: rows,
          datasets: segments.map(({ name, values }, index) => ({
            label: name,
            data: values,
            backgroundColor: shade(segmentColours[index % segmentColours.length]),
            maxBarThickness: 22,
            borderRadius: 2,
          })),
        },
        options: options({
          indexAxis: 'y',
          legend: true,
          layout: { padding: { right: 44 } },
          scales: {
            x: scale({ stacked: true, title: unit }),
            y: scale({
              stacked: true,
              grid: { display: false },
              ticks: { color: variable('--ink'), callback: (value) => wrapped(rows[value] ?? '') },
            }),
          },
          label: ({ dataset, raw }) =>
            raw === null ? '' : `${dataset.label}  ${short(raw)} ${unit}`,
        }),
        plugins: [sums],
      },
    };
  },

  lines({ x, xTitle, series, unit, isLogarithmic }) {
    const axis = isLogarithmic ? logarithmic : scale;
    return {
      height: 320 + 14 * series.length,
      config: {
        type: 'line',
        data: {
          datasets: series.map(({ name, title, values }) => ({
            label: title,
            data: values.map((value, index) => ({ x: x[index], y: value })),
            borderColor: colourOf(name),
            backgroundColor: colourOf(name),
            borderWidth: 2,
            pointRadius: 3,
            tension: 0,
          })),
        },
        options: options({
          legend: true,
          interaction: { mode: 'index', intersect: false },
          scales: {
            x: axis({
              type: isLogarithmic ? 'logarithmic' : 'linear',
              title: xTitle,
              afterBuildTicks: (axis) => {
                axis.ticks = x.map((value) => ({ value }));
              },
              ticks: { callback: (value) => String(value) },
            }),
            y: axis({ ...(!isLogarithmic && { min: 0 }), grace: '5%', title: unit }),
          },
          title: ([item]) => `${item.parsed.x} ${xTitle}`,
          label: ({ dataset, parsed }) => `${dataset.label}  ${short(parsed.y)} ${unit}`,
        }),
        plugins: [intervals],
      },
      pluginOptions: { intervals: { series, at: x } },
    };
  },

  distributions({ series, unit }) {
    return {
      height: 320 + 14 * series.length,
      config: {
        type: 'line',
        data: {
          datasets: series.map(({ name, title, points }) => ({
            label: title,
            data: points,
            borderColor: colourOf(name),
            backgroundColor: `${colourOf(name)}33`,
            borderWidth: 1.5,
            pointRadius: 0,
            pointHitRadius: 6,
            fill: 'origin',
            cubicInterpolationMode: 'monotone',
          })),
        },
        options: options({
          legend: true,
          scales: {
            x: logarithmic({ title: unit }),
            y: scale({ min: 0, title: '% of invocations' }),
          },
          title: ([item]) => item.dataset.label,
          label: ({ parsed }) => `${short(parsed.y)} % near ${short(parsed.x)} ${unit}`,
        }),
      },
    };
  },
};

/** A label in two lines where it is long. */
function wrapped(label) {
  if (label.length < 26) return label;
  const middle = label.lastIndexOf(' ', Math.ceil(label.length / 2) + 4);
  return middle < 0 ? label : [label.slice(0, middle), label.slice(middle + 1)];
}

let drawn = [];

function draw() {
  for (const chart of drawn) chart.destroy();
  drawn = charts.map((spec) => {
    const { height, config, pluginOptions = {} } = kinds[spec.kind](spec);
    const box = document.querySelector(`#${spec.id} .canvas`);
    box.style.height = `${height}px`;
    Object.assign(config.options.plugins, pluginOptions);
    return new Chart(box.querySelector('canvas'), config);
  });
}

draw();
dark.addEventListener('change', draw);
