import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { format, resolveConfig } from 'prettier';

import { writeAtomically } from '../../../scripts/setup/files.mjs';
import { root } from '../../../scripts/setup/paths.mjs';
import { fillSection } from '../../runner/section.mjs';

const page = path.join(root, 'docs/toolchains.md');

/**
 * What a test has seen working: `Line` of test/support/toolchains.ts.
 *
 * @typedef {{ toolchain: string, version: string, isolations: string[], add: string }} Line
 */

/** @param {string} file of lines of JSON @returns {Line[]} */
export function readLines(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** @param {Line[]} lines @returns {string} in Markdown */
export function tableOf(lines) {
  const cells = lines.map(({ toolchain, version, isolations, add }) => [
    ...[toolchain, version, isolations.map((each) => `\`${each}\``).join(', ')],
    add,
  ]);
  return [['toolchain', 'version', 'isolations', 'to add'], ['---', '---', '---', '---'], ...cells]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

/** @param {Line[]} lines */
export async function writeTable(lines) {
  const filled = fillSection(readFileSync(page, 'utf8'), tableOf(lines), {
    page: 'docs/toolchains.md',
    begin: '<!-- toolchains: npm run test:toolchains -- --write -->',
    end: '<!-- toolchains end -->',
  });
  const options = await resolveConfig(page);
  writeAtomically(page, await format(filled, { ...options, filepath: page }));
}
