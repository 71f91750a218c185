import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

import type * as AddonFile from '../../dist/addon/addon-file.js';
import type * as Elf from '../../dist/bundle/elf.js';
import type * as Libraries from '../../dist/bundle/libraries.js';
import type * as RunPath from '../../dist/bundle/run-path.js';
import type * as Staging from '../../dist/bundle/staging.js';
import type * as SymbolVersions from '../../dist/bundle/symbol-versions.js';
import type * as Targets from '../../dist/bundle/targets.js';

import { addon } from './internals.js';
import { ROOT } from './paths.js';

// Parts of the bundle command, which has no public interface.
const load = createRequire(path.join(ROOT, 'dist', 'bundle', 'bundle.js'));

export const { readSharedObject } = load('./elf.js') as typeof Elf;
export const { isOfGlibc, isOfNode, mappedFiles, withLibraries } = load(
  './libraries.js',
) as typeof Libraries;
export const { setRunPathToOrigin } = load('./run-path.js') as typeof RunPath;
export const { makeFolder } = load('./staging.js') as typeof Staging;
export const { compareVersions, newestVersions } = load(
  './symbol-versions.js',
) as typeof SymbolVersions;
export const { TARGETS, missingVersions, suitableTargets } = load('./targets.js') as typeof Targets;
export const { addonFile } = load('../addon/addon-file.js') as typeof AddonFile;

const run = promisify(execFile);

/**
 * The shared objects of a Node.js that has loaded nothing else. The official one only needs glibc
 * and libstdc++, Debian's about twenty of the system's libraries, some of which WasmEdge needs as
 * well.
 */
export async function nodeLibraries(): Promise<Set<string>> {
  const script = "process.stdout.write(fs.readFileSync('/proc/self/maps', 'utf8'))";
  const { stdout } = await run(process.execPath, ['-e', script]);
  return new Set(mappedFiles(stdout));
}

/**
 * The files of this machine's WasmEdge and of everything it needs beyond what Node.js itself needs.
 */
export async function wasmEdgeLibraries(): Promise<string[]> {
  const { path: file } = await addon().runtime();
  const ofNode = await nodeLibraries();
  return withLibraries([file])
    .filter((each) => !isOfNode(each.name) && !ofNode.has(realpathSync(each.file)))
    .map((each) => each.file);
}

const INVOKE = `
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const [handlerFile, picture] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(handlerFile));
const { statusCode, body } = await handler({ body: picture });
const maps = readFileSync('/proc/self/maps', 'utf8');
console.log(JSON.stringify({ statusCode, body, maps }));
await handler.close?.();
`;

export interface Invocation {
  statusCode: number;
  body: string;
  /** The shared objects in the process's memory. */
  libraries: string[];
}

/**
 * Invokes a handler in a process with only this environment, in which the files `hidden` cannot be
 * loaded, if this user may create a mount namespace.
 */
export async function invokeAlone(
  handler: string,
  picture: Buffer,
  env: Readonly<Record<string, string>>,
  hidden: readonly string[] = [],
): Promise<Invocation> {
  const node = [
    ...[process.execPath, '--input-type=module', '-e', INVOKE, '--', 'invoke'],
    ...[handler, picture.toString('hex')],
  ];
  const covering = hidden.map((file) => `mount --bind /dev/null '${file}'`);
  const script = [...covering, 'exec "$@"'].join(' && ');
  const isolated =
    hidden.length > 0 && (await canMount())
      ? ['unshare', '--mount', 'sh', '-c', script, 'sh', ...node]
      : node;
  const [command = '', ...args] = isolated;
  const { stdout } = await run(command, args, {
    cwd: '/',
    env: { PATH: process.env['PATH'], ...env },
    maxBuffer: 2 ** 26,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  // The handler's log precedes it.
  const answer = stdout.trimEnd().split('\n').at(-1) ?? '';
  const { statusCode, body, maps } = JSON.parse(answer) as Omit<Invocation, 'libraries'> & {
    maps: string;
  };
  return { statusCode, body, libraries: mappedFiles(maps) };
}

async function canMount(): Promise<boolean> {
  return run('unshare', ['--mount', 'mount', '--bind', '/dev/null', '/dev/null']).then(
    () => true,
    () => false,
  );
}
