import { availableParallelism } from 'node:os';

import type { NativeInferenceOptions } from '../addon/native.js';
import { UNTRUSTED, compileLimits } from '../compile/compile-limits.js';
import { fileSources } from '../guest/guest-files.js';
import type { FileSources } from '../guest/guest-files.js';
import { folderSettings, hasRoot } from '../guest/folders.js';
import type { FolderSettings } from '../guest/folders.js';
import { modelSources } from '../models/models.js';
import type { ModelSources } from '../models/models.js';
import { hostFunctions as givenFunctions, namesOf } from '../host/imports.js';
import type { GivenFunction } from '../host/imports.js';
import { resolveLimits } from '../options/limits.js';
import {
  abortSignal,
  boolean,
  environment,
  integer,
  oneOf,
  optionsObject,
  text,
  textList,
} from '../options/validation.js';
import type { Kernels } from '../options/types.js';
import type { EngineSettings } from '../runners/engine-settings.js';
import { checkedInvocation, programName } from '../runners/request.js';
import type { InvocationDefaults } from '../runners/request.js';
import { subprocessSettings } from '../runners/subprocess/settings.js';
import type { SubprocessSettings } from '../runners/subprocess/settings.js';
import { workerProcessSettings } from '../runners/worker-process/settings.js';
import type { WorkerProcessSettings } from '../runners/worker-process/settings.js';
import { WasmEdgeError } from '../support/errors.js';
import type { Isolation } from '../support/shared-types.js';

import { moduleFile } from './module-file.js';
import type { ModuleFile } from './module-file.js';

/** All options of {@link loadModule}, validated and resolved; nothing has been read yet. */
export interface LoadSettings extends EngineSettings, ModuleFile {
  isolation: Isolation;
  argv0: string | undefined;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  files: FileSources;
  models: ModelSources;
  hostFunctions: readonly GivenFunction[];
  workerProcess: WorkerProcessSettings;
  subprocess: SubprocessSettings;
  /** Each of them aborts loading. */
  signals: readonly AbortSignal[];
  /**
   * Those of them that end compilation, also for a module that is loaded and interpreted in the
   * meantime.
   */
  compileSignals: readonly AbortSignal[];
}

export const ISOLATIONS: readonly Isolation[] = ['in-process', 'worker-process', 'subprocess'];
export const AOT_MODES = ['auto', 'off', 'background'] as const;
export const KERNELS: readonly Kernels[] = ['xnnpack', 'builtin'];

const KNOWN = [
  'name',
  'isolation',
  'argv0',
  'args',
  'env',
  'files',
  'directories',
  'scratch',
  'models',
  'inference',
  'hostModules',
  'imports',
  'snapshot',
  'limits',
  'aot',
  'trusted',
  'compile',
  'signal',
  'concurrency',
  'maxQueue',
  'maxWaiting',
  'workerProcess',
  'subprocess',
  'childEnv',
] as const;

/** Validates the arguments of {@link loadModule}. */
export function loadSettings(file: unknown, options: unknown): LoadSettings {
  const given = optionsObject('options', options, KNOWN);
  const concurrency = integer('concurrency', given.concurrency, {
    min: 1,
    max: 256,
    fallback: availableParallelism(),
  });
  const isolation = oneOf('isolation', given.isolation, ISOLATIONS, 'in-process');
  const hostFunctions = givenFunctions(given.imports);
  if (isolation === 'subprocess' && hostFunctions.length > 0) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "The isolation 'subprocess' does not support imports: WasmEdge's own program runs the guest and " +
        "cannot call functions of this process. Use 'in-process' or 'worker-process'.",
    );
  }
  const code = moduleFile(file, given.name);
  const defaults = {
    ...{ isolation, concurrency },
    argv0: programName(given.argv0, isolation),
    args: given.args === undefined ? [] : textList('args', given.args),
    env: given.env === undefined ? {} : environment('env', given.env),
    limits: resolveLimits(given.limits),
    maxQueue: integer('maxQueue', given.maxQueue, { min: 0, max: 1_000_000, fallback: 1024 }),
    maxWaiting: integer('maxWaiting', given.maxWaiting, { min: 0, max: 1000, fallback: 64 }),
  };
  return {
    ...code,
    ...defaults,
    hostFunctions,
    imports: namesOf(hostFunctions),
    ...guestTree(given, isolation),
    inference: inferenceOptions(given.inference),
    hostModules: optionalHostModules(given.hostModules),
    ...snapshotSettings(given.snapshot, code.file, defaults),
    childEnv: given.childEnv === undefined ? {} : environment('childEnv', given.childEnv),
    // Options of other isolations are checked but have no effect, so that changing the isolation
    // takes only one option.
    workerProcess: workerProcessSettings(given.workerProcess, concurrency),
    subprocess: subprocessSettings(given.subprocess),
    ...compileSettings(given, isolation),
  };
}

function snapshotSettings(
  given: unknown,
  file: string,
  defaults: InvocationDefaults,
): Pick<LoadSettings, 'snapshot'> {
  if (given === undefined) return {};
  const name = text('snapshot', given);
  if (defaults.isolation === 'subprocess') {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "The isolation 'subprocess' does not support snapshots: WasmEdge's own program creates the instance, " +
        "from the module alone. Use 'in-process' or 'worker-process'.",
    );
  }
  const { args, env } = checkedInvocation({}, file, defaults).request;
  return { snapshot: { function: name, args, env } };
}

/** The contents of the guest's file system. */
function guestTree(
  given: Partial<Record<'files' | 'models' | 'directories' | 'scratch', unknown>>,
  isolation: Isolation,
): { files: FileSources; models: ModelSources; folders: FolderSettings } {
  const files = fileSources(given.files);
  const models = modelSources(given.models);
  const folders = folderSettings(given.directories, given.scratch);
  if (folders.length > 0 && isolation === 'subprocess') {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "The isolation 'subprocess' does not support directories and scratch: it uses WasmEdge's own WASI, which " +
        "this package cannot confine. Use 'in-process' or 'worker-process'.",
    );
  }
  if (hasRoot(folders) && (files.length > 0 || models.length > 0)) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "A folder named '/' or '.' leaves no room for files and models. Choose another name, such as " +
        "'/data'.",
    );
  }
  return { files, models, folders };
}

function compileSettings(
  given: Partial<Record<'aot' | 'trusted' | 'compile' | 'signal', unknown>>,
  isolation: Isolation,
): Pick<LoadSettings, 'aot' | 'trusted' | 'compile' | 'signals' | 'compileSignals'> {
  const aot = oneOf('aot', given.aot, AOT_MODES, 'auto');
  const compile = optionsObject('compile', given.compile, ['timeoutMs', 'memoryBytes', 'signal']);
  const trusted = boolean('trusted', given.trusted, true);
  if (aot === 'background') requireBackground(trusted, isolation);
  const signals = [abortSignal('signal', given.signal)].filter((each) => each !== undefined);
  const compileSignals = [abortSignal('compile.signal', compile.signal)].filter(
    (each) => each !== undefined,
  );
  return {
    ...{ aot, trusted, compileSignals },
    compile: compileLimits('compile.', compile, trusted ? undefined : UNTRUSTED),
    signals: [...signals, ...compileSignals],
  };
}

function requireBackground(trusted: boolean, isolation: Isolation): void {
  if (!trusted) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "An untrusted module cannot be compiled in the background: it must be compiled before anything else reads it. Use aot: 'auto' or 'off' " +
        'with trusted: false.',
    );
  }
  if (isolation === 'subprocess') {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      "The isolation 'subprocess' does not support aot: 'background': its processes run the file that was prepared at load. Use 'in-process' " +
        "or 'worker-process'.",
    );
  }
}

function inferenceOptions(value: unknown): NativeInferenceOptions {
  const given = optionsObject('inference', value, ['threads', 'kernels', 'rewrite']);
  return {
    threads: integer('inference.threads', given.threads, { min: 1, max: 64, fallback: 1 }),
    kernels: oneOf('inference.kernels', given.kernels, KERNELS, 'xnnpack'),
    rewrite: boolean('inference.rewrite', given.rewrite, true),
  };
}

function optionalHostModules(value: unknown): string[] {
  const names = value === undefined ? [] : textList('hostModules', value);
  return names.map((name) => oneOf('a name in hostModules', name, ['wasmedge_image'], name));
}
