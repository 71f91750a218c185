import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { format, resolveConfig } from 'prettier';

import { writeAtomically } from '../../scripts/setup/files.mjs';
import { root, setupFolder } from '../../scripts/setup/paths.mjs';
import { digestOf } from '../../scripts/setup/stamp.mjs';
import { fillSection } from '../runner/section.mjs';

/**
 * The tests' results for a combination.
 *
 * @typedef {{ node: string, wasmedge: string } & import('../runner/counts.mjs').Counts} Row
 */

const fileOf = (name) => path.join(setupFolder, 'matrix', `${name}.json`);

/** Results are for certain sources of the package: those for others do not count. */
function sources() {
  return digestOf(['native', 'lib', 'package-lock.json']);
}

/** @param {string} name of the combination @param {Row} row */
export function keepRow(name, row) {
  writeAtomically(fileOf(name), JSON.stringify({ sources: sources(), row }));
}

/** @returns {Row | undefined} undefined where the sources as they are have not been tried */
export function readRow(name) {
  if (!existsSync(fileOf(name))) return undefined;
  const kept = JSON.parse(readFileSync(fileOf(name), 'utf8'));
  return kept.sources === sources() ? kept.row : undefined;
}

const page = 'docs/compatibility.md';
const file = path.join(root, page);
const begin = '<!-- matrix: npm run test:matrix -- --write -->';
const end = '<!-- matrix ends -->';

/** @param {Row[]} rows */
export async function writeTable(rows) {
  const text = readFileSync(file, 'utf8');
  const filled = fill(text, describe(rows));
  const options = await resolveConfig(file);
  writeAtomically(file, await format(filled, { ...options, filepath: file }));
}

/** @param {string} text @param {string} section what comes between the markers */
export function fill(text, section) {
  return fillSection(text, section, { page, begin, end });
}

/** @param {Row[]} rows @returns {string} in Markdown */
export function describe(rows) {
  const header = ['Node.js', 'WasmEdge', 'passed', 'failed', 'skipped'];
  const cells = rows.map((row) => [
    ...[row.node, row.wasmedge, row.passed, row.failed],
    row.skipped.length,
  ]);
  const lines = [header, ['---', '---', '--:', '--:', '--:'], ...cells];
  const table = lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
  const reasons = new Set(rows.flatMap(({ skipped }) => skipped.map(({ reason }) => reason)));
  const told = [...reasons].map((reason) => reason ?? 'no reason is given');
  return told.length === 0 ? table : `${table}\n\nSkipped: ${told.join('; ')}.`;
}
