import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

import { CommandFailure } from './failure.mjs';

const running = new Set();

/** Ends what is still running: to be called before this process goes away early. */
export function terminateChildren(signal) {
  for (const entry of running) terminate(entry, signal);
}

/** A group, since builds are trees of processes. */
function terminate({ child, leadsGroup }, signal) {
  if (leadsGroup) process.kill(-child.pid, signal);
  else child.kill(signal);
}

/** Runs a command, and writes what it and all that it waited for took of processors to descriptor 3. */
const accounting = '"$@" 3>&-; code=$?; times >&3; exit $code';

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {Record<string, string | undefined>} [options.env] added to this process's environment; undefined removes
 * @param {string} [options.input] given on stdin, which is empty otherwise
 * @param {boolean} [options.inherit] the program has the terminal; nothing is captured
 * @param {(text: string) => void} [options.onOutput] stdout and stderr as they come
 * @param {number} [options.timeoutMs] after which it is killed, with what it has started
 * @param {boolean} [options.accounted] in a shell that tells the processor time; one that a signal ends gives the
 *   exit code that a shell has for it
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, output: string,
 *   processorSeconds: number }>} `output` holds stdout and stderr in the order of their arrival; `processorSeconds`
 *   is 0 unless `accounted`
 * @throws {CommandFailure} when the program cannot be started
 */
export function run(command, args, options = {}) {
  const { cwd, env = {}, input, inherit = false, onOutput, timeoutMs, accounted } = options;
  return new Promise((resolve, reject) => {
    const stdio = inherit
      ? ['inherit', 'inherit', 'inherit']
      : [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    // Not so for sudo, which remembers a password for the terminal on which it was typed.
    const leadsGroup = !inherit && command !== 'sudo';
    const spawnOptions = { cwd, env: { ...process.env, ...env }, stdio, detached: leadsGroup };
    const child = accounted
      ? spawn('sh', ['-c', accounting, 'sh', command, ...args], {
          ...spawnOptions,
          stdio: [...stdio, 'pipe'],
        })
      : spawn(command, args, spawnOptions);
    const entry = { child, leadsGroup };
    if (child.pid !== undefined) running.add(entry);
    const timer =
      timeoutMs && setTimeout(() => running.has(entry) && terminate(entry, 'SIGKILL'), timeoutMs);
    let stdout = '';
    let output = '';
    const take = (isStdout) => (text) => {
      if (isStdout) stdout = lastOf(stdout + text);
      output = lastOf(output + text);
      onOutput?.(text);
    };
    child.stdout?.setEncoding('utf8').on('data', take(true));
    child.stderr?.setEncoding('utf8').on('data', take(false));
    let times = '';
    child.stdio[3]?.setEncoding('utf8').on('data', (text) => (times += text));
    // A program may end without reading all of its input: its exit code tells, not the broken pipe.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      running.delete(entry);
      reject(new CommandFailure(command, `cannot be started (${error.code ?? error.message})`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(entry);
      resolve({ code, signal, stdout, output, processorSeconds: secondsIn(times) });
    });
  });
}

/** The sum of what the shell's `times` writes, such as "0m1.25s 2m0.50s". */
function secondsIn(times) {
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
}

// A program that never stops complaining must not take all memory; onOutput sees everything.
const KEPT_CHARACTERS = 16 << 20;

function lastOf(text) {
  return text.length > 2 * KEPT_CHARACTERS ? text.slice(-KEPT_CHARACTERS) : text;
}

/** Like `run`, for questions: a program that is missing or that fails gives undefined, else its stdout. */
export async function ask(command, args, options) {
  try {
    const { code, stdout } = await run(command, args, options);
    return code === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

/** How a program ended, as words that follow its name. */
export function outcomeOf({ code, signal }) {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** Every executable file `name` in the folders of PATH, in their order. */
export function executables(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .filter((file, index, files) => files.indexOf(file) === index && isExecutable(file));
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
