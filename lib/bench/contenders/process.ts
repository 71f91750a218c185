import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import type { Readable } from 'node:stream';

import type { Command } from './definition.js';
import type {
  AnswerReply,
  ColdStartReply,
  ErrorReply,
  MeasureReply,
  ReadyReply,
  SaturateReply,
} from './workload.js';

/** A contender does not behave as expected. The benchmark continues without it. */
export class ContenderFailure extends Error {
  override readonly name = 'ContenderFailure';
}

/** The running process of a contender: one command at a time, each with one answer. */
export class ContenderProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #complaints = '';

  private constructor({ command, args, env }: Command) {
    this.#child = spawn(command, args, {
      // The extra certificates that Node.js reads at each start belong to this machine, not to a
      // contender.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...env },
      // Messages that libraries print do not interfere with the answers, which have a separate
      // descriptor.
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    // A process that cannot be started, or has ended, produces no more lines, which is noticed
    // elsewhere.
    this.#child.on('error', (error) => {
      this.#complaints += error.message;
      this.#reader.close();
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#reader = createInterface({ input: this.#child.stdio[3] as Readable });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Starts it and waits until it is ready. */
  static async start(command: Command): Promise<ContenderProcess> {
    const started = new ContenderProcess(command);
    await started.#reply<ReadyReply>();
    return started;
  }

  /** Starts it for a single answer. */
  static async coldStart(command: Command): Promise<ColdStart> {
    const startedAt = performance.timeOrigin + performance.now();
    const started = new ContenderProcess(command);
    const reply = await started.#reply<ColdStartReply>();
    const totalMs = performance.timeOrigin + performance.now() - startedAt;
    await started.close();
    let before = startedAt;
    const parts = reply.marks.map(([part, at]): [string, number] => {
      const milliseconds = at - before;
      before = at;
      return [part, milliseconds];
    });
    return { totalMs, parts, answer: reply.answer };
  }

  /** For /proc. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  answer(picture: number): Promise<AnswerReply> {
    return this.#ask(`answer ${picture}`);
  }

  measure(picture: number, warmUp: number, count: number): Promise<MeasureReply> {
    return this.#ask(`measure ${picture} ${warmUp} ${count}`);
  }

  saturate(picture: number, concurrency: number, milliseconds: number): Promise<SaturateReply> {
    return this.#ask(`saturate ${picture} ${concurrency} ${milliseconds}`);
  }

  /** Only for contenders in JavaScript. */
  async repeat(picture: number, concurrency: number, count: number): Promise<void> {
    await this.#ask(`repeat ${picture} ${concurrency} ${count}`);
  }

  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null || this.#child.pid === undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(killer);
  }

  #ask<Reply>(line: string): Promise<Reply> {
    this.#child.stdin?.write(`${line}\n`);
    return this.#reply<Reply>();
  }

  async #reply<Reply>(): Promise<Reply> {
    const { value, done } = (await this.#lines.next()) as IteratorResult<string, undefined>;
    if (done) {
      const { exitCode, signalCode } = this.#child;
      throw new ContenderFailure(
        `Its process ended (${signalCode ?? `exit code ${String(exitCode)}`}). ${this.#complaints}`.trim(),
      );
    }
    const message = JSON.parse(value) as Reply | ErrorReply;
    if (typeof message === 'object' && message !== null && 'error' in message) {
      throw new ContenderFailure(message.error);
    }
    return message;
  }
}

/** The duration of a process's start, up to its first answer. */
export interface ColdStart {
  totalMs: number;
  /** In order, in milliseconds. */
  parts: [part: string, milliseconds: number][];
  answer: AnswerReply;
}
