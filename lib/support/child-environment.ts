import { privateCacheDirectory } from './cache-directory.js';

/**
 * What a process of this package needs of this one's environment, in every isolation and to compile:
 * where things are, how the dynamic linker, the allocator and sanitizers are set, the language. All else stays
 * here, credentials above all; `NODE_OPTIONS` too, which may open an inspector's port or load a script.
 */
const INHERITED = [
  ...['HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'PATH', 'TMPDIR', 'TZ'],
  ...['XDG_CACHE_HOME', 'WASMEDGE_DIR', 'WASMEDGE_EMBED_CACHE', 'WASMEDGE_EMBED_LITERT'],
  ...['WASMEDGE_EMBED_LLVM', 'WASMEDGE_EMBED_PREBUILD'],
  ...['LD_LIBRARY_PATH', 'LD_PRELOAD', 'MALLOC_ARENA_MAX', 'GLIBC_TUNABLES'],
  ...['ASAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS'],
  // Where this process is an Electron application, its program is Node with this alone.
  'ELECTRON_RUN_AS_NODE',
] as const;

/** The environment of a child process: what is inherited, and what the caller adds (`childEnv`). */
export function childEnvironment(added: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  // One that this process made for want of another is its children's as well.
  const cache = privateCacheDirectory();
  if (cache !== undefined) environment['WASMEDGE_EMBED_CACHE'] = cache;
  return { ...environment, ...added };
}
