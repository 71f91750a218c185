import { copyOf } from '../runners/large-input.js';
import type { EngineSettings } from '../runners/engine-settings.js';
import type { ModuleDetails } from '../runners/module-details.js';
import { WorkerPool } from '../runners/worker-process/pool.js';
import type { WorkerStart } from '../runners/worker-process/worker.js';
import { allOrNone } from '../support/abort.js';
import { childEnvironment } from '../support/child-environment.js';
import { requireInstalled } from '../support/package-root.js';

import type * as Background from './background-compilation.js';
import type { BackgroundCompilation } from './background-compilation.js';
import { readInputs } from './guest-inputs.js';
import type { ReadInputs } from './guest-inputs.js';
import type { LoadSettings } from './load-settings.js';
import { prepareCode } from './module-code.js';

/**
 * Loads a module into worker processes; ready when the first of them is.
 *
 * @param loadCalls Returns the handler for host calls of a guest that runs while a worker loads the
 *   module.
 */
export async function openWorkerPool(
  settings: LoadSettings,
  loadCalls: WorkerStart['loadCalls'],
): Promise<{
  executor: WorkerPool;
  details: ModuleDetails;
  background?: BackgroundCompilation;
}> {
  requireInstalled();
  const { concurrency, maxQueue, workerProcess, signals } = settings;
  // Compiled here, since compilation is limited for all modules of this process together.
  const [prepared, inputs] = await allOrNone(signals, (all) => [
    prepareCode(settings, all),
    readInputs(settings),
  ]);
  const start = { ...(await workerStart(prepared.settings, inputs)), loadCalls };
  const pool = new WorkerPool(start, {
    ...workerProcess,
    concurrency,
    maxQueue,
    maxWaiting: settings.maxWaiting,
  });
  const opened = { executor: pool, details: await pool.open(signals) };
  const { interim } = prepared;
  if (!interim) return opened;
  const { BackgroundCompilation } = require('./background-compilation.js') as typeof Background;
  const background = new BackgroundCompilation(
    { settings, source: interim, isolation: 'worker-process', signals: settings.compileSignals },
    (_, changed) => {
      const { message } = start;
      pool.renew(
        { ...start, message: { ...message, settings: { ...message.settings, aot: 'auto' } } },
        (mode) => {
          // If the code has disappeared from the cache, a worker may have failed to compile it.
          if (mode === 'aot') changed();
        },
      );
    },
  );
  return { ...opened, background };
}

async function workerStart(
  settings: LoadSettings,
  { files, models }: ReadInputs,
): Promise<WorkerStart> {
  const { workers, recycleAboveBytes } = settings.workerProcess;
  const runs = Math.ceil(settings.concurrency / workers);
  const engine: EngineSettings = {
    file: settings.file,
    aot: settings.aot,
    trusted: settings.trusted,
    compile: settings.compile,
    inference: settings.inference,
    hostModules: settings.hostModules,
    folders: settings.folders,
    limits: settings.limits,
    concurrency: runs,
    // The pool sends no more than that, but a thread only becomes free a moment after its answer.
    maxQueue: runs + settings.maxWaiting,
    maxWaiting: settings.maxWaiting,
    imports: settings.imports,
    childEnv: settings.childEnv,
    ...(settings.snapshot && { snapshot: settings.snapshot }),
  };
  return {
    message: {
      type: 'load',
      parent: process.pid,
      settings: engine,
      hasBytes: settings.bytes !== undefined,
      files: settings.files.map(([path]) => path),
      models: models.map(({ name, path, labels, normalize, fitting, settings: modelSettings }) => ({
        ...{ name, normalize, fitting, settings: modelSettings, hasLabels: labels !== null },
        ...(path !== undefined && { path }),
      })),
      tellMemory: Number.isSafeInteger(recycleAboveBytes + 1),
    },
    arrays: await ownArrays([
      ...(settings.bytes ? [{ name: 'file', bytes: settings.bytes, isGiven: false }] : []),
      ...settings.files.map(([path, source]) => ({
        name: `files['${path}']`,
        bytes: files[path],
        isGiven: typeof source !== 'string',
      })),
      ...models.flatMap(({ name, path, content, labels }) => [
        { name: `models.${name}`, bytes: content, isGiven: path === undefined },
        { name: 'labels', bytes: labels ?? undefined, isGiven: false },
      ]),
    ]),
    script: require.resolve('./worker-process-child.js'),
    folder: process.cwd(),
    // The current environment, so that all workers have the same one, whenever they are started.
    env: childEnvironment(settings.childEnv),
  };
}

interface SentBytes {
  name: string;
  bytes: Uint8Array | undefined;
  /**
   * Whether the bytes belong to the caller, who may change them: they are kept for future workers.
   */
  isGiven: boolean;
}

async function ownArrays(given: readonly SentBytes[]): Promise<Uint8Array[]> {
  const own: Uint8Array[] = [];
  for (const { name, bytes = new Uint8Array(), isGiven } of given) {
    own.push(isGiven ? await copyOf(bytes, name) : bytes);
  }
  return own;
}
