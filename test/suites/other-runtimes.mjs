import { spawn } from 'node:child_process';
import path from 'node:path';

const TIMEOUT_MS = 60_000;

/**
 * A program in another runtime, as users start it: with the same arguments, variables and host
 * folders.
 */
export const OTHER_RUNTIMES = {
  node: ({ file, argv0 = path.basename(file), args, env }, directories) => ({
    command: process.execPath,
    args: [
      '--no-warnings',
      path.join(import.meta.dirname, 'node-wasi-child.mjs'),
      JSON.stringify({ file, args: [argv0, ...args], env, preopens: directories }),
    ],
  }),
  wasmedge: ({ file, args, env }, directories) => ({
    command: 'wasmedge',
    args: [
      ...Object.entries(directories).flatMap(([name, folder]) => ['--dir', `${name}:${folder}`]),
      ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...[file, ...args],
    ],
  }),
};

/**
 * Runs one program in another runtime.
 *
 * @param {'node' | 'wasmedge'} runtime
 * @param {object} program as of run-program.mjs
 * @param {Record<string, string>} directories the host folder of each name
 * @returns {Promise<{ exitCode: number, stdout: Buffer, stderr: Buffer }>} a signal is 128 and its number, as a
 *   shell has it
 */
export function runElsewhere(runtime, program, directories) {
  const { command, args } = OTHER_RUNTIMES[runtime](program, directories);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: [], stderr: [] };
    for (const name of ['stdout', 'stderr']) {
      child[name].on('data', (chunk) => output[name].push(chunk));
    }
    child.stdin.on('error', () => undefined);
    child.stdin.end(program.stdin);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        exitCode: code ?? (signal === 'SIGABRT' ? 134 : 137),
        stdout: Buffer.concat(output.stdout),
        stderr: Buffer.concat(output.stderr),
      });
    });
  });
}
