import path from 'node:path';

import { addon } from '../addon/native.js';
import type { NativeAbsentLlvmFile, NativeRequest } from '../addon/native.js';
import { versionLine } from '../compile/side-file.js';
import { loadModels } from '../models/models.js';
import type { ModuleDetails } from '../runners/module-details.js';
import { leaveLlvmOut, preloading } from '../runners/subprocess/absent-llvm.js';
import { SubprocessExecutor } from '../runners/subprocess/executor.js';
import type { Command } from '../runners/subprocess/invocation.js';
import { materialise } from '../runners/subprocess/materials.js';
import type { Materials } from '../runners/subprocess/materials.js';
import { openProgram } from '../runners/subprocess/program.js';
import type { Program } from '../runners/subprocess/program.js';
import { allOrNone } from '../support/abort.js';
import { WasmEdgeError, nativeCall } from '../support/errors.js';
import type { ExternalDescription } from '../support/shared-types.js';

import { readInputs } from './guest-inputs.js';
import type { LoadSettings } from './load-settings.js';
import { loadCode } from './module-code.js';
import { detailsOf, linkModule } from './open-module.js';

/**
 * Prepares a process of WasmEdge's program for each invocation. The module is parsed in this
 * process once, so that load and link errors appear now, as in every other isolation.
 */
export async function openSubprocess(
  settings: LoadSettings,
): Promise<{ executor: SubprocessExecutor; details: ModuleDetails }> {
  const { file, inference, limits, concurrency, maxQueue } = settings;
  const [program, code, inputs] = await allOrNone(settings.signals, (all) => [
    openProgram(settings.subprocess, settings.childEnv),
    loadCode(settings, all),
    readInputs(settings),
  ]);
  const { module, source } = code;
  refuseSockets(file, module.imports);
  if (module.isAot) await requireSameLine(program);
  const models = await loadModels(inputs.models, inference);
  await linkModule(module, { ...settings, concurrency: 1 }, inputs.files, models);
  await nativeCall(() => module.close());
  const name = `${path.parse(file).name}.wasm`;
  const absentLlvm = await leaveLlvmOut(program);
  const materials = await materialise(
    { content: source.bytes, name },
    { ...inputs.files, ...models.files },
    inputs.models,
  ).catch((error: unknown) => {
    absentLlvm?.close();
    throw error;
  });
  const modelSettings = inputs.models
    .filter((model) => model.settings !== '')
    .map((model) => `${model.name}=${model.settings}`)
    .join('\n');
  const executor = new SubprocessExecutor({
    ...{ concurrency, maxQueue, mode: module.isAot ? 'aot' : 'interpreter' },
    outputBytes: limits.outputBytes,
    limitsStreams: limits.limitsStreams,
    command: commandOf({ ...settings, modelSettings }, program, materials, {
      isAot: module.isAot,
      absentLlvm,
    }),
    cleanUp: () => {
      absentLlvm?.close();
      return materials.remove();
    },
  });
  return { executor, details: detailsOf(file, module) };
}

/** Socket functions of WASI itself: none of these opens a socket. */
const WASI_SOCKETS = ['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown'];

/**
 * WasmEdge's additions to WASI would open real sockets, bypassing everything that this package
 * permits.
 */
function refuseSockets(file: string, imports: readonly ExternalDescription[]): void {
  const found = imports.find(
    ({ module, name, params }) =>
      module === 'wasi_snapshot_preview1' &&
      name.startsWith('sock_') &&
      (!WASI_SOCKETS.includes(name) || (name === 'sock_accept' && params?.length !== 3)),
  );
  if (!found) return;
  throw new WasmEdgeError(
    'ERR_LINK',
    `${file} imports ${found.name}, by which WasmEdge's program opens sockets of the host: the isolation ` +
      "'subprocess' cannot run such a module. With 'in-process' and 'worker-process' it can be linked, and the function returns an errno.",
  );
}

/** Compiled modules fit one version line: that of the library that parsed this one. */
async function requireSameLine({ file, version }: Program): Promise<void> {
  const library = await nativeCall(() => addon().runtime());
  if (versionLine(library.version) === versionLine(version)) return;
  throw new WasmEdgeError(
    'ERR_NATIVE_LOAD',
    `WasmEdge's program ${file} is version ${version}, but the library ${library.path} is version ${library.version}: ` +
      'they cannot run the same compiled modules. Set WASMEDGE_DIR to a folder with both of the same ' +
      "version, or load a .wasm with aot: 'off'.",
  );
}

/** Builds the command line of each invocation. */
function commandOf(
  settings: LoadSettings & { modelSettings: string },
  program: Program,
  { guest, root, models }: Materials,
  { isAot, absentLlvm }: { isAot: boolean; absentLlvm: NativeAbsentLlvmFile | undefined },
): (request: NativeRequest, remainingMs: number | undefined) => Command {
  const { limits, inference, hostModules } = settings;
  const env = {
    ...program.env,
    WASMEDGE_EMBED_MODELS: Object.entries(models)
      .map(([name, file]) => `${name}=${file}`)
      .join('\n'),
    WASMEDGE_EMBED_MODEL_SETTINGS: settings.modelSettings,
    WASMEDGE_EMBED_INFERENCE: `threads=${inference.threads},kernels=${inference.kernels},rewrite=${String(inference.rewrite)}`,
    WASMEDGE_EMBED_LIMITS: (
      [
        ...(['models', 'modelBytes', 'sessions', 'sessionBytes'] as const),
        ...(['modelSubgraphs', 'modelArithmetic', 'modelActivationBytes', 'imagePixels'] as const),
      ] as const
    )
      .map((name) => `${name}=${limits[name]}`)
      .join(','),
  };
  const fixed = [
    ...runMode(program, isAot),
    ...['--dir', `/:${root}:readonly`],
    ...(limits.memoryPages < 65_536 ? ['--memory-page-limit', String(limits.memoryPages)] : []),
    ...(limits.fuel === undefined ? [] : ['--gas-limit', String(limits.fuel)]),
    ...(hostModules.includes('wasmedge_image') ? [] : ['--forbidden-plugin', 'wasmedge_image']),
  ];
  const withoutLlvm = preloading(env);
  return (request, remainingMs) => {
    const preload = absentLlvm?.descriptor;
    const args = [
      ...fixed,
      ...(remainingMs === undefined ? [] : ['--time-limit', String(remainingMs)]),
      ...request.env.flatMap((variable) => ['--env', variable]),
      ...['--', guest],
      // The program sets the guest's name itself.
      ...request.args.slice(1),
    ];
    const { file } = program;
    return preload === undefined ? { file, args, env } : { file, args, env: withoutLlvm, preload };
  };
}

function runMode({ version }: Program, isAot: boolean): string[] {
  if (versionLine(version) === '0.14') return isAot ? [] : ['--force-interpreter'];
  return ['--run-mode', isAot ? 'aot' : 'interpreter'];
}
