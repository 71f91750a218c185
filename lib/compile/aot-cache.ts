import { existsSync } from 'node:fs';
import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

import { addon } from '../addon/native.js';
import { abortError, onAbort, requireNotAborted } from '../support/abort.js';
import { TEMPORARY_ENDING, writeAtomically } from '../support/atomic-file.js';
import {
  cacheDirectory,
  isOwnCacheDirectory,
  writableCacheDirectory,
} from '../support/cache-directory.js';
import { sha256 } from '../support/crypto.js';
import { compileChannel } from '../support/diagnostics.js';
import type { CompileEvent } from '../support/diagnostics.js';
import { WasmEdgeError, nativeCall } from '../support/errors.js';
import { processorFeatures } from '../support/platform.js';

import { UnusedCode, appendDigest, withCachedCode } from './cached-code.js';
import { CompileFailures } from './compile-failures.js';
import type { ResolvedCompileLimits } from './compile-limits.js';
import { DEFAULT_COMPILE, compileInto } from './compile-module.js';
import { CompilerCrash } from './compile-process.js';
import { publishProgress } from './compile-progress.js';
import { inTurn } from './compile-turn.js';
import { optimizationOf } from './optimization.js';
import { verifySideFile } from './side-file.js';

/** A plain module to be compiled. */
export interface Plain {
  /** Its file, for messages and events. */
  file: string;
  content: Uint8Array;
  /** With counting of instructions. */
  meter: boolean;
  trusted: boolean;
  limits: ResolvedCompileLimits;
  /** Each of them ends the wait. */
  signals: readonly AbortSignal[];
  /** For the compiler's process. */
  childEnv: Readonly<Record<string, string>>;
  /** Whether this process may end while it is being compiled. */
  isBackground?: boolean;
}

/**
 * The compiled form of a plain module, from the cache or compiled into it now: only once for the
 * same content, compiler version, processor and `meter`, however many processes ask. Untrusted
 * modules are compiled one at a time.
 *
 * @param use Opens the file in the cache, by a path that is valid until it settles. If this says
 *   that the module is invalid, the file is created again and opened once more.
 * @throws {WasmEdgeError} Why it cannot be compiled; ERR_LIMIT with `limit: 'compile'`,
 *   ERR_ABORTED, ERR_QUEUE_FULL; ERR_MODULE_LOAD if the system cannot read what is in the cache.
 */
export async function withCompiled<T>(
  plain: Plain,
  use: (output: string) => Promise<T>,
): Promise<T> {
  const begin = performance.now();
  try {
    const name = await cacheName(plain);
    const cached = await useShared(name, use);
    if (cached) return cached.result;
    const output = path.join(writableCacheDirectory('aot'), name);
    const own = await useCached(output, use, true);
    if (own) return own.result;
    await sweep(path.dirname(output));
    await compileOnce(plain, output);
    return await withCachedCode(output, use);
  } catch (error) {
    publish({ module: plain.file, totalMs: performance.now() - begin, error });
    throw error;
  }
}

/**
 * The compiled form of a plain module if it is in the cache, otherwise null.
 *
 * @param use As for {@link withCompiled}.
 */
export async function withCachedForm<T>(
  plain: Pick<Plain, 'content' | 'meter'>,
  use: (output: string) => Promise<T>,
): Promise<{ result: T } | null> {
  const name = await cacheName(plain);
  return (
    (await useShared(name, use)) ?? useCached(path.join(writableCacheDirectory('aot'), name), use)
  );
}

/**
 * Puts the result of `compileModule` with its usual options into the cache, so that the module is
 * not compiled again.
 *
 * @throws {WasmEdgeError} ERR_MODULE_INVALID unless its side file says that it was compiled from
 *   this content and is unchanged; ERR_MODULE_LOAD if the cache cannot be written; the system's
 *   error for a file.
 */
export async function keepCompiled(content: Uint8Array, compiled: string): Promise<void> {
  const name = await cacheName({ content, meter: false });
  const output = path.join(writableCacheDirectory('aot'), name);
  if (existsSync(output)) return;
  const side = await verifySideFile(compiled);
  if (side?.source !== sha256(content) || side.options.meter) {
    throw new WasmEdgeError(
      'ERR_MODULE_INVALID',
      `${compiled} was not compiled from this module with the usual options. Compile it again.`,
    );
  }
  await writeAtomically(output, async (temporary) => {
    await copyFile(compiled, temporary);
    await appendDigest(temporary);
  });
}

/** An image may contain a read-only cache that was filled when it was built. */
async function useShared<T>(
  name: string,
  use: (output: string) => Promise<T>,
): Promise<{ result: T } | null> {
  const cache = cacheDirectory();
  if (cache === undefined || !isOwnCacheDirectory('aot')) return null;
  return useCached(path.join(cache, 'aot', name), use);
}

/**
 * Null if it is not there, or of no use and to be replaced; a damaged file is removed. A failure
 * that has another cause, such as too many open files, says nothing about the file.
 *
 * @param renews Whether null means that it will be compiled. If this process has already compiled
 *   it, that would not help, and the failure is thrown.
 */
async function useCached<T>(
  output: string,
  use: (output: string) => Promise<T>,
  renews = false,
): Promise<{ result: T } | null> {
  if (!existsSync(output)) return null;
  try {
    return { result: await withCachedCode(output, use) };
  } catch (error) {
    if (error instanceof UnusedCode) {
      if (error.fault === 'unreadable') throw error;
      if (error.fault === 'damaged') await rm(output, { force: true }).catch(() => undefined);
      return null;
    }
    // It is what was written there, but this library cannot load it.
    if (error instanceof WasmEdgeError && error.code === 'ERR_MODULE_INVALID') {
      if (renews && (await identityOf(output)) === compiledHere.get(output)) throw error;
      return null;
    }
    throw error;
  }
}

/** Removes what processes left that ended while compiling. */
async function sweep(folder: string): Promise<void> {
  const longAgo = Date.now() - 24 * 60 * 60 * 1000;
  for (const name of await readdir(folder)) {
    if (!name.endsWith(TEMPORARY_ENDING)) continue;
    const left = path.join(folder, name);
    const status = await stat(left).catch(() => null);
    if (status && status.mtimeMs < longAgo) await rm(left, { recursive: true, force: true });
  }
}

/** A compilation in progress in this thread. */
interface Compilation {
  promise: Promise<void>;
  /** Aborted when nobody waits for it any more. */
  controller: AbortController;
  waiting: number;
}

/** By result and limits: everybody who wants the same waits for it. */
const compilations = new Map<string, Compilation>();
const failures = new CompileFailures();
const FOR_EVER_MS = 2 ** 30;

/**
 * The files that this process has compiled, by path: compiling them again would not make them
 * loadable.
 */
const compiledHere = new Map<string, string>();
const MOST_COMPILED_HERE = 1000;

/** Distinguishes a file from others that had or will have the same path; null if there is none. */
async function identityOf(file: string): Promise<string | null> {
  const status = await stat(file, { bigint: true }).catch(() => null);
  return status && `${status.dev} ${status.ino} ${status.mtimeNs}`;
}

async function noteCompiled(output: string): Promise<void> {
  const identity = await identityOf(output);
  if (identity === null) return;
  if (compiledHere.size >= MOST_COMPILED_HERE) compiledHere.clear();
  compiledHere.set(output, identity);
}

async function compileOnce(plain: Plain, output: string): Promise<void> {
  const { file, trusted, limits, signals, isBackground = false } = plain;
  requireNotAborted(signals);
  const key = JSON.stringify([output, trusted, limits]);
  let compilation = compilations.get(key);
  if (!compilation) {
    failures.check(key);
    const begin = performance.now();
    const controller = new AbortController();
    const promise = compile(plain, output, controller.signal)
      .then(
        () => {
          publish({ module: file, output, totalMs: performance.now() - begin });
        },
        (error: unknown) => {
          if (isLasting(error, trusted)) failures.add(key, error);
          throw error;
        },
      )
      .finally(() => {
        if (compilations.get(key)?.controller === controller) compilations.delete(key);
      });
    compilation = { promise, controller, waiting: 0 };
    compilations.set(key, compilation);
  }
  // The compiler's process keeps this one alive only while somebody waits for it.
  const timer = isBackground ? undefined : setInterval(() => undefined, FOR_EVER_MS);
  try {
    await waitFor(compilation, key, signals);
  } finally {
    clearInterval(timer);
  }
}

/** An aborted wait leaves the compilation to the others; the last one ends it. */
async function waitFor(
  compilation: Compilation,
  key: string,
  signals: readonly AbortSignal[],
): Promise<void> {
  const { promise, controller } = compilation;
  compilation.waiting++;
  await new Promise<void>((resolve, reject) => {
    const forget = onAbort(signals, (signal) => {
      const leave = (): void => {
        reject(abortError(signal));
      };
      if (--compilation.waiting > 0) {
        leave();
        return;
      }
      // Nobody joins a compilation that is ending.
      compilations.delete(key);
      controller.abort();
      promise.then(leave, leave);
    });
    promise.then(resolve, reject).finally(forget);
  });
}

function compile(plain: Plain, output: string, signal: AbortSignal): Promise<void> {
  const { file, content, meter, trusted, limits, childEnv } = plain;
  const control = {
    ...{ limits, signals: [signal], childEnv, keepsAlive: false },
    onProgress: publishProgress(file),
  };
  const work = async (): Promise<void> => {
    const settings = { ...DEFAULT_COMPILE, optimize: await optimizationOf(content), meter };
    await compileInto(content, output, settings, control, appendDigest);
    await noteCompiled(output);
  };
  return trusted ? work() : inTurn(work, signal);
}

/**
 * Whether the same module would use as much again or, if untrusted, would fail in the same way
 * again.
 */
function isLasting(error: unknown, trusted: boolean): error is WasmEdgeError {
  if (!(error instanceof WasmEdgeError)) return false;
  if (error.limit === 'compile') return true;
  return !trusted && (error instanceof CompilerCrash || error.code === 'ERR_MODULE_INVALID');
}

/**
 * Incremented whenever the same compiler is made to generate different code: what earlier revisions
 * cached is not used.
 */
export const CODE_REVISION = 3;

async function cacheName({ content, meter }: Pick<Plain, 'content' | 'meter'>): Promise<string> {
  const { version } = await nativeCall(() => addon().runtime());
  const key = sha256(
    `wasmedge ${version}\n${process.arch}\n${processorFeatures().join(' ')}\n`,
    `optimize ${await optimizationOf(content)} meter ${meter} code ${CODE_REVISION}\n`,
    content,
  );
  return `${key}.so`;
}

function publish(event: CompileEvent): void {
  if (compileChannel.hasSubscribers) compileChannel.publish(event);
}
