import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

import type { InferenceFailure, LoadOptions } from 'wasmedge-embed';

import { loadModels, modelSources, readModels } from './internals.js';
import { folderWith } from './model-files.js';
import { PLUGINS, ROOT } from './paths.js';
import { temporaryPath } from './wat.js';

/** What a guest did under WasmEdge's own command line program. */
export interface ProgramResult {
  stdout: Buffer;
  stderr: Buffer;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** The failures reported by the plug-ins. */
  failures: { code: string; message: string; limit?: string; trap?: string }[];
  /** Why calls of the guest were rejected. */
  inferenceFailures: InferenceFailure[];
}

/** A line of the plug-ins' log. */
type Told = ProgramResult['failures'][number] | InferenceFailure;

export interface ProgramOptions {
  stdin?: string | Uint8Array;
  /** The guest's arguments. */
  args?: readonly string[];
  /** Options for the program itself. */
  options?: readonly string[];
  /** In addition to this process's environment. */
  env?: Readonly<Record<string, string>>;
  /** Arguments for the shell's `ulimit`, such as '-v 9000000'. */
  ulimit?: string;
}

// Far more than any of the guests takes.
const HANGS_AFTER_MS = 50_000;

/** Runs a guest under WasmEdge's own program with our plug-ins. */
export function runProgram(file: string, options: ProgramOptions = {}): Promise<ProgramResult> {
  const log = temporaryPath('failures.jsonl');
  const script = `ulimit ${options.ulimit ?? '-c 0'} && exec "$0" "$@"`;
  const words = [program(), ...(options.options ?? []), file, ...(options.args ?? [])];
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', script, ...words], {
      cwd: ROOT,
      env: {
        ...process.env,
        // A sanitizer's library is only for this process.
        LD_PRELOAD: '',
        WASMEDGE_PLUGIN_PATH: PLUGINS,
        WASMEDGE_EMBED_LOG: log,
        ...options.env,
      },
      timeout: HANGS_AFTER_MS,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
      const told = lines.map((line) => JSON.parse(line) as Told);
      resolve({
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
        exitCode,
        signal,
        failures: told.filter((each) => 'code' in each),
        inferenceFailures: told.filter((each) => 'errno' in each),
      });
    });
    // A guest that does not read all of its input closes the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

/**
 * How a guest under the program finds these models: by name through the environment, with their
 * descriptions in a folder.
 */
export async function programModels(
  models: Readonly<Record<string, string | { file: string; labels: string }>>,
): Promise<Required<Pick<ProgramOptions, 'options' | 'env'>>> {
  const { files } = await loadModels(
    await readModels(modelSources(models satisfies LoadOptions['models'])),
  );
  const folder = folderWith(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [path.basename(name), content]),
    ),
  );
  const named = Object.entries(models).map(
    ([name, model]) => `${name}=${typeof model === 'string' ? model : model.file}`,
  );
  return {
    options: ['--dir', `/models:${folder}:readonly`],
    env: { WASMEDGE_EMBED_MODELS: named.join('\n') },
  };
}

/** Found like in the set-up. */
export function program(): string {
  const folder = process.env['WASMEDGE_DIR'] ?? path.join(homedir(), '.wasmedge');
  const file = path.join(folder, 'bin', 'wasmedge');
  return existsSync(file) ? file : 'wasmedge';
}

/** Runs `work` for each item, a few at a time. */
export async function forEachOf<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const lane = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all([lane(), lane()]);
}
