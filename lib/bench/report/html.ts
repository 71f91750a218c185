import { readFileSync } from 'node:fs';
import path from 'node:path';

import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { estimate, number } from '../format.js';
import { disturbanceText, machineText, versionsText } from '../markdown.js';
import type { BenchSummary, ContenderSummary } from '../summary.js';
import { tables } from '../tables.js';
import type { ReportTable } from '../report-table.js';

import { charts } from './charts.js';
import { draw } from './draw.js';
import { escape } from './escape.js';

/** Charts with the full width of the page. */
const WIDE = ['latency', 'cost'];

/** The report as a single page without external resources. */
export function html(summary: BenchSummary): string {
  const specs = charts(summary);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>wasmedge-embed benchmark, ${escape(summary.startedAt.slice(0, 10))}</title>
<style>
${asset('page.css')}</style>
</head>
<body>
<header>
<h1>wasmedge-embed <span>benchmark</span></h1>
<p class="machine">${escape(summary.startedAt.slice(0, 16).replace('T', ' '))} UTC · ${escape(machineText(summary))} · Node.js ${escape(summary.environment.node)}</p>
<p class="machine">${escape(disturbanceText(summary))}</p>
${cards(summary)}
</header>
<main>
${specs
  .map((spec) => {
    const isWide = WIDE.includes(spec.id);
    return `<section class="chart${isWide ? ' wide' : ''}" id="${spec.id}"><h2>${escape(spec.title)}</h2><p>${escape(spec.caption)}</p>${draw(spec, isWide)}</section>`;
  })
  .join('\n')}
${tables(summary).map(tableHtml).join('\n')}
${contendersHtml(summary.contenders)}
</main>
</body>
</html>
`;
}

/** The figures that readers look for first. */
function cards({ contenders, goals }: BenchSummary): string {
  const ours = contenders.find(({ name }) => name === 'in-process');
  const figures: { value: string; unit: string; label: string }[] = [];
  const p50 = ours?.latency?.percentilesMs[0];
  if (p50) {
    figures.push({ value: number(p50.value), unit: 'ms', label: 'a classification, warm, p50' });
  }
  const original = goals.find(({ title }) => title.startsWith('Original’s way'));
  if (original) {
    figures.push({
      value: number(original.estimate.value),
      unit: '×',
      label: 'faster than spawning wasmedge, as the original did',
    });
  }
  const cold = ours?.coldStart;
  if (cold) {
    figures.push({
      value: number(cold.totalMs.value),
      unit: 'ms',
      label: 'from process start to the first answer',
    });
  }
  if (ours?.memory) {
    figures.push({
      value: number(ours.memory.idleBytes / 1e6),
      unit: 'MB',
      label: 'resident, including Node.js',
    });
  }
  const echo = contenders.find(({ name }) => name === 'echo-in-process')?.latency?.percentilesMs[0];
  if (echo) {
    figures.push({
      value: number(1000 * echo.value),
      unit: 'µs',
      label: 'a trivial invocation, JavaScript to JavaScript',
    });
  }
  const items = figures.map(
    ({ value, unit, label }) =>
      `<li><strong>${escape(value)}<small> ${escape(unit)}</small></strong>${escape(label)}</li>`,
  );
  return `<ul class="cards">${items.join('')}</ul>`;
}

function tableHtml({ title, caption, head, rows, prose }: ReportTable): string {
  const cells = (tag: string, values: readonly string[]): string =>
    `<tr>${values
      .map(
        (value, index) =>
          `<${index === 0 ? 'th scope="row"' : tag}>${marked(value)}</${index === 0 ? 'th' : tag}>`,
      )
      .join('')}</tr>`;
  return `<section class="table"><h2>${escape(title)}</h2><p>${escape(caption)}</p>
<div class="scroll"><table${prose ? ' class="prose"' : ''}><thead>${cells('th', head)}</thead><tbody>
${rows.map((row) => cells('td', row)).join('\n')}
</tbody></table></div></section>`;
}

/** Shows intervals less prominently than values, and verdicts in colour. */
function marked(cell: string): string {
  if (cell === 'met' || cell === 'missed') return `<span class="${cell}">${cell}</span>`;
  const [, value, interval] = /^(\S+) (\(.* – .*\))$/.exec(cell) ?? [];
  return value && interval
    ? `${escape(value)} <span class="interval">${escape(interval)}</span>`
    : escape(cell);
}

function contendersHtml(contenders: readonly ContenderSummary[]): string {
  const items = contenders.map(({ title, notes, skipped, failed, versions, coldStart }) => {
    const facts = [
      ...(skipped === undefined ? [] : [`Skipped: ${skipped}`]),
      ...(failed === undefined ? [] : [`Failed: ${failed}`]),
      ...notes,
      ...(Object.keys(versions).length > 0 ? [versionsText(versions)] : []),
      ...(coldStart ? [`cold start ${estimate(coldStart.totalMs)} ms`] : []),
    ];
    return `<dt>${escape(title)}</dt>${facts.map((fact) => `<dd>${escape(fact)}</dd>`).join('')}`;
  });
  return `<section class="table"><h2>Contenders</h2><dl>${items.join('\n')}</dl></section>`;
}

/** A file that the build has placed beside this one. */
function asset(name: string): string {
  const file = path.join(__dirname, name);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new WasmEdgeError(
      'ERR_MODULE_LOAD',
      `The report's ${name} is missing (${reasonOf(error)}). In a clone of the repository run ` +
        "'npm run quickstart', which puts it there.",
      { cause: error },
    );
  }
}
