import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { BytesLike, LoadOptions, LoadedModule, RunOptions, RunResult } from 'wasmedge-embed';

/** Loads a module, passes it to `use`, and closes it in any case. */
export async function withModule<T>(
  file: string | BytesLike,
  options: LoadOptions,
  use: (module: LoadedModule) => Promise<T>,
): Promise<T> {
  const module = await loadModule(file, options);
  try {
    return await use(module);
  } finally {
    await module.close();
  }
}

/** Loads a guest, runs it once and closes it. */
export function runOnce(file: string, load: LoadOptions, run: RunOptions = {}): Promise<RunResult> {
  return withModule(file, load, (module) => module.run(run));
}

/** The standard output of a guest that must succeed without complaints. */
export async function outputOf(
  file: string,
  load: LoadOptions,
  run: RunOptions = {},
): Promise<Buffer> {
  const { stdout, stderr, exitCode } = await runOnce(file, load, run);
  assert.equal(stderr.toString(), '');
  assert.equal(exitCode, 0);
  return stdout;
}

/** The only line on standard error of a guest that must fail with this code and print nothing. */
export async function complaintOf(
  exitCode: number,
  file: string,
  load: LoadOptions,
  run: RunOptions = {},
): Promise<string> {
  const result = await runOnce(file, load, run);
  assert.deepEqual(
    { exitCode: result.exitCode, stdout: result.stdout.toString() },
    { exitCode, stdout: '' },
    result.stderr.toString(),
  );
  return result.stderr.toString().trimEnd();
}
