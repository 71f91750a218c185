import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { markdown } from './markdown.js';
import { html } from './report/html.js';
import type { BenchResults } from './results.js';
import { summarize } from './summary.js';

/**
 * Writes the reports of a run to `base` with different file extensions and, with `samples`, the
 * results themselves. Returns the paths of the files.
 */
export async function writeReports(
  results: BenchResults,
  base: string,
  { samples }: { samples: boolean },
): Promise<string[]> {
  // The summary is made from what is written, so that 'bench report' later makes the same from the
  // file.
  const content = JSON.stringify(results, rounded);
  const summary = summarize(JSON.parse(content) as BenchResults);
  const contents: Record<string, string> = {
    ...(samples && { '.json': `${content}\n` }),
    '.summary.json': `${JSON.stringify(summary, rounded, 1)}\n`,
    '.md': markdown(summary),
    '.html': html(summary),
  };
  await mkdir(path.dirname(base), { recursive: true });
  const written = Object.entries(contents).map(async ([ending, text]) => {
    await writeFile(`${base}${ending}`, text);
    return `${base}${ending}`;
  });
  return Promise.all(written);
}

/** Seven digits: a tenth of a nanosecond in a millisecond, and half the bytes. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(7))
    : value;
}
