import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { runElsewhere } from './other-runtimes.mjs';

const { loadModule } = createRequire(import.meta.url)('../../dist/index.js');

/**
 * Where a program's folders are: on the host, copied before each program, or copied into memory.
 */
export const MODES = ['host', 'memory'];

/**
 * Runs one program of a suite.
 *
 * @param {{ name: string, file: string, argv0?: string, args: string[], env: Record<string, string>, stdin: string,
 *   folders: Record<string, string>, exitCode: number, stdout?: string, stderr?: string }} program
 *   `folders`: by the name that the program knows, where their content is.
 * @returns {Promise<string | undefined>} what is wrong, in one line.
 */
export async function runProgram(program, mode, isolation, runtime = 'own') {
  if (runtime !== 'own') return runInAnother(await hostScene(program), program, runtime);
  return runIn(await hostScene(program, mode === 'host' || 'copy'), program, isolation);
}

async function runInAnother(scene, program, runtime) {
  try {
    const { directories } = scene.options;
    const folders = Object.fromEntries(
      Object.entries(directories).map(([name, { path: folder }]) => [name, folder]),
    );
    return problemOf(program, await runElsewhere(runtime, program, folders));
  } catch (error) {
    return oneLine(error.message);
  } finally {
    await scene.remove();
  }
}

async function runIn(scene, program, isolation) {
  try {
    // Interpreted: only the correctness of results is tested here.
    const options = { aot: 'off', isolation, limits: { timeoutMs: 60_000 }, ...scene.options };
    const module = await loadModule(program.file, options);
    try {
      const { argv0, args, env, stdin } = program;
      return problemOf(program, await module.run({ argv0, args, env, stdin }));
    } finally {
      await module.close();
    }
  } catch (error) {
    // A program that traps, as abort() does, ends with 128 + SIGABRT.
    if (error.code === 'ERR_TRAP' && program.exitCode === 134) return undefined;
    return oneLine(`${error.code ?? ''} ${error.message} ${error.stderr ?? ''}`);
  } finally {
    await scene.remove();
  }
}

function problemOf(program, result) {
  if (result.exitCode !== program.exitCode) {
    return oneLine(
      `exit code ${result.exitCode} in place of ${program.exitCode}: ${result.stderr}`,
    );
  }
  for (const stream of ['stdout', 'stderr']) {
    const wanted = program[stream];
    if (wanted !== undefined && result[stream].toString() !== wanted) {
      return oneLine(`${stream} is ${JSON.stringify(result[stream].toString())}`);
    }
  }
  return undefined;
}

async function hostScene({ folders }, write = true) {
  const root = await mkdtemp(path.join(tmpdir(), 'wasi-suite-'));
  const directories = {};
  for (const [index, [name, source]] of Object.entries(folders).entries()) {
    const copy = path.join(root, String(index));
    await cp(source, copy, { recursive: true, verbatimSymlinks: true });
    directories[name] = { path: copy, write };
  }
  return {
    options: { directories },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function oneLine(text) {
  return text.trim().replace(/\s+/g, ' ').slice(0, 400);
}
