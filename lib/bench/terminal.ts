import Table from 'cli-table3';

import { disturbanceText, machineText } from './markdown.js';
import type { BenchSummary } from './summary.js';
import { tables } from './tables.js';
import type { ReportTable } from './report-table.js';

/** Tables that are too wide for a terminal are only in the other reports. */
const TOO_WIDE = new Set(['Other pictures', 'Installed size']);

/** The summary as tables for a terminal. */
export function terminalText(summary: BenchSummary): string {
  const lines = [machineText(summary), disturbanceText(summary)];
  for (const table of tables(summary)) {
    if (!TOO_WIDE.has(table.title)) lines.push('', terminalTable(table));
  }
  return lines.join('\n');
}

export function terminalTable({ title, head, rows }: Omit<ReportTable, 'caption'>): string {
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    ...(title === 'Cold start' && { colWidths: [null, null, 70], wordWrap: true }),
  });
  table.push(...rows);
  return `${title}\n${table.toString()}`;
}
