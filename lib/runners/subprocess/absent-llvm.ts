import path from 'node:path';

import { addon } from '../../addon/native.js';
import type { NativeAbsentLlvmFile } from '../../addon/native.js';

import { readLog } from './log.js';
import type { Program } from './program.js';
import { askVersion } from './version.js';

/** The descriptor that a process of the program preloads: the one after that of the log. */
const PRELOAD_DESCRIPTOR = 4;

/**
 * Prepares to keep LLVM out of the program's processes, which only run guests, and tries it.
 * Undefined if there is nothing to gain (LLVM is part of the library, or was asked for), and if the
 * program does not work in the same way: the system may not allow it, or the program may be a
 * script that changes what it was given.
 */
export async function leaveLlvmOut({
  file,
  env,
  library,
}: Program): Promise<NativeAbsentLlvmFile | undefined> {
  if (!library?.hasLlvm || !path.isAbsolute(library.path)) return undefined;
  if (env['WASMEDGE_EMBED_LLVM'] === 'load') return undefined;
  const absent = new (addon().AbsentLlvmFile)(library.path);
  if (await works(file, env, absent)) return absent;
  absent.close();
  return undefined;
}

/** An environment in which the descriptor is preloaded, after what the caller preloads. */
export function preloading(env: Readonly<Record<string, string>>): Record<string, string> {
  const own = `/proc/self/fd/${PRELOAD_DESCRIPTOR}`;
  const given = env['LD_PRELOAD'];
  return { ...env, LD_PRELOAD: given ? `${given}:${own}` : own };
}

async function works(
  file: string,
  env: Readonly<Record<string, string>>,
  { descriptor }: NativeAbsentLlvmFile,
): Promise<boolean> {
  if (descriptor === undefined) return false;
  const answer = await askVersion(file, preloading(env), descriptor).catch(() => undefined);
  // The dynamic linker complains there, among what would be a guest's output.
  if (answer?.stderr !== '') return false;
  const { isRedirected, failure, library } = readLog(answer.log);
  return isRedirected && !failure && library?.hasLlvm === false;
}
