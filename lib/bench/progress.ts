import { performance } from 'node:perf_hooks';

import { SingleBar } from 'cli-progress';

import type { Observer } from './run.js';

/**
 * Reports the benchmark's progress on standard error: bars on a terminal, otherwise one line per
 * phase.
 */
export class TerminalObserver implements Observer {
  #bar: SingleBar | undefined;
  #phase = '';
  #left = 0;
  #began = 0;

  preparing(what: string): void {
    console.error(`Preparing: ${what} …`);
  }

  skipped(title: string, why: string): void {
    this.#endPhase();
    console.error(`Skipped: ${title}. ${why}`);
  }

  begin(phase: string, steps: number): void {
    this.#endPhase();
    if (steps === 0) return;
    this.#phase = phase;
    this.#left = steps;
    this.#began = performance.now();
    if (!process.stderr.isTTY) return;
    this.#bar = new SingleBar({
      format: `${phase.padEnd(14)} {bar} {percentage} %, {eta_formatted} left`,
      clearOnComplete: true,
      hideCursor: true,
      stream: process.stderr,
      etaBuffer: 50,
    });
    this.#bar.start(steps, 0);
  }

  step(): void {
    this.#bar?.increment();
    if (--this.#left === 0) this.#endPhase();
  }

  end(): void {
    this.#endPhase();
  }

  #endPhase(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    if (this.#phase === '') return;
    const seconds = (performance.now() - this.#began) / 1000;
    console.error(`Measured: ${this.#phase}, ${seconds.toFixed(1)} s`);
    this.#phase = '';
  }
}
