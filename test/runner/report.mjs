import { duration } from '../../scripts/setup/progress.mjs';
import { totalLine } from './counts.mjs';

/**
 * @typedef {object} Result
 * @property {import('./checks.mjs').Check} check
 * @property {boolean} ok
 * @property {import('./counts.mjs').Counts} [counts]
 * @property {number} milliseconds
 * @property {number} processorSeconds processor time of its commands and of the children that they waited for
 */

/**
 * A table of all checks, the skipped tests by name, and the totals in the last line.
 *
 * @param {Result[]} results
 * @param {string} [timeTaken] the total, as text
 */
export function report(results, timeTaken) {
  const header = ['check', 'result', 'passed', 'failed', 'skipped', 'time', 'of processors'];
  const rows = results.map(({ check, ok, counts, milliseconds, processorSeconds }) => [
    check.title,
    ok ? 'passed' : 'FAILED',
    counts ? String(counts.passed) : '',
    counts ? String(counts.failed) : '',
    counts ? String(counts.skipped.length) : '',
    duration(milliseconds),
    duration(1000 * processorSeconds),
  ]);
  const lines = [
    '',
    ...table([header, ...rows]),
    ...(timeTaken ? ['', `All took ${timeTaken}.`] : []),
  ];

  const skipped = results.flatMap(({ check, counts }) =>
    (counts?.skipped ?? []).map(
      ({ name, reason }) => `  ${check.name}: ${name}${reason ? ` (${reason})` : ''}`,
    ),
  );
  if (skipped.length > 0) lines.push('', 'Skipped:', ...skipped);

  const uncounted = results.filter(({ ok, counts }) => !ok && !counts?.failed).length;
  const counts = results.map((result) => result.counts);
  const isCounted = uncounted > 0 || counts.some((count) => count !== undefined);
  lines.push('', isCounted ? totalLine(counts, uncounted) : `${results.length} checks passed`);
  return lines.join('\n');
}

/** The lines of a table; the first two columns are text, the others numbers. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  // Text is aligned to the left, numbers to the right.
  const pad = (cell, column) =>
    column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}
