/**
 * Loads WebAssembly modules once and runs them in-process or, with the same functions, in child
 * processes.
 *
 * ```js
 * const { loadModule } = require('wasmedge-embed');
 * const module = await loadModule('guest.so');
 * const { stdout, exitCode } = await module.run({ stdin: 'input' });
 * await module.close();
 * ```
 *
 * Failures are {@link WasmEdgeError}s, whose `code` says what went wrong.
 *
 * @module wasmedge-embed
 */
export { compileModule } from './compile/compile-module.js';
export type {
  CompileEvent,
  CompileProgressEvent,
  ModeEvent,
  RunEvent,
} from './support/diagnostics.js';
export { WasmEdgeError } from './support/errors.js';
export type { Trap, WasmEdgeErrorCode, WasmEdgeErrorDetails } from './support/errors.js';
export type { GuestFrame } from './support/guest-stack.js';
export type { BoundingBox, Detection, DetectionAnswer } from './guest/detection.js';
export { findGuest } from './guest/guest-lookup.js';
export type { Task } from './guest/task.js';
export { Instance } from './module/instance.js';
export type { InstanceGlobals } from './module/instance-globals.js';
export { inspectModel } from './module/inspect-model.js';
export { inspectModule } from './module/inspect.js';
export type { ModuleDescription } from './module/inspect.js';
export type { FileTensor, OperatorCount, SignatureDescription } from './models/tflite/graph.js';
export type { ModelMetadata, TensorMetadata } from './models/tflite/metadata.js';
export type { ZipEntry } from './models/tflite/zip.js';
export { loadModule } from './module/load-module.js';
export { LoadedModule } from './module/loaded-module.js';
export type { ModelDescription } from './module/model-description.js';
export { findModel } from './models/model-lookup.js';
export type { FoundModel } from './models/model-lookup.js';
export type {
  ArgumentsOf,
  BytesLike,
  Caller,
  CallOptions,
  CompileLimits,
  CompileOptions,
  ExportName,
  ExternalDescription,
  Fit,
  GuestMemory,
  HostFunction,
  Imports,
  GuestExports,
  GuestFunction,
  GuestResult,
  HostDirectoryOptions,
  InferenceFailure,
  InferenceOptions,
  InputStream,
  InstantiateOptions,
  InvokeResult,
  Isolation,
  Kernels,
  Limits,
  LoadOptions,
  ModelCosts,
  ModelOptions,
  Normalization,
  OptionalHostModule,
  OutputFunction,
  OutputTarget,
  ResultOf,
  RewriteDescription,
  RunOptions,
  RunResult,
  SubprocessOptions,
  TensorDescription,
  Timings,
  ValueType,
  WorkerProcessOptions,
} from './options/types.js';
