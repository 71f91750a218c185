import { privateCacheDirectory } from './cache-directory.js';

/**
 * The variables that a process of this package needs from this one's environment, in every
 * isolation and to compile: where things are, settings of the dynamic linker, the allocator and
 * sanitizers, the language. Everything else is withheld, above all credentials, but also
 * `NODE_OPTIONS`, which may open an inspector's port or load a script.
 */
const INHERITED = [
  ...['HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'PATH', 'TMPDIR', 'TZ'],
  ...['XDG_CACHE_HOME', 'WASMEDGE_DIR', 'WASMEDGE_EMBED_CACHE', 'WASMEDGE_EMBED_LITERT'],
  ...['WASMEDGE_EMBED_LLVM', 'WASMEDGE_EMBED_PREBUILD'],
  ...['LD_LIBRARY_PATH', 'LD_PRELOAD', 'MALLOC_ARENA_MAX', 'GLIBC_TUNABLES'],
  ...['ASAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS'],
  // In an Electron application, the program only behaves as Node with this.
  'ELECTRON_RUN_AS_NODE',
] as const;

/** The environment of a child process: inherited variables, and the caller's (`childEnv`). */
export function childEnvironment(added: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  // If this process had to create its own cache, its children use that as well.
  const cache = privateCacheDirectory();
  if (cache !== undefined) environment['WASMEDGE_EMBED_CACHE'] = cache;
  return { ...environment, ...added };
}
