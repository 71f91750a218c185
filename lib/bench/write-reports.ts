import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { markdown } from './markdown.js';
import { html } from './report/html.js';
import type { BenchResults } from './results.js';
import { summarize } from './summary.js';

/**
 * Writes the reports of a run under `base` with their endings, and with `samples` the results
 * themselves. Returns the files' paths.
 */
export async function writeReports(
  results: BenchResults,
  base: string,
  { samples }: { samples: boolean },
): Promise<string[]> {
  const summary = summarize(results);
  const contents: Record<string, string> = {
    ...(samples && { '.json': `${JSON.stringify(results, rounded)}\n` }),
    '.summary.json': `${JSON.stringify(summary, rounded, 1)}\n`,
    '.md': markdown(summary),
    '.html': html(summary),
  };
  await mkdir(path.dirname(base), { recursive: true });
  const written = Object.entries(contents).map(async ([ending, content]) => {
    await writeFile(`${base}${ending}`, content);
    return `${base}${ending}`;
  });
  return Promise.all(written);
}

/** Seven digits: a tenth of a nanosecond of a millisecond, and half the bytes. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(7))
    : value;
}
