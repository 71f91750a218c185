import { loadCompiled } from './aot-cache.js';
import { WasmEdgeError, nativeCall } from './errors.js';
import type { GuestInputs } from './guest-inputs.js';
import type { ResolvedLimits } from './limits.js';
import type { EngineSettings } from './load-settings.js';
import { loadModels } from './models.js';
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

/** Loads a module with its models into this process, links it, and starts its first thread. */
export async function openModule(
  settings: EngineSettings,
  inputs: Promise<GuestInputs>,
): Promise<OpenModule> {
  const { file, aot, inference, hostModules, limits, concurrency, maxQueue } = settings;
  const [module, { files, models }] = await Promise.all([
    loadNative(file, aot, limits),
    inputs.then(async (read) => ({
      files: read.files,
      models: await loadModels(read.models, inference),
    })),
  ]);
  await nativeCall(() => {
    module.start({
      files: { ...files, ...models.files },
      models: models.byName,
      inference,
      hostModules,
      limits,
      concurrency,
      maxQueue,
    });
  });
  return {
    executor: new InProcessExecutor(module),
    facts: {
      file,
      mode: module.isAot ? 'aot' : 'interpreter',
      imports: module.imports,
      exports: module.exports,
    },
  };
}

async function loadNative(
  file: string,
  aot: 'auto' | 'off',
  { fuel, tableElements }: ResolvedLimits,
): Promise<NativeModule> {
  const meter = fuel !== undefined;
  // Before the file is opened as a library, which runs what a foreign one may hold.
  const side = await verifySideFile(file);
  const module = await nativeCall(() =>
    addon().Module.load(file, file, { forceInterpreter: aot === 'off', tableElements }),
  );
  if (module.form === 'plain') {
    return aot === 'off' ? module : ((await loadCompiled(file, meter, tableElements)) ?? module);
  }
  if (meter && side?.options.meter !== true) {
    throw new WasmEdgeError(
      'ERR_MODULE_INVALID',
      `${file} is not known to measure its instructions, which limits.fuel needs. Compile it with ` +
        "compileModule(…, { meter: true }) or 'wasmedge-embed compile --meter', and keep its side " +
        'file beside it.',
    );
  }
  return module;
}
