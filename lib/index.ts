/**
 * Loads WebAssembly modules once and runs them in-process or, behind the same functions, in processes
 * of their own.
 *
 * ```js
 * const { loadModule } = require('wasmedge-embed');
 * const module = await loadModule('guest.so');
 * const { stdout, exitCode } = await module.run({ stdin: 'input' });
 * await module.close();
 * ```
 *
 * What fails, fails with a {@link WasmEdgeError}, whose `code` tells what went wrong.
 *
 * @module wasmedge-embed
 */
export { compileModule } from './compile-module.js';
export type { CompileEvent, RunEvent } from './diagnostics.js';
export { WasmEdgeError } from './errors.js';
export type { Trap, WasmEdgeErrorCode, WasmEdgeErrorDetails } from './errors.js';
export { findGuest } from './guest-lookup.js';
export { inspectModel, inspectModule } from './inspect.js';
export type { ModelDescription, ModuleDescription } from './inspect.js';
export { loadModule } from './load-module.js';
export { LoadedModule } from './loaded-module.js';
export { findModel } from './model-lookup.js';
export type { FoundModel } from './model-lookup.js';
export type {
  BytesLike,
  CompileLimits,
  CompileOptions,
  ExternalDescription,
  InferenceOptions,
  InvokeResult,
  Isolation,
  Kernels,
  Limits,
  LoadOptions,
  ModelOptions,
  Normalization,
  OptionalHostModule,
  RewriteDescription,
  RunOptions,
  RunResult,
  SubprocessOptions,
  TensorDescription,
  Timings,
  ValueType,
  WorkerProcessOptions,
} from './types.js';
