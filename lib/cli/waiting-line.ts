import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

/** Until then nobody wonders. */
const QUIET_MS = 1000;
/** On what is no terminal, where lines stay. */
const QUIET_WITHOUT_TERMINAL_MS = 5000;
const LINE_EVERY_MS = 30_000;
const TICK_MS = 250;

/**
 * Tells on standard error for how long something has been under way: in one line on a terminal, which
 * it takes away in the end, else in lines now and then.
 */
export class WaitingLine {
  readonly #what: string;
  readonly #begin = performance.now();
  readonly #isTerminal = process.stderr.isTTY;
  readonly #timer: NodeJS.Timeout;
  #nextMs: number;
  #isShown = false;

  /**
   * @param what What is done, such as "Compiling guest.wasm".
   * @param quietMs Milliseconds for which nothing is told. Default: a second on a terminal, else five.
   */
  constructor(what: string, quietMs?: number) {
    this.#what = what;
    this.#nextMs = quietMs ?? (this.#isTerminal ? QUIET_MS : QUIET_WITHOUT_TERMINAL_MS);
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS);
    this.#timer.unref();
    if (this.#nextMs === 0) this.#tick();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#isShown) process.stderr.write('\r\x1b[K');
    this.#isShown = false;
  }

  #tick(): void {
    const elapsedMs = performance.now() - this.#begin;
    if (elapsedMs < this.#nextMs) return;
    this.#nextMs = this.#isTerminal ? 0 : elapsedMs + LINE_EVERY_MS;
    const seconds = Math.floor(elapsedMs / 1000);
    const text = `${this.#what} … ${seconds} s`;
    process.stderr.write(this.#isTerminal ? `\r${text}\x1b[K` : `${text}\n`);
    this.#isShown = this.#isTerminal;
  }
}
