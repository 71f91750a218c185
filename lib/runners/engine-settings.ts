import type { NativeFolder, NativeInferenceOptions } from '../addon/native.js';
import type { ResolvedCompileLimits } from '../compile/compile-limits.js';
import type { ImportNames } from '../host/imports.js';
import type { ResolvedLimits } from '../options/limits.js';

/** The call whose resulting state is the initial one of a module's instances. */
export interface SnapshotRequest {
  function: string;
  args: readonly string[];
  /** "NAME=value" */
  env: readonly string[];
}

/** The engine's settings for loading a module: plain data, which can be sent to another process. */
export interface EngineSettings {
  file: string;
  aot: 'auto' | 'off' | 'background';
  trusted: boolean;
  compile: ResolvedCompileLimits;
  inference: NativeInferenceOptions;
  hostModules: readonly string[];
  folders: readonly NativeFolder[];
  limits: ResolvedLimits;
  concurrency: number;
  maxQueue: number;
  maxWaiting: number;
  /** The available host functions. */
  imports: ImportNames;
  /** Environment variables of child processes, in addition to the inherited ones. */
  childEnv: Readonly<Record<string, string>>;
  snapshot?: SnapshotRequest;
}
