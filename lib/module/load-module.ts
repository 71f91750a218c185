import type * as Host from '../host/host-functions.js';
import { namesWithoutLabels, withLabelsFound } from '../models/models.js';
import type { BytesLike, GuestExports, LoadOptions } from '../options/types.js';
import type { Executor } from '../runners/executor.js';
import { copyOf } from '../runners/large-input.js';
import type { ModuleDetails } from '../runners/module-details.js';
import { requireNotAborted, unlessAborted } from '../support/abort.js';

import type { BackgroundCompilation } from './background-compilation.js';
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
 * @param file A path or `file:` URL of a .so or universal .wasm that was compiled ahead of time, or
 *   of a plain .wasm, which is compiled once into the cache. Or the bytes of a .wasm, which is
 *   compiled in the same way. Native code in bytes is never run: a shared object is rejected, and
 *   compiled code inside a .wasm is ignored. Up to 16 MiB are copied before `loadModule` returns; a
 *   larger module is copied in slices while the event loop continues, and must not change until the
 *   promise settles.
 * @param options Isolation, trust, what the guest sees, and its limits.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD, ERR_MODULE_INVALID, ERR_LINK (naming every missing
 *   import), ERR_MODEL, ERR_NATIVE_LOAD, ERR_INVALID_ARGUMENT, ERR_ABORTED; ERR_LIMIT with `limit:
 *   'compile'` and ERR_QUEUE_FULL for an untrusted module; ERR_WORKER_DIED if a worker process
 *   cannot start.
 */
export async function loadModule<Exports extends object = GuestExports>(
  file: string | URL | BytesLike,
  options?: LoadOptions,
): Promise<LoadedModule<Exports>> {
  return loadDecided(loadSettings(file, options));
}

/** A module, and the names of its models without labels. */
export interface LabelledModule {
  module: LoadedModule;
  withoutLabels: readonly string[];
}

/**
 * Like {@link loadModule}, for callers that report missing labels: they are looked up only once.
 *
 * @throws {WasmEdgeError} As {@link loadModule}.
 */
export async function loadLabelled(file: string, options: LoadOptions): Promise<LabelledModule> {
  const settings = loadSettings(file, options);
  const models = await withLabelsFound(settings.models);
  const module = await loadDecided<GuestExports>({ ...settings, models });
  return { module, withoutLabels: await namesWithoutLabels(models) };
}

async function loadDecided<Exports extends object>({
  bytes,
  ...settings
}: LoadSettings): Promise<LoadedModule<Exports>> {
  const { signals } = settings;
  requireNotAborted(signals);
  // The caller's bytes: copied before anything is awaited.
  const own = bytes && { bytes: await copyOf(bytes, 'file') };
  let hostFunctions: Host.HostFunctions | undefined;
  const { executor, details, background } = await unlessAborted(
    signals,
    open({ ...settings, ...own }, (linked) => {
      // What the first process imports applies to all: it reported that before a guest ran there.
      hostFunctions ??= importedOf(settings, linked);
      return hostFunctions?.begin();
    }),
    (it) => Promise.all([it.background?.stop(), it.executor.close()]),
  );
  hostFunctions ??= importedOf(settings, details);
  return new LoadedModule<Exports>(executor, details, settings, hostFunctions, background);
}

/** The host functions that the module imports. The code for them is loaded on first use. */
function importedOf(
  { hostFunctions: given }: LoadSettings,
  details: ModuleDetails,
): Host.HostFunctions | undefined {
  if (given.length === 0) return undefined;
  const { HostFunctions } = require('../host/host-functions.js') as typeof Host;
  const imported = new HostFunctions(given, details);
  return imported.isEmpty ? undefined : imported;
}

interface Opened {
  executor: Executor;
  details: ModuleDetails;
  background?: BackgroundCompilation;
}

/** Returns the handler for host calls of a guest that runs while its module is loaded. */
type Linked = (details: ModuleDetails) => Host.InvocationCalls | undefined;

// The code for other isolations is loaded on first use.
async function open(settings: LoadSettings, linked: Linked): Promise<Opened> {
  switch (settings.isolation) {
    case 'in-process':
      return openModule(
        settings,
        readInputsButModels(settings),
        settings.models.length > 0,
        settings.signals,
        settings.compileSignals,
        settings.snapshot && linked,
      );
    case 'worker-process':
      return (require('./open-worker-process.js') as typeof WorkerProcess).openWorkerPool(
        settings,
        linked,
      );
    case 'subprocess':
      return (require('./open-subprocess.js') as typeof Subprocess).openSubprocess(settings);
  }
}
