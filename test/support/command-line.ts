import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { cacheDirectory } from './internals.js';
import { folderWith } from './model-files.js';
import { ROOT } from './paths.js';

export interface CommandResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** Runs Node with these arguments in a separate process. */
export function runNode(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandResult> {
  const env = { ...process.env, WASMEDGE_EMBED_DATA: '', ...variables };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args], { env, cwd: ROOT }, (error, stdout, stderr) => {
      const exitCode = error ? error.code : 0;
      // Without an exit code, a signal has ended it.
      if (typeof exitCode === 'number') resolve({ stdout, stderr, exitCode });
      else reject(new Error(`${error?.message ?? ''}\n${stderr}`, { cause: error }));
    });
  });
}

/** Runs `wasmedge-embed`. The models of WASMEDGE_EMBED_DATA are ignored unless it is given. */
export function commandLine(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandResult> {
  return runNode([path.join(ROOT, 'dist', 'cli', 'main.js'), ...args], variables);
}

/**
 * Runs `wasmedge-embed` several times in one process. Only for commands that end before they wait
 * for anything: those that show help or refuse their arguments.
 */
export async function immediateCommandLines(
  commands: readonly (readonly string[])[],
): Promise<CommandResult[]> {
  const { stdout, stderr, exitCode } = await runNode([
    path.join(__dirname, 'immediate-commands.js'),
    JSON.stringify(commands),
  ]);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as CommandResult[];
}

/** A cache folder without downloaded models, which shares the compiled modules of the real one. */
export function cacheWithoutModels(): string {
  const real = cacheDirectory();
  assert.ok(real);
  const compiled = path.join(real, 'aot');
  mkdirSync(compiled, { recursive: true });
  const cache = folderWith({});
  symlinkSync(compiled, path.join(cache, 'aot'));
  return cache;
}
