import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type { BytesLike, LoadOptions, LoadedModule, RunOptions, RunResult } from 'wasmedge-embed';

/**
 * Loads a module, in one worker process unless the options say how many: by default there is one
 * for each processor, and each takes a tenth of a second to start.
 */
export function loadLightly(
  file: string | BytesLike,
  options: LoadOptions = {},
): Promise<LoadedModule> {
  const one: LoadOptions =
    options.isolation === 'worker-process' ? { workerProcess: { workers: 1 } } : {};
  return loadModule(file, { ...one, ...options });
}

/** Loads a module as {@link loadLightly} does, passes it to `use`, and closes it in any case. */
export async function withModule<T>(
  file: string | BytesLike,
  options: LoadOptions,
  use: (module: LoadedModule) => Promise<T>,
): Promise<T> {
  const module = await loadLightly(file, options);
  try {
    return await use(module);
  } finally {
    await module.close();
  }
}

/**
 * Loads modules as {@link loadLightly} does, each only once for all tests of the suite in whose
 * description this is called; they are closed after its tests. The options are plain data.
 */
export function sharedModules(): (file: string, options?: LoadOptions) => Promise<LoadedModule> {
  const modules = new Map<string, Promise<LoadedModule>>();
  after(async () => {
    // All are closed, even if one of them cannot be.
    const closings = [...modules.values()].map(async (module) => (await module).close());
    for (const closing of await Promise.allSettled(closings)) {
      if (closing.status === 'rejected') throw closing.reason as Error;
    }
  });
  return (file, options = {}) => {
    const key = JSON.stringify([file, options], refuseOtherThanData);
    const module = modules.get(key) ?? loadLightly(file, options);
    modules.set(key, module);
    return module;
  };
}

/** A replacer for JSON: what JSON would drop or change must not make two sets of options look alike. */
function refuseOtherThanData(this: unknown, name: string, shown: unknown): unknown {
  // Before its `toJSON`, which has been called for `shown`.
  const value = (this as Record<string, unknown>)[name];
  const isData =
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    Number.isFinite(value) ||
    Array.isArray(value) ||
    (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype);
  if (!isData || shown !== value) {
    throw new TypeError(`'${name}' of a shared module's options is not plain data.`);
  }
  return value;
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
