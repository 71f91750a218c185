import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';

import { CommandFailure, SetupFailure } from './failure.mjs';
import { setupFolder, shown } from './paths.mjs';
import { outcomeOf, run } from './processes.mjs';
import { ProgressLine } from './progress.mjs';

const tailLines = 30;

/** Whether there is a user who can be asked. */
export function mayAsk() {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY && !process.env.CI);
}

/** A running step's output and programs: one log file, one line of progress. */
export class Task {
  #log;
  #progress;

  /**
   * @param {string} name of the log file
   * @param {import('./progress.mjs').ProgressLine} [progress]
   */
  constructor(name, progress) {
    this.logFile = path.join(setupFolder, 'logs', `${name}.log`);
    this.#progress = progress;
  }

  close() {
    if (this.#log !== undefined) closeSync(this.#log);
  }

  /** Writes to the log, and to the line of progress. */
  note(text) {
    this.#write(`${text}\n`);
    this.#progress?.show(text);
  }

  /**
   * Runs a program with its output in the log.
   *
   * @param {string} command
   * @param {string[]} args
   * @param {Parameters<typeof run>[2] & { advice?: string }} [options]
   * @throws {CommandFailure} unless it ends with 0
   */
  async exec(command, args, { advice, ...options } = {}) {
    const result = await this.attempt(command, args, options);
    if (result.code !== 0) {
      throw new CommandFailure(path.basename(command), outcomeOf(result), { advice });
    }
    return result;
  }

  /** Like `exec`, but leaves the exit code to the caller. */
  async attempt(command, args, options = {}) {
    this.#write(`$ ${[command, ...args].join(' ')}\n`);
    const result = await run(command, args, {
      ...options,
      onOutput: (text) => {
        this.#write(text);
        this.#progress?.show(text);
        options.onOutput?.(text);
      },
    });
    if (result.output !== '' && !result.output.endsWith('\n')) this.#write('\n');
    return result;
  }

  /** Shows text to the user, above the line of progress. */
  async say(text) {
    this.#write(`${text}\n`);
    await this.interrupt(async () => process.stdout.write(`${text}\n`));
  }

  /** Asks a yes-or-no question; only if `mayAsk()`. */
  async confirm(question) {
    return this.interrupt(async () => {
      const terminal = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
      } finally {
        terminal.close();
      }
    });
  }

  async interrupt(work) {
    return this.#progress ? this.#progress.interrupt(work) : work();
  }

  /** The end of the log; empty if this run has not written any. */
  tail() {
    if (this.#log === undefined) return [];
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-tailLines);
  }

  #write(text) {
    // Only now: a step that finds nothing to do keeps the log of the last run that did something.
    if (this.#log === undefined) {
      mkdirSync(path.dirname(this.logFile), { recursive: true });
      this.#log = openSync(this.logFile, 'w');
    }
    writeSync(this.#log, text);
  }
}

/**
 * Runs work that is not a step of a set-up, with a line of progress and a log.
 *
 * @param {string} title
 * @param {string} log the name of its log
 * @param {(task: Task) => Promise<string>} work returns its result, which is shown at the end of the line
 * @throws {SetupFailure} like `work`, with the path of the log
 */
export async function withTask(title, log, work) {
  const progress = new ProgressLine(title);
  const task = new Task(log, progress);
  let result = 'FAILED';
  try {
    result = await work(task);
  } catch (error) {
    if (error instanceof SetupFailure) error.message += ` See ${shown(task.logFile)}.`;
    throw error;
  } finally {
    task.close();
    progress.end(result);
  }
}
