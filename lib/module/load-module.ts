import { HostFunctions } from '../host/host-functions.js';
import { namesWithoutLabels, withLabelsFound } from '../models/models.js';
import type { GuestExports, LoadOptions } from '../options/types.js';
import type { Executor } from '../runners/executor.js';
import type { ModuleDetails } from '../runners/module-details.js';
import { requireNotAborted, unlessAborted } from '../support/abort.js';

import { readInputsButModels } from './guest-inputs.js';
import { loadSettings } from './load-settings.js';
import type { LoadSettings } from './load-settings.js';
import { LoadedModule } from './loaded-module.js';
import { openModule } from './open-module.js';
import type * as Subprocess from './open-subprocess.js';
import type * as WorkerProcess from './open-worker-process.js';

/**
 * Loads a module once, to be run many times.
 *
 * @typeParam Exports The functions that the module exports, for the types of its calls.
 * @param file A path or `file:` URL: a .so or universal .wasm that was compiled ahead of time, or a plain .wasm, which is
 *   compiled once into the cache.
 * @param options Isolation, trust, what the guest sees, and its limits.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD, ERR_MODULE_INVALID, ERR_LINK (naming every import that
 *   cannot be met), ERR_MODEL, ERR_NATIVE_LOAD, ERR_INVALID_ARGUMENT, ERR_ABORTED; ERR_LIMIT with
 *   `limit: 'compile'` and ERR_QUEUE_FULL for an untrusted module; ERR_WORKER_DIED when a worker
 *   process cannot start.
 */
export async function loadModule<Exports extends object = GuestExports>(
  file: string | URL,
  options?: LoadOptions,
): Promise<LoadedModule<Exports>> {
  return loadDecided(loadSettings(file, options));
}

/** A module with the models, by name, that have no labels. */
export interface LabelledModule {
  module: LoadedModule;
  withoutLabels: readonly string[];
}

/**
 * As {@link loadModule}, for who tells people of missing labels: they are looked for once.
 *
 * @throws {WasmEdgeError} As {@link loadModule}.
 */
export async function loadLabelled(file: string, options: LoadOptions): Promise<LabelledModule> {
  const settings = loadSettings(file, options);
  const models = await withLabelsFound(settings.models);
  const module = await loadDecided<GuestExports>({ ...settings, models });
  return { module, withoutLabels: await namesWithoutLabels(models) };
}

async function loadDecided<Exports extends object>(
  settings: LoadSettings,
): Promise<LoadedModule<Exports>> {
  const { signals } = settings;
  requireNotAborted(signals);
  const { executor, details } = await unlessAborted(signals, open(settings), (opened) =>
    opened.executor.close(),
  );
  const hostFunctions = new HostFunctions(settings.hostFunctions, details);
  return new LoadedModule<Exports>(executor, details, settings, hostFunctions);
}

// What the other isolations are made of is loaded with the first module that has them.
async function open(
  settings: LoadSettings,
): Promise<{ executor: Executor; details: ModuleDetails }> {
  switch (settings.isolation) {
    case 'in-process':
      return openModule(
        settings,
        readInputsButModels(settings),
        settings.models.length > 0,
        settings.signals,
      );
    case 'worker-process':
      return (require('./open-worker-process.js') as typeof WorkerProcess).openWorkerPool(settings);
    case 'subprocess':
      return (require('./open-subprocess.js') as typeof Subprocess).openSubprocess(settings);
  }
}
