import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { writableCacheDirectory } from './cache-directory.js';
import { compileModule } from './compile-module.js';
import { compileChannel } from './diagnostics.js';
import type { CompileEvent } from './diagnostics.js';
import { reasonOf } from './errors.js';
import { addon } from './native.js';
import type { NativeModule } from './native.js';

/**
 * The compiled form of a plain module, from the cache or compiled into it now: once for a content,
 * compiler version and processor, however many processes ask. Null where compiling is not possible;
 * then one warning was emitted in this process.
 */
export async function loadCompiled(file: string): Promise<NativeModule | null> {
  const begin = performance.now();
  try {
    const content = await readFile(file);
    const output = path.join(writableCacheDirectory('aot'), `${cacheKey(content)}.so`);
    if (existsSync(output)) {
      const cached = await loadCached(output, file);
      if (cached) return cached;
    }
    const isFirst = !compiling.has(output);
    await compileOnce(content, output);
    if (isFirst) publish({ module: file, output, totalMs: performance.now() - begin });
    return await addon().Module.load(output, file, false);
  } catch (error) {
    publish({ module: file, totalMs: performance.now() - begin, error });
    warnOnce(file, error);
    return null;
  }
}

/** Compilations that are under way in this thread, by output: whoever wants the same waits for it. */
const compiling = new Map<string, Promise<void>>();

function compileOnce(content: Uint8Array, output: string): Promise<void> {
  let compilation = compiling.get(output);
  if (!compilation) {
    compilation = compileModule(content, output).finally(() => compiling.delete(output));
    compiling.set(output, compilation);
  }
  return compilation;
}

/** A cached file that cannot be loaded (a full disk, a changed file) is made again. */
async function loadCached(output: string, file: string): Promise<NativeModule | null> {
  try {
    return await addon().Module.load(output, file, false);
  } catch {
    await rm(output, { force: true });
    return null;
  }
}

function cacheKey(content: Uint8Array): string {
  return createHash('sha256')
    .update(`wasmedge ${addon().runtime().version}\n${process.arch}\n${processorFeatures()}\n`)
    .update('optimize 3\n')
    .update(content)
    .digest('hex');
}

/** The instruction sets that the compiler may use here: the kernel's list, the same on each core. */
function processorFeatures(): string {
  try {
    const line = /^(?:flags|Features)\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return line?.[0] ?? '';
  } catch {
    return '';
  }
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
