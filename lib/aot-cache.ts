import { existsSync } from 'node:fs';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { cacheDirectory, writableCacheDirectory } from './cache-directory.js';
import { DEFAULT_COMPILE, compileInto } from './compile-module.js';
import { sha256 } from './crypto.js';
import { compileChannel } from './diagnostics.js';
import type { CompileEvent } from './diagnostics.js';
import { nativeCall, reasonOf } from './errors.js';
import { addon } from './native.js';
import type { Code } from './open-module.js';
import { processorFeatures } from './processor.js';

/**
 * The compiled form of a plain module, from the cache or compiled into it now: once for a content,
 * compiler version, processor and `meter`, however many processes ask. Null where compiling is not
 * possible; then one warning was emitted in this process.
 */
export async function loadCompiled(
  file: string,
  meter: boolean,
  tableElements: number,
  childEnv: Readonly<Record<string, string>>,
): Promise<Code | null> {
  const begin = performance.now();
  try {
    const content = await readFile(file);
    const name = `${await cacheKey(content, meter)}.so`;
    // An image may have a cache that was filled when it was made, and cannot be written.
    const cache = cacheDirectory();
    const cached = cache && (await loadCached(path.join(cache, 'aot', name), file, tableElements));
    if (cached) return cached;
    const output = path.join(writableCacheDirectory('aot'), name);
    const own = await loadCached(output, file, tableElements);
    if (own) return own;
    const isFirst = !compiling.has(output);
    await sweep(path.dirname(output));
    await compileOnce(content, output, meter, childEnv);
    if (isFirst) publish({ module: file, output, totalMs: performance.now() - begin });
    return { module: await addon().Module.load(output, file, { tableElements }), file: output };
  } catch (error) {
    publish({ module: file, totalMs: performance.now() - begin, error });
    warnOnce(file, error);
    return null;
  }
}

/** Compilations that are under way in this thread, by output: whoever wants the same waits for it. */
const compiling = new Map<string, Promise<void>>();

/** Temporary files of processes that ended while they compiled. */
async function sweep(folder: string): Promise<void> {
  const longAgo = Date.now() - 24 * 60 * 60 * 1000;
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.tmp')) continue;
    const file = path.join(folder, name);
    const status = await stat(file).catch(() => null);
    if (status && status.mtimeMs < longAgo) await rm(file, { force: true });
  }
}

function compileOnce(
  content: Uint8Array,
  output: string,
  meter: boolean,
  childEnv: Readonly<Record<string, string>>,
): Promise<void> {
  let compilation = compiling.get(output);
  if (!compilation) {
    compilation = compileInto(content, output, { ...DEFAULT_COMPILE, meter }, childEnv).finally(
      () => compiling.delete(output),
    );
    compiling.set(output, compilation);
  }
  return compilation;
}

/** Null where it is not there. One that cannot be loaded (a full disk, a changed file) is made again. */
async function loadCached(
  output: string,
  file: string,
  tableElements: number,
): Promise<Code | null> {
  if (!existsSync(output)) return null;
  try {
    return { module: await addon().Module.load(output, file, { tableElements }), file: output };
  } catch {
    await rm(output, { force: true }).catch(() => undefined);
    return null;
  }
}

/** Raised whenever the same compiler is made to write other code: what earlier ones cached is not taken. */
const CODE_REVISION = 3;

async function cacheKey(content: Uint8Array, meter: boolean): Promise<string> {
  const { version } = await nativeCall(() => addon().runtime());
  return sha256(
    `wasmedge ${version}\n${process.arch}\n${processorFeatures().join(' ')}\n`,
    `optimize ${DEFAULT_COMPILE.optimize} meter ${meter} code ${CODE_REVISION}\n`,
    content,
  );
}

function publish(event: CompileEvent): void {
  if (compileChannel.hasSubscribers) compileChannel.publish(event);
}

let warned = false;

function warnOnce(file: string, error: unknown): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    `${file} cannot be compiled ahead of time and is interpreted, some 50 times slower: ` +
      `${reasonOf(error)} Compile it where that is possible ('wasmedge-embed compile').`,
    { code: 'WASMEDGE_EMBED_INTERPRETED' },
  );
}
