import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

import { CommandFailure } from './failure.mjs';
import { secondsOfChildren } from './processor-time.mjs';

const running = new Set();

/** Ends all running children: must be called before this process exits early. */
export function terminateChildren(signal) {
  for (const entry of running) terminate(entry, signal);
}

/** A process group, because builds are trees of processes. */
function terminate({ child, leadsGroup }, signal) {
  if (!leadsGroup) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // All of it has ended.
    if (error.code !== 'ESRCH') throw error;
  }
}

/** How long others may hold the output of a killed process open. */
const lingerMs = 1000;
/** The part of `secondsOfChildren` that has been attributed. */
let accountedSeconds = 0;

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
 * @param {AbortSignal} [options.signal] kills it likewise
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, output: string,
 *   processorSeconds: number }>} `output` holds stdout and stderr in the order of their arrival; `processorSeconds`
 *   is its processor time, including that of children that it waited for
 * @throws {CommandFailure} if the program cannot be started
 */
export function run(command, args, options = {}) {
  const { cwd, env = {}, input, inherit = false, onOutput, timeoutMs, signal: abort } = options;
  return new Promise((resolve, reject) => {
    const stdio = inherit ? 'inherit' : [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    // Except for sudo, which remembers a password for the terminal on which it was typed.
    const leadsGroup = !inherit && command !== 'sudo';
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio,
      detached: leadsGroup,
    });
    const entry = { child, leadsGroup };
    if (child.pid !== undefined) running.add(entry);
    const kill = () => {
      if (!running.has(entry)) return;
      terminate(entry, 'SIGKILL');
      setTimeout(
        () => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()),
        lingerMs,
      );
    };
    const timer = timeoutMs && setTimeout(kill, timeoutMs);
    abort?.addEventListener('abort', kill);
    let stdout = '';
    let output = '';
    const take = (isStdout) => (text) => {
      if (isStdout) stdout = lastOf(stdout + text);
      output = lastOf(output + text);
      onOutput?.(text);
    };
    child.stdout?.setEncoding('utf8').on('data', take(true));
    child.stderr?.setEncoding('utf8').on('data', take(false));
    // A program may end without reading all of its input: its exit code matters, not the broken
    // pipe.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      running.delete(entry);
      reject(new CommandFailure(command, `cannot be started (${error.code ?? error.message})`));
    });
    let processorSeconds = 0;
    child.on('exit', () => {
      // It has just been waited for. If two end at the same moment, the time of both is attributed
      // to the first.
      const seconds = secondsOfChildren();
      processorSeconds = seconds - accountedSeconds;
      accountedSeconds = seconds;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      abort?.removeEventListener('abort', kill);
      running.delete(entry);
      resolve({ code, signal, stdout, output, processorSeconds });
    });
  });
}

// A program that never stops writing must not take all memory; onOutput receives everything.
const KEPT_CHARACTERS = 16 << 20;

function lastOf(text) {
  return text.length > 2 * KEPT_CHARACTERS ? text.slice(-KEPT_CHARACTERS) : text;
}

/** Like `run`, for queries: returns stdout, or undefined if the program is missing or fails. */
export async function ask(command, args, options) {
  try {
    const { code, stdout } = await run(command, args, options);
    return code === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

/** How a program ended, in words that follow its name. */
export function outcomeOf({ code, signal }) {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** All executable files called `name` in the folders of PATH, in order. */
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
