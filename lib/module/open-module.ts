import { addon } from '../addon/native.js';
import type { NativeModule } from '../addon/native.js';
import { loadModels } from '../models/models.js';
import type { LoadedModels } from '../models/models.js';
import type { HostCallReceiver } from '../host/host-functions.js';
import { InProcessExecutor } from '../runners/in-process.js';
import type { EngineSettings } from '../runners/engine-settings.js';
import type { ModuleDetails } from '../runners/module-details.js';
import { allOrNone, requireNotAborted } from '../support/abort.js';
import { nativeCall } from '../support/errors.js';

import type * as Background from './background-compilation.js';
import type { BackgroundCompilation } from './background-compilation.js';
import type { GuestInputs } from './guest-inputs.js';
import { loadCode, parseCompiled } from './module-code.js';
import type { ModuleFile } from './module-file.js';
import type * as Snapshots from './snapshot.js';

/** A module that this process runs. */
export interface OpenModule {
  executor: InProcessExecutor;
  details: ModuleDetails;
  /** For a module that is interpreted in the meantime. */
  background?: BackgroundCompilation;
}

/**
 * Loads a module with its models into this process, links it, and starts its first thread.
 *
 * @param hasModels Whether the inputs will include models.
 * @param signals Each of them ends compilation, and everything that has not begun by then.
 * @param compileSignals Those of them that end the compilation of a module that is interpreted in
 *   the meantime.
 * @param linked Called when the module is linked, before any of it runs: returns the handler for
 *   host calls of the function from whose state instances start.
 */
export async function openModule(
  settings: EngineSettings & ModuleFile,
  inputs: Promise<GuestInputs>,
  hasModels: boolean,
  signals: readonly AbortSignal[] = [],
  compileSignals: readonly AbortSignal[] = [],
  linked?: (
    details: ModuleDetails,
  ) => HostCallReceiver | undefined | Promise<HostCallReceiver | undefined>,
): Promise<OpenModule> {
  openLibraries(hasModels);
  const [{ module, source, isInterim }, { files, models }] = await allOrNone(signals, (all) => [
    loadCode(settings, all),
    inputs.then(async (read) => ({
      files: read.files,
      models: await loadModels(read.models, settings.inference),
    })),
  ]);
  if (isInterim) requireNotAborted(signals);
  const details = detailsOf(settings.file, module);
  const { snapshot } = settings;
  const snapshots = snapshot && (require('./snapshot.js') as typeof Snapshots);
  if (snapshot) snapshots?.requireInit(snapshot, settings.file, details.exports);
  await linkModule(module, settings, files, models);
  const calls = linked && (await linked(details));
  const executor = new InProcessExecutor(module, settings);
  const opened = { executor, details };
  if (snapshot && snapshots) {
    try {
      await snapshots.takeSnapshot(
        { module, source, executor },
        snapshot,
        settings,
        calls,
        signals,
      );
    } catch (error) {
      await executor.close();
      throw error;
    }
  }
  if (!isInterim) return opened;
  const { BackgroundCompilation } = require('./background-compilation.js') as typeof Background;
  const background = new BackgroundCompilation(
    { settings, source, isolation: 'in-process', signals: compileSignals },
    async (output, changed) => {
      const { module: compiled } = await parseCompiled(
        settings,
        output,
        snapshot ? module : undefined,
      );
      await nativeCall(() => {
        module.changeTo(compiled);
      });
      changed();
    },
  );
  return { ...opened, background };
}

/** Facts about a module from its code; `file` as given by the caller. */
export function detailsOf(file: string, module: NativeModule): ModuleDetails {
  const { isAot, imports, exports } = module;
  return { file, mode: isAot ? 'aot' : 'interpreter', imports, exports };
}

/** Opens the libraries on other threads, while this one reads files. */
function openLibraries(hasModels: boolean): void {
  // A failure here occurs again when the library is needed, and is reported there.
  const open = async (): Promise<void> => {
    const native = addon();
    await Promise.all([native.runtime(), hasModels ? native.inference() : undefined]);
  };
  open().catch(() => undefined);
}

/** Links a module with its inputs, and starts its first thread. */
export async function linkModule(
  module: NativeModule,
  settings: EngineSettings,
  files: GuestInputs['files'],
  models: LoadedModels,
): Promise<void> {
  const { folders, inference, hostModules, limits, concurrency, maxQueue, maxWaiting } = settings;
  const imports: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [name, each] of settings.imports) (imports[name] ??= []).push(each);
  await nativeCall(() => {
    module.start({
      files: { ...files, ...models.files },
      models: models.byName,
      ...{ folders, inference, hostModules, limits, concurrency, maxQueue, maxWaiting, imports },
    });
  });
}
