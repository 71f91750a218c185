import type * as AotCache from './aot-cache.js';
import { WasmEdgeError, nativeCall } from './errors.js';
import type { GuestInputs } from './guest-inputs.js';
import type { EngineSettings } from './load-settings.js';
import { loadModels } from './models.js';
import type { LoadedModels } from './models.js';
import { addon } from './native.js';
import type { NativeModule } from './native.js';
import { InProcessExecutor } from './runners/in-process.js';
import type { ModuleFacts } from './runners/runner.js';
import { verifySideFile } from './side-file.js';

/** A module that this process runs. */
export interface OpenModule {
  executor: InProcessExecutor;
  facts: ModuleFacts;
}

/**
 * Loads a module with its models into this process, links it, and starts its first thread.
 *
 * @param hasModels Whether there will be models among the inputs.
 */
export async function openModule(
  settings: EngineSettings,
  inputs: Promise<GuestInputs>,
  hasModels: boolean,
): Promise<OpenModule> {
  openLibraries(hasModels);
  const [{ module }, { files, models }] = await Promise.all([
    loadCode(settings),
    inputs.then(async (read) => ({
      files: read.files,
      models: await loadModels(read.models, settings.inference),
    })),
  ]);
  await linkModule(module, settings, files, models);
  return {
    executor: new InProcessExecutor(module, settings),
    facts: factsOf(settings.file, module),
  };
}

/** What is known of a module by its code; `file` as the caller gave it. */
export function factsOf(file: string, module: NativeModule): ModuleFacts {
  const { isAot, imports, exports } = module;
  return { file, mode: isAot ? 'aot' : 'interpreter', imports, exports };
}

/** Has the libraries opened by other threads, while this one reads files. */
function openLibraries(hasModels: boolean): void {
  // What fails here fails again where it is needed, and is told there.
  const open = async (): Promise<void> => {
    const native = addon();
    await Promise.all([native.runtime(), hasModels ? native.inference() : undefined]);
  };
  open().catch(() => undefined);
}

/** A module's code, read and not linked yet. */
export interface Code {
  module: NativeModule;
  /** The file that it came from: the module's own, or its compiled form in the cache. */
  file: string;
}

/** Reads a module in the form in which it will run: a plain one is compiled, once. */
export async function loadCode({ file, aot, limits, childEnv }: EngineSettings): Promise<Code> {
  const meter = limits.fuel !== undefined;
  const { tableElements } = limits;
  // Before the file is opened as a library, which runs what a foreign one may hold.
  const side = await verifySideFile(file);
  const module = await nativeCall(() =>
    addon().Module.load(file, file, { forceInterpreter: aot === 'off', tableElements }),
  );
  if (module.form === 'plain') {
    if (aot === 'off') return { module, file };
    const { loadCompiled } = require('./aot-cache.js') as typeof AotCache;
    return (await loadCompiled(file, meter, tableElements, childEnv)) ?? { module, file };
  }
  if (meter && side?.options.meter !== true) {
    throw new WasmEdgeError(
      'ERR_MODULE_INVALID',
      `${file} is not known to measure its instructions, which limits.fuel needs. Compile it with ` +
        "compileModule(…, { meter: true }) or 'wasmedge-embed compile --meter', and keep its side " +
        'file beside it.',
    );
  }
  return { module, file };
}

/** Links a module with what it is given, and starts its first thread. */
export async function linkModule(
  module: NativeModule,
  settings: EngineSettings,
  files: GuestInputs['files'],
  models: LoadedModels,
): Promise<void> {
  const { inference, hostModules, limits, concurrency, maxQueue } = settings;
  await nativeCall(() => {
    module.start({
      files: { ...files, ...models.files },
      models: models.byName,
      ...{ inference, hostModules, limits, concurrency, maxQueue },
    });
  });
}
