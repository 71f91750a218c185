import type { NativeFolder, NativeInferenceOptions } from '../addon/native.js';
import type { ResolvedCompileLimits } from '../compile/compile-limits.js';
import type { ImportNames } from '../host/imports.js';
import type { ResolvedLimits } from '../options/limits.js';

/** The call after which instances of a module are to begin. */
export interface SnapshotRequest {
  function: string;
  args: readonly string[];
  /** "NAME=value" */
  env: readonly string[];
}

/** What the engine needs to know to load a module: plain data, which can go to another process. */
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
  /** The host functions that there are. */
  imports: ImportNames;
  /** What child processes are given beside what they inherit. */
  childEnv: Readonly<Record<string, string>>;
  snapshot?: SnapshotRequest;
}
