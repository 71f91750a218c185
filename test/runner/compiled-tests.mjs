import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { filesBelow } from '../../scripts/setup/files.mjs';

/** The sources in `folder` that the compiler reads, as relative paths. */
export function testSources(folder) {
  return filesBelow(folder)
    .map((file) => path.relative(folder, file))
    .filter((name) => /\.m?ts$/.test(name));
}

/**
 * Compares the compiler's output with its sources: incremental compilation writes only what has
 * changed, and deletes nothing.
 *
 * @param {string} folder of the sources
 * @param {string} output
 * @returns {{ missing: string[], leftover: string[] }} relative to `output`
 */
export function compareOutput(folder, output) {
  const expected = new Set(
    testSources(folder)
      // test/types has a check of its own.
      .filter((name) => !/\.d\.m?ts$/.test(name) && !name.startsWith(`types${path.sep}`))
      .map((name) => name.replace(/ts$/, 'js')),
  );
  const found = new Set(compiledFiles(output));
  return {
    missing: [...expected].filter((name) => !found.has(name)),
    leftover: [...found].filter(
      (name) => !existsSync(path.join(folder, name.replace(/js$/, 'ts'))),
    ),
  };
}

function compiledFiles(output) {
  try {
    return readdirSync(output, { recursive: true }).filter((name) => /\.m?js$/.test(name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
