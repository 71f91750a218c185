import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

import { compileProgressChannel } from '../support/diagnostics.js';
import type { CompileProgressEvent } from '../support/diagnostics.js';
import { printable } from '../support/printable.js';

/** Shorter waits are not mentioned. */
const QUIET_MS = 1000;
/** The same without a terminal: there, lines cannot be removed afterwards. */
const QUIET_WITHOUT_TERMINAL_MS = 5000;
const LINE_EVERY_MS = 30_000;
const TICK_MS = 250;

export interface WaitingLineOptions {
  /** Milliseconds before anything is shown. Default: one second on a terminal, otherwise five. */
  quietMs?: number;
  /** The module's file, as given, whose compiling is shown in percent. */
  module?: string;
  /** Whether nothing is shown where standard error is not a terminal. */
  onlyOnTerminal?: boolean;
}

/**
 * Loads a module, and shows a line if that takes longer than a moment: it is then being compiled,
 * unless compiling is off, since the cache does not have it yet.
 */
export async function whileLoading<T>(
  file: string,
  aot: string,
  load: () => Promise<T>,
  options: WaitingLineOptions = {},
): Promise<T> {
  const what = aot === 'auto' ? 'Compiling' : 'Loading';
  const name = printable(path.basename(file), 100);
  const line = new WaitingLine(`${what} ${name}`, { module: file, ...options });
  try {
    return await load();
  } finally {
    line.end();
  }
}

/**
 * Shows on standard error how long something has taken so far, and its progress if known: on a
 * terminal in one line, which is removed at the end; otherwise in lines from time to time.
 */
export class WaitingLine {
  readonly #what: string;
  readonly #begin = performance.now();
  readonly #isTerminal = process.stderr.isTTY;
  readonly #timer: NodeJS.Timeout;
  readonly #module: string | undefined;
  #nextMs: number;
  #isShown = false;
  #percent: number | undefined;

  /** @param what What is being done, such as "Compiling guest.wasm". */
  constructor(what: string, { quietMs, module, onlyOnTerminal }: WaitingLineOptions = {}) {
    this.#what = what;
    this.#module = module;
    const without = onlyOnTerminal === true ? Infinity : QUIET_WITHOUT_TERMINAL_MS;
    this.#nextMs = quietMs ?? (this.#isTerminal ? QUIET_MS : without);
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS);
    this.#timer.unref();
    subscribe(compileProgressChannel.name, this.#onProgress);
    if (this.#nextMs === 0) this.#tick();
  }

  end(): void {
    clearInterval(this.#timer);
    unsubscribe(compileProgressChannel.name, this.#onProgress);
    if (this.#isShown) process.stderr.write('\r\x1b[K');
    this.#isShown = false;
  }

  readonly #onProgress = (message: unknown): void => {
    const { module, percent } = message as CompileProgressEvent;
    if (module === this.#module) this.#percent = percent;
  };

  #tick(): void {
    const elapsedMs = performance.now() - this.#begin;
    if (elapsedMs < this.#nextMs) return;
    this.#nextMs = this.#isTerminal ? 0 : elapsedMs + LINE_EVERY_MS;
    const done = this.#percent === undefined ? '' : `${String(this.#percent)} %, `;
    const text = `${this.#what} … ${done}${Math.floor(elapsedMs / 1000)} s`;
    process.stderr.write(this.#isTerminal ? `\r${text}\x1b[K` : `${text}\n`);
    this.#isShown = this.#isTerminal;
  }
}
