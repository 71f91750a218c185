import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { runElsewhere } from './other-runtimes.mjs';

const { loadModule } = createRequire(import.meta.url)('../../dist/index.js');

/** Where a program's folders are: of the host, copied before each program, or in memory. */
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
  if (mode === 'host') return runIn(await hostScene(program), program, isolation);
  // A folder in memory begins empty, and files are read-only: so a program passes with one of both.
  const problem = await runIn(await filesScene(program), program, isolation);
  return problem && (await runIn(scratchScene(program), program, isolation)) && problem;
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
    // Interpreted: what is measured here is right answers.
    const options = { aot: 'off', isolation, limits: { timeoutMs: 60_000 }, ...scene.options };
    const module = await loadModule(program.file, options);
    try {
      const { argv0, args, env, stdin } = program;
      return problemOf(program, await module.run({ argv0, args, env, stdin }));
    } finally {
      await module.close();
    }
  } catch (error) {
    // A program that fails by a trap, as abort() does, ends with 128 + SIGABRT.
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

async function hostScene({ folders }) {
  const root = await mkdtemp(path.join(tmpdir(), 'wasi-suite-'));
  const directories = {};
  for (const [index, [name, source]] of Object.entries(folders).entries()) {
    const copy = path.join(root, String(index));
    await cp(source, copy, { recursive: true, verbatimSymlinks: true });
    directories[name] = { path: copy, write: true };
  }
  return {
    options: { directories },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function scratchScene({ folders }) {
  return { options: { scratch: Object.keys(folders) }, remove: () => Promise.resolve() };
}

/** Folders with content are files, those without any are scratch folders. There are no links among files. */
async function filesScene({ folders }) {
  const files = {};
  const scratch = [];
  const add = async (name, source) => {
    const entries = await readdir(source, { withFileTypes: true });
    const content = entries.filter((each) => !['.gitignore', '.keep'].includes(each.name));
    if (content.length === 0) scratch.push(name);
    for (const each of content) {
      const [below, from] = [`${name}/${each.name}`, path.join(source, each.name)];
      if (each.isDirectory()) await add(below, from);
      else if (each.isFile()) files[path.posix.join('/', below)] = await readFile(from);
    }
  };
  for (const [name, source] of Object.entries(folders)) await add(name, source);
  return {
    options: { files, scratch },
    remove: () => Promise.resolve(),
  };
}

function oneLine(text) {
  return text.trim().replace(/\s+/g, ' ').slice(0, 400);
}
