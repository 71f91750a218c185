import { percent } from './format.js';
import { mermaidCharts } from './mermaid.js';
import type { BenchSummary } from './summary.js';
import { tables } from './tables.js';

/** The summary as Markdown. */
export function markdown(summary: BenchSummary): string {
  const { environment, startedAt, contenders } = summary;
  const lines = [
    '# Benchmark',
    '',
    `Measured on ${startedAt.slice(0, 10)} by \`wasmedge-embed bench\` on ${machineText(summary)}.`,
    '',
    `Node.js ${environment.node}, wasmedge-embed ${environment.package}` +
      `${environment.commit === undefined ? '' : ` (${environment.commit})`}. ${disturbanceText(summary)}`,
  ];
  for (const { title, caption, head, rows, prose } of tables(summary)) {
    const textColumns = new Set([0, ...(prose ? [head.length - 1] : [])]);
    lines.push('', `## ${title}`, '', caption, '');
    lines.push(row(head), row(head.map((_, index) => (textColumns.has(index) ? '---' : '---:'))));
    lines.push(...rows.map(row));
  }
  const charts = mermaidCharts(summary);
  if (charts.length > 0) lines.push('', '## Where the time of wasmedge-embed goes');
  for (const chart of charts) lines.push('', '```mermaid', chart, '```');
  const notes = contenders.flatMap(({ title, notes: each, skipped, failed, versions }) => {
    const facts = [
      ...(skipped === undefined ? [] : [`Skipped: ${skipped}`]),
      ...(failed === undefined ? [] : [`Failed: ${failed}`]),
      ...each,
      ...(Object.keys(versions).length > 0 ? [`${versionsText(versions)}.`] : []),
    ];
    return facts.length === 0 ? [] : [`- **${title}**: ${facts.join(' ').replaceAll('\n', ' ')}`];
  });
  lines.push('', '## Contenders', '', ...notes, '');
  return lines.join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

export function machineText({ environment }: BenchSummary): string {
  const { processor, processors, memoryBytes, virtual, distribution, kernel, features } =
    environment;
  return (
    `${processor}, ${processors} ${virtual ? 'virtual ' : ''}processors (${features.join(', ')}), ` +
    `${Math.round(memoryBytes / 2 ** 30)} GiB, ${distribution}, Linux ${kernel}`
  );
}

/** Whether anything else was using the machine. */
export function disturbanceText({ disturbance, environment }: BenchSummary): string {
  const { others, stolen } = disturbance;
  const quiet = others < 0.05 && stolen < 0.02;
  return (
    `During the run other processes used ${percent(others)} of the processors and the hypervisor took ` +
    `${percent(stolen)}; the load before was ${environment.loadBefore.toFixed(2)}. ` +
    (quiet ? 'The machine was quiet.' : 'The machine was not quiet: repeat the run on an idle one.')
  );
}

export function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
