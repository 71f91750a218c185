import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';

import { compileChannel } from '../../diagnostics.js';
import { decodeError } from '../../encoded-error.js';
import { WasmEdgeError } from '../../errors.js';
import { nodeArguments } from '../../node-arguments.js';
import type { ModuleFacts } from '../runner.js';

import { Channel } from './channel.js';
import { decodeValue, encodeValue } from './encoded-value.js';
import type { Invocation } from './invocation.js';
import type { FromWorker, ToWorker } from './protocol.js';

/** What a worker needs to begin: the first message and its arrays. */
export interface WorkerStart {
  message: Extract<ToWorker, { type: 'load' }>;
  arrays: readonly Uint8Array[];
  /** The folder in which relative paths are meant. */
  folder: string;
  env: NodeJS.ProcessEnv;
}

/** What a worker tells its pool. */
export interface WorkerEvents {
  onReady(worker: Worker, facts: ModuleFacts, identity: string): void;
  /** A run that it held has settled. */
  onSettled(worker: Worker): void;
  /**
   * It takes nothing any more and what it held is settled: it could not load the module, it has
   * ended, or it was given up. Once; `lost` is how many runs it held.
   */
  onGone(worker: Worker, reason: Error, lost: number): void;
}

const SCRIPT = path.join(__dirname, 'child.js');
/** How much of what a worker wrote to its standard error is kept, to be told when it dies. */
const LAST_WORDS_BYTES = 2000;
const NOTHING = new Uint8Array();

/** One worker process, seen from the pool. It never keeps the event loop alive by itself. */
export class Worker {
  readonly held = new Map<number, Invocation>();
  /** Runs that it was given so far. */
  runs = 0;
  /** Whether it has loaded the module. */
  isReady = false;
  /** Whether it is given no more runs and ends after those that it holds. */
  isRetiring = false;
  /** Resident bytes, as it last told them. */
  memory = 0;
  readonly #child: ChildProcess;
  readonly #channel: Channel;
  readonly #events: WorkerEvents;
  readonly #exited: Promise<void>;
  #isGone = false;
  #unanswered = 0;
  #lastWords = '';

  constructor({ message, arrays, folder, env }: WorkerStart, events: WorkerEvents) {
    this.#events = events;
    this.#child = spawn(process.execPath, [...nodeArguments(), SCRIPT], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    const socket = this.#child.stdio[3] as Socket;
    this.#channel = new Channel(
      socket,
      (received, bytes) => {
        this.#receive(received as FromWorker, bytes);
      },
      (error) => {
        this.giveUp(`sent what cannot be understood (${String(error)})`);
      },
    );
    const stderr = this.#child.stderr as Socket;
    stderr.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-LAST_WORDS_BYTES);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#goneFor(`could not be started: ${error.message}`, error);
        resolve();
      });
      // After all that it has sent was read.
      this.#child.on('close', (code, signal) => {
        this.#goneFor(signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`);
        resolve();
      });
    });
    this.#child.unref();
    socket.unref();
    stderr.unref();
    this.#send(message, arrays);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Gives it a run, which is then answered, or settled when the worker is gone. */
  take(invocation: Invocation): void {
    const { id, request, remainingMs } = invocation;
    const { stdin, arguments: args, ...rest } = request;
    this.runs++;
    this.held.set(id, invocation);
    invocation.worker = this;
    const encoded = {
      ...rest,
      timeoutMs: remainingMs,
      ...(args && { arguments: args.map(encodeValue) }),
    };
    this.#send({ type: 'run', id, request: encoded }, [stdin ?? NOTHING]);
  }

  abort(invocation: Invocation): void {
    this.#send({ type: 'abort', id: invocation.id });
  }

  /** Asks whether it is still there; gives for how many times in a row it has not answered. */
  ping(): number {
    if (this.#unanswered === 0) this.#send({ type: 'ping' });
    return this.#unanswered++;
  }

  /** Kills it. What it holds is settled at once. */
  giveUp(reason: string): void {
    this.#child.kill('SIGKILL');
    this.#goneFor(`${reason} and was killed`);
  }

  /** Lets it end by itself, and kills it when that takes longer than `graceMs`. */
  async end(graceMs: number): Promise<void> {
    this.#isGone = true;
    this.#send({ type: 'close' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #send(message: ToWorker, arrays?: readonly Uint8Array[]): void {
    this.#channel.send(message, arrays);
  }

  #receive(message: FromWorker, arrays: Buffer[]): void {
    switch (message.type) {
      case 'ready':
        this.isReady = true;
        this.#events.onReady(this, message.facts, message.identity);
        return;
      case 'failed':
        this.#gone(decodeError(message.error, arrays));
        return;
      case 'result': {
        const [stdout, stderr] = arrays;
        const { value, ...result } = message.result;
        if (!stdout || !stderr) throw new Error('a result without its output');
        this.#settle(message, (invocation) => {
          invocation.resolve({
            ...{ ...result, stdout, stderr },
            ...(value !== undefined && { value: decodeValue(value) }),
          });
        });
        return;
      }
      case 'error': {
        const error = decodeError(message.error, arrays);
        this.#settle(message, (invocation) => {
          invocation.reject(error);
        });
        return;
      }
      case 'pong':
        this.#unanswered = 0;
        return;
      case 'warning':
        process.emitWarning(message.message, { code: message.code });
        return;
      case 'compile':
        compileChannel.publish({
          ...message.event,
          ...(message.error && { error: decodeError(message.error, arrays) }),
        });
    }
  }

  /** A run that was settled before, as its worker was given up, is not there any more. */
  #settle(
    { id, memory }: { id: number; memory?: number },
    settle: (invocation: Invocation) => void,
  ): void {
    this.memory = memory ?? 0;
    const invocation = this.held.get(id);
    if (!invocation) return;
    this.held.delete(id);
    settle(invocation);
    this.#events.onSettled(this);
  }

  #goneFor(how: string, cause?: Error): void {
    const words = this.#lastWords.trim();
    const message =
      `The worker process ${this.pid === undefined ? '' : `${this.pid} `}${how}` +
      `${this.isReady ? '' : ' before it had loaded the module'}.` +
      (words === '' ? '' : ` Its last words:\n${words}`);
    this.#gone(new WasmEdgeError('ERR_WORKER_DIED', message, cause && { cause }));
  }

  #gone(reason: Error): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const invocations = [...this.held.values()];
    this.held.clear();
    for (const invocation of invocations) invocation.lose(reason);
    this.#events.onGone(this, reason, invocations.length);
  }
}
