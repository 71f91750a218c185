import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import { addon } from '../addon/native.js';
import type { NativeModule, NativeModuleSource } from '../addon/native.js';
import type * as AotCache from '../compile/aot-cache.js';
import type { ResolvedCompileLimits } from '../compile/compile-limits.js';
import { verifySideFile } from '../compile/side-file.js';
import { requireNotAborted } from '../support/abort.js';
import { WasmEdgeError, nativeCall, reasonOf } from '../support/errors.js';

import type { ModuleFile } from './module-file.js';

/** Which code to load, and whether it is trusted: plain data. */
export interface CodeSettings extends ModuleFile {
  aot: 'auto' | 'off' | 'background';
  trusted: boolean;
  compile: ResolvedCompileLimits;
  limits: { fuel: number | undefined; tableElements: number };
  /** Whether a snapshot will be taken. */
  snapshot?: unknown;
  /** For the compiler's process. */
  childEnv: Readonly<Record<string, string>>;
}

/** A module's code, read but not linked yet. */
export interface Code {
  module: NativeModule;
  /** The file that it was read from: the module's own, or its compiled form in the cache. */
  source: NativeModuleSource;
  /** Whether it will be compiled while it runs interpreted. */
  isInterim?: boolean;
}

/**
 * Reads a module in the form in which it will run: a plain one is compiled, once. With `aot:
 * 'background'`, a module that is not in the cache is returned as it is.
 */
export async function loadCode(
  settings: CodeSettings,
  signals: readonly AbortSignal[] = [],
): Promise<Code> {
  const { file, aot, trusted, limits } = settings;
  // Checked before the file is opened as a library, which would run code of a foreign one. An
  // untrusted module is identified by its bytes only.
  const side = onlyWasm(settings) ? null : await verifySideFile(file);
  const source = await readSource(settings);
  requireNotAborted(signals);
  if (source.form === 'plain' && aot !== 'off') {
    // The compiler's process comes first: if an untrusted module exploits WasmEdge's parser, it
    // does so there.
    if (!trusted) return loadCompiled(settings, source, signals);
    // Where it is in the cache, it need not be parsed in its plain form, which takes longer.
    const cached = await withCachedCode(settings, source, (output) =>
      parseCompiled(settings, output),
    );
    if (cached) return cached.result;
    requireNotAborted(signals);
    const code = await parse(source, settings);
    if (aot === 'background' && !source.makesTailCalls) return { ...code, isInterim: true };
    try {
      return await loadCompiled(settings, source, signals);
    } catch (error) {
      interpretInstead(settings, error);
      return code;
    }
  }
  if (limits.fuel !== undefined && source.form !== 'plain' && side?.options.meter !== true) {
    throw new WasmEdgeError(
      'ERR_MODULE_INVALID',
      `${file} is not known to count its instructions, which limits.fuel requires. Compile it with ` +
        "compileModule(…, { meter: true }) or 'wasmedge-embed compile --meter', and keep its side " +
        'file beside it.',
    );
  }
  return parse(source, settings);
}

/** How other processes load a module. */
export interface PreparedCode<T extends CodeSettings> {
  settings: T;
  /** The file that it was read from, if it will be compiled while they interpret it. */
  interim?: NativeModuleSource;
}

/**
 * Compiles a plain module into the cache, for other processes to load it from there, without
 * parsing it in this one.
 */
export async function prepareCode<T extends CodeSettings>(
  settings: T,
  signals: readonly AbortSignal[],
): Promise<PreparedCode<T>> {
  // Avoids opening WasmEdge in this process unnecessarily.
  if (settings.aot === 'off') return { settings };
  const compiled = { settings: { ...settings, aot: 'auto' as const } };
  const interpreted = { settings: { ...settings, aot: 'off' as const } };
  if (!onlyWasm(settings) && (await isElf(settings.file))) return compiled;
  const source = await readSource(settings);
  if (source.form !== 'plain') return compiled;
  if (settings.aot === 'background' && !source.makesTailCalls) {
    const isCached = await withCachedCode(settings, source, () => Promise.resolve());
    return isCached ? compiled : { ...interpreted, interim: source };
  }
  try {
    await withCompiledForm(settings, source, signals, () => Promise.resolve());
    return compiled;
  } catch (error) {
    interpretInstead(settings, error);
    return interpreted;
  }
}

/**
 * Compiles a module that is interpreted in the meantime; the process may exit before it has
 * finished.
 *
 * @param use Opens the result in the cache.
 * @throws {WasmEdgeError} As `withCompiled`.
 */
export function compileMeanwhile<T>(
  settings: CodeSettings,
  source: NativeModuleSource,
  signals: readonly AbortSignal[],
  use: (output: string) => Promise<T>,
): Promise<T> {
  return withCompiledForm(settings, source, signals, use, true);
}

/**
 * Parses the module in the cache.
 *
 * @param snapshotOf The same module in another form, from which a snapshot was taken.
 */
export async function parseCompiled(
  settings: CodeSettings,
  output: string,
  snapshotOf?: NativeModule,
): Promise<Code> {
  const source = await nativeCall(() => addon().ModuleSource.read(output, settings.file));
  return parse(source, settings, snapshotOf);
}

/** Whether it begins like a shared object; the loader then rejects or loads it. */
async function isElf(file: string): Promise<boolean> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (!handle) return false;
  try {
    const head = Buffer.alloc(4);
    await handle.read(head, 0, head.length, 0).catch(() => undefined);
    return head.toString('latin1') === '\x7fELF';
  } finally {
    await handle.close();
  }
}

/** Whether native code in the module must not run; for bytes, it never runs. */
function onlyWasm({ trusted, aot, bytes }: CodeSettings): boolean {
  return !trusted || aot === 'off' || bytes !== undefined;
}

function readSource(settings: CodeSettings): Promise<NativeModuleSource> {
  const { file, bytes } = settings;
  return nativeCall(() =>
    addon().ModuleSource.read(bytes ?? file, file, { onlyWasm: onlyWasm(settings) }),
  );
}

async function parse(
  source: NativeModuleSource,
  { limits: { tableElements }, snapshot }: CodeSettings,
  snapshotOf?: NativeModule,
): Promise<Code> {
  const options = {
    tableElements,
    ...(snapshotOf ? { snapshotOf } : { exportsState: snapshot !== undefined }),
  };
  return { source, module: await nativeCall(() => addon().Module.load(source, options)) };
}

async function loadCompiled(
  settings: CodeSettings,
  source: NativeModuleSource,
  signals: readonly AbortSignal[],
): Promise<Code> {
  return withCompiledForm(settings, source, signals, (output) => parseCompiled(settings, output));
}

async function withCompiledForm<T>(
  { file, trusted, compile, limits, childEnv }: CodeSettings,
  source: NativeModuleSource,
  signals: readonly AbortSignal[],
  use: (output: string) => Promise<T>,
  isBackground = false,
): Promise<T> {
  const { withCompiled } = require('../compile/aot-cache.js') as typeof AotCache;
  const meter = limits.fuel !== undefined;
  return withCompiled(
    {
      file,
      content: source.bytes,
      meter,
      trusted,
      limits: compile,
      signals,
      childEnv,
      isBackground,
    },
    use,
  );
}

/** Null if it is not in the cache, or if the cache cannot be used. */
async function withCachedCode<T>(
  { limits }: CodeSettings,
  source: NativeModuleSource,
  use: (output: string) => Promise<T>,
): Promise<{ result: T } | null> {
  const { withCachedForm } = require('../compile/aot-cache.js') as typeof AotCache;
  const plain = { content: source.bytes, meter: limits.fuel !== undefined };
  return withCachedForm(plain, use).catch((error: unknown) => {
    // It is reported when it is to be written.
    if (error instanceof WasmEdgeError && error.code === 'ERR_MODULE_LOAD') return null;
    throw error;
  });
}

/** Files for which this was reported; beyond some thousands, it is not repeated. */
const told = new Set<string>();
const MOST_TOLD = 1000;

/** Reports once per file that it is interpreted, and why; throws if it must not be. */
export function interpretInstead(
  { file, trusted }: Pick<CodeSettings, 'file' | 'trusted'>,
  error: unknown,
): void {
  const isAborted = error instanceof WasmEdgeError && error.code === 'ERR_ABORTED';
  if (!trusted || isAborted) throw error;
  if (told.has(file) || told.size >= MOST_TOLD) return;
  told.add(file);
  process.emitWarning(
    `${file} cannot be compiled ahead of time and is interpreted, about 50 times slower: ` +
      `${reasonOf(error)} Compile it where that is possible ('wasmedge-embed compile').`,
    { code: 'WASMEDGE_EMBED_INTERPRETED' },
  );
}
