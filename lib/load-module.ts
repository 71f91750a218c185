import { availableParallelism } from 'node:os';

import { loadCompiled } from './aot-cache.js';
import { WasmEdgeError, nativeCall } from './errors.js';
import { fileSources, loadGuestFiles } from './guest-files.js';
import { resolveLimits } from './limits.js';
import type { ResolvedLimits } from './limits.js';
import { LoadedModule } from './loaded-module.js';
import { loadModels, modelSources } from './models.js';
import { addon } from './native.js';
import type { NativeInferenceOptions, NativeModule } from './native.js';
import { environment, integer, nonEmptyText, oneOf, optionsObject, textList } from './options.js';
import { InProcessRunner } from './runners/in-process.js';
import { verifySideFile } from './side-file.js';
import type { LoadOptions } from './types.js';

const KNOWN = [
  'isolation',
  'args',
  'env',
  'files',
  'models',
  'inference',
  'hostModules',
  'limits',
  'aot',
  'concurrency',
  'maxQueue',
] as const;

/**
 * Loads a module once, to be run many times.
 *
 * @param file A .so or universal .wasm that was compiled ahead of time, or a plain .wasm, which is
 *   compiled once into the cache.
 * @throws {WasmEdgeError} ERR_MODULE_LOAD, ERR_MODULE_INVALID, ERR_LINK (naming every import that
 *   cannot be met), ERR_MODEL, ERR_NATIVE_LOAD, ERR_INVALID_ARGUMENT.
 */
export async function loadModule(file: string, options?: LoadOptions): Promise<LoadedModule> {
  nonEmptyText('file', file);
  const given = optionsObject('options', options, KNOWN);
  oneOf('isolation', given.isolation, ['in-process'], 'in-process');
  const args = given.args === undefined ? [] : textList('args', given.args);
  const env = given.env === undefined ? {} : environment('env', given.env);
  const aot = oneOf('aot', given.aot, ['auto', 'off'], 'auto');
  const inference = inferenceOptions(given.inference);
  const hostModules = optionalHostModules(given.hostModules);
  const limits = resolveLimits(given.limits);
  const concurrency = integer('concurrency', given.concurrency, {
    min: 1,
    max: 256,
    fallback: availableParallelism(),
  });
  const maxQueue = integer('maxQueue', given.maxQueue, { min: 0, max: 1_000_000, fallback: 1024 });

  const files = fileSources(given.files);
  const models = modelSources(given.models);

  const [module, guestFiles, loadedModels] = await Promise.all([
    loadNative(file, aot, limits),
    loadGuestFiles(files, limits.fileBytes),
    loadModels(models, inference),
  ]);
  await nativeCall(() => {
    module.start({
      files: { ...guestFiles, ...loadedModels.files },
      models: loadedModels.byName,
      inference,
      hostModules,
      limits,
      concurrency,
      maxQueue,
    });
  });
  return new LoadedModule(new InProcessRunner(module, file, { args, env, limits }), {
    file,
    mode: module.isAot ? 'aot' : 'interpreter',
    imports: module.imports,
    exports: module.exports,
  });
}

function inferenceOptions(value: unknown): NativeInferenceOptions {
  const given = optionsObject('inference', value, ['threads', 'kernels']);
  return {
    threads: integer('inference.threads', given.threads, { min: 1, max: 64, fallback: 1 }),
    kernels: oneOf(
      'inference.kernels',
      given.kernels,
      ['xnnpack', 'builtin', 'reference'],
      'xnnpack',
    ),
  };
}

function optionalHostModules(value: unknown): string[] {
  const names = value === undefined ? [] : textList('hostModules', value);
  return names.map((name) => oneOf('a name in hostModules', name, ['wasmedge_image'], name));
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
