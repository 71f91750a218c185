import path from 'node:path';

import { childEnvironment } from '../../child-environment.js';
import { readInputs } from '../../guest-inputs.js';
import type { ReadInputs } from '../../guest-inputs.js';
import type { EngineSettings, LoadSettings } from '../../load-settings.js';
import type { ModuleFacts } from '../runner.js';

import { WorkerPool } from './pool.js';
import type { WorkerStart } from './worker.js';

const SCRIPT = path.join(__dirname, 'child.js');

/** Loads a module into worker processes; ready when the first of them is. */
export async function openWorkerPool(
  settings: LoadSettings,
): Promise<{ executor: WorkerPool; facts: ModuleFacts }> {
  const { concurrency, maxQueue, workerProcess } = settings;
  const inputs = await readInputs(settings);
  const pool = new WorkerPool(workerStart(settings, inputs), {
    ...workerProcess,
    concurrency,
    maxQueue,
  });
  return { executor: pool, facts: await pool.open() };
}

function workerStart(settings: LoadSettings, { files, models }: ReadInputs): WorkerStart {
  const { workers, recycleAboveBytes } = settings.workerProcess;
  const runs = Math.ceil(settings.concurrency / workers);
  const engine: EngineSettings = {
    file: settings.file,
    aot: settings.aot,
    inference: settings.inference,
    hostModules: settings.hostModules,
    limits: settings.limits,
    concurrency: runs,
    // The pool gives no more than that; but a thread is free a moment after its answer.
    maxQueue: runs,
    childEnv: settings.childEnv,
  };
  return {
    message: {
      type: 'load',
      parent: process.pid,
      settings: engine,
      files: Object.keys(files),
      models: models.map(({ name, path, labels, normalize }) => ({
        ...{ name, normalize, hasLabels: labels !== null },
        ...(path !== undefined && { path }),
      })),
      tellMemory: Number.isSafeInteger(recycleAboveBytes + 1),
    },
    arrays: [
      ...Object.values(files),
      ...models.flatMap(({ content, labels }) => [content, labels ?? new Uint8Array()]),
    ],
    script: SCRIPT,
    folder: process.cwd(),
    // As it is now: so all workers have the same, whenever they are started.
    env: childEnvironment(settings.childEnv),
  };
}
