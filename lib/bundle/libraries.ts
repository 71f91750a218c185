import { readFileSync } from 'node:fs';
import path from 'node:path';

import { WasmEdgeError, reasonOf } from '../support/errors.js';

import { readSharedObject } from './elf.js';
import type { SharedObject } from './elf.js';

/** A shared object in the bundle. */
export interface Library {
  /** The name by which others refer to it. */
  name: string;
  /** Its path on this machine. */
  file: string;
  object: SharedObject;
}

/** glibc's own libraries: they belong to the kernel and loader that they are installed with. */
const OF_GLIBC =
  /^(ld-linux.*|lib(c|m|mvec|dl|pthread|rt|resolv|util|anl|nsl|nss_\w+|BrokenLocale|thread_db))\.so(\.|$)/;

/**
 * The C++ run-time libraries, which Node.js itself needs: a process has only one of each, and
 * Node.js has loaded the target's before it loads any addon. Those in a bundle are only used if
 * Node.js is linked with them statically.
 */
const OF_NODE = /^lib(stdc\+\+|gcc_s)\.so\./;

/** What libwasmedge is linked to, but a process that only runs modules does not load. */
const OF_COMPILER = /^libLLVM[.-]/;

/** Whether Node.js usually loads a library. */
export function isOfNode(name: string): boolean {
  return OF_NODE.test(name);
}

/** Whether a library comes with glibc. */
export function isOfGlibc(name: string): boolean {
  return OF_GLIBC.test(name);
}

/** The shared objects in this process's memory, in the order of their addresses. */
export function mappedFiles(maps = ownMaps()): string[] {
  const files = maps.split('\n').flatMap((line) => {
    const file = /^(?:\S+\s+){5}(\/.*)$/.exec(line)?.[1];
    return file !== undefined && /(\.so|\.node)(\.|$)/.test(path.basename(file)) ? [file] : [];
  });
  return [...new Set(files)];
}

/** @throws {WasmEdgeError} ERR_BUNDLE if the kernel does not provide it. */
function ownMaps(): string {
  try {
    return readFileSync('/proc/self/maps', 'utf8');
  } catch (error) {
    throw new WasmEdgeError(
      'ERR_BUNDLE',
      `The libraries of this process are listed in /proc/self/maps: ${reasonOf(error)}. Mount /proc first: ` +
        'mount -t proc proc /proc',
      { cause: error },
    );
  }
}

/**
 * These files and, among those that this process has loaded, all of their dependencies, including
 * transitive ones, except glibc, and LLVM if this process does not use it. So this machine's loader
 * determines where each library is.
 *
 * @throws {WasmEdgeError} ERR_BUNDLE if one is needed but not loaded.
 */
export function withLibraries(roots: readonly string[]): Library[] {
  const loaded = new Map<string, Library>();
  for (const library of mappedFiles().flatMap(inspect)) {
    if (!loaded.has(library.name)) loaded.set(library.name, library);
  }
  const found = new Map<string, Library>();
  const visit = (library: Library): void => {
    if (found.has(library.name)) return;
    found.set(library.name, library);
    for (const name of library.object.needed) {
      if (isOfGlibc(name)) continue;
      const next = loaded.get(name);
      if (!next && OF_COMPILER.test(name)) continue;
      if (!next) {
        throw new WasmEdgeError(
          'ERR_BUNDLE',
          `${library.file} needs ${name}, which is not loaded.`,
        );
      }
      visit(next);
    }
  };
  for (const root of roots) for (const library of inspect(root)) visit(library);
  return [...found.values()];
}

/** The name by which others refer to a shared object; undefined for other files. */
export function nameOf(file: string): string | undefined {
  return inspect(file)[0]?.name;
}

function inspect(file: string): Library[] {
  try {
    const object = readSharedObject(file);
    return [{ name: object.name ?? path.basename(file), file, object }];
  } catch {
    // Something else is mapped under such a name; if it is needed, it will be reported as missing.
    return [];
  }
}
