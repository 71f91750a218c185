import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { CLASSIFIER, topClasses } from './classification.js';
import type { Class } from './classification.js';
import { FITTED_DEFAULT_MODEL, ROOT } from './paths.js';
import { runNode } from './process.js';
import type { Ended } from './process.js';
import { withServed } from './served.js';
import type { Served } from './served.js';

/** The embedded default model and our own guest, whatever else is on this machine. */
const ENVIRONMENT = { WASMEDGE_EMBED_DATA: '', MODULE: CLASSIFIER };

/** The photographs for the tests of the examples. */
export function photographs(): string[] {
  const files = process.env['WASMEDGE_EMBED_PHOTOGRAPHS'];
  assert.ok(files, "Run these tests with 'npm run test:examples'.");
  return files.split(path.delimiter);
}

/** The photograph with the largest lead of its best class, and the package's answer. */
export async function clearestPhotograph(): Promise<{ file: string; jpeg: Buffer; topK: Class[] }> {
  const candidates = await Promise.all(
    photographs().map(async (file) => {
      const jpeg = readFileSync(file);
      return { file, jpeg, topK: await topClasses(FITTED_DEFAULT_MODEL, jpeg, 3) };
    }),
  );
  const [clearest] = candidates.sort((a, b) => b.topK[0]!.score - a.topK[0]!.score);
  return clearest!;
}

/** Runs a script of an example in its folder. */
export function runExample(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  return runNode(args, { ...ENVIRONMENT, ...env }, path.join(ROOT, 'examples', folder));
}

/** Runs a script of an example, which must succeed, and returns its standard output. */
export async function exampleOutput(folder: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runExample(folder, args);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Starts the service of an example on a free port, and kills what remains of it. */
export function withService<T>(
  folder: string,
  env: Record<string, string>,
  use: (served: Served) => Promise<T>,
): Promise<T> {
  return withServed(
    ['server.mjs'],
    {
      cwd: path.join(ROOT, 'examples', folder),
      env: { ...ENVIRONMENT, PORT: '0', ...env },
      listening: /istening at (http:\/\/127\.0\.0\.1:\d+)/,
    },
    use,
  );
}
