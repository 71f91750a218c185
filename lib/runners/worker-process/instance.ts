import { performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';

import type { HostCallReceiver } from '../../host/host-functions.js';
import { WasmEdgeError } from '../../support/errors.js';
import { Malformed } from '../../support/received.js';
import { earlyEndError, onEarlyEnd } from '../early-end.js';
import type { EndReason } from '../early-end.js';
import type {
  CallProgress,
  CallRequest,
  InstancePort,
  InstanceRequest,
  MadeInstance,
} from '../instance-port.js';

import type { Answer } from './answers.js';
import { encodeValue } from './encoded-value.js';
import type { HeldCalls } from './held-calls.js';
import type { InstanceAccess, ToWorker } from './protocol.js';
import type { Asked, Worker } from './worker.js';

const NOTHING = Buffer.alloc(0);
/** The maximum size of a memory. */
const MOST_BYTES = 2 ** 32;
const NO_TIMINGS = { queueMs: 0, instantiateMs: 0, executeMs: 0 };

/** The pool's view of operations requested of its workers. */
export interface AskingPool {
  /** While it lasts, the event loop stays alive and the worker must respond. */
  begin(): void;
  end(worker: Worker, isAnswered: boolean): void;
  nextId(): number;
  graceMs: number;
}

/** Creates an instance in a worker, once there is one. */
export class WaitingInstance {
  readonly promise: Promise<MadeInstance>;
  readonly #pool: AskingPool;
  readonly #request: InstanceRequest;
  readonly #receiver: HostCallReceiver | undefined;
  readonly #forget: () => void;
  #stopped: EndReason | undefined;
  #asked: AskedOfWorker | undefined;
  #resolve!: (made: MadeInstance) => void;
  #reject!: (error: Error) => void;

  /** @param receiver Handles the host function calls of its constructors. */
  constructor(
    pool: AskingPool,
    request: InstanceRequest,
    signal: AbortSignal | undefined,
    receiver: HostCallReceiver | undefined,
  ) {
    this.#pool = pool;
    this.#receiver = receiver;
    this.#request = request;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const begin = performance.now();
    this.#request = {
      ...request,
      get timeoutMs() {
        if (request.timeoutMs === undefined) return undefined;
        return Math.max(1, Math.ceil(request.timeoutMs - (performance.now() - begin)));
      },
    };
    this.#forget = onEarlyEnd(request.timeoutMs, signal, (reason) => {
      this.#stopped = reason;
      if (this.#asked) this.#asked.stop(reason);
      else this.#reject(earlyEndError(reason));
    });
    this.promise.catch(() => undefined).finally(this.#forget);
  }

  /** Whether nobody waits for it any more. */
  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** A worker is available for it. */
  takeTo(worker: Worker): void {
    const instance = this.#pool.nextId();
    worker.instances.add(instance);
    const id = this.#pool.nextId();
    const { args, env, timeoutMs, isNested } = this.#request;
    this.#asked = new AskedOfWorker(this.#pool, worker, {
      onAnswer: (answer) => {
        if (answer.type !== 'made')
          throw new Malformed('an answer of the wrong type to a request for an instance');
        if (answer.made.exited) worker.forgetInstance(instance);
        const port = new WorkerInstance(this.#pool, worker, instance);
        this.#resolve({ port, ...answer.made });
        return true;
      },
      onError: (error) => {
        worker.forgetInstance(instance);
        this.#reject(error);
      },
    });
    this.#asked.send(
      { type: 'instantiate', id, instance, args, env, timeoutMs, isNested },
      { receiver: this.#receiver },
    );
  }

  lose(reason: Error): void {
    this.#reject(reason);
  }
}

interface Listener {
  /** Returns whether it was the last one. */
  onAnswer(answer: Answer): boolean;
  onError(error: WasmEdgeError): void;
}

/** An operation requested of a worker, until it has answered or is gone. */
class AskedOfWorker implements Asked {
  readonly #pool: AskingPool;
  readonly #worker: Worker;
  readonly #listener: Listener;
  calls: HeldCalls | undefined;
  #id = 0;
  #stopped: EndReason | undefined;
  #grace: NodeJS.Timeout | undefined;

  constructor(pool: AskingPool, worker: Worker, listener: Listener) {
    this.#pool = pool;
    this.#worker = worker;
    this.#listener = listener;
  }

  send(
    message: ToWorker & { id: number },
    { receiver, arrays }: { receiver?: HostCallReceiver | undefined; arrays?: Uint8Array[] } = {},
  ): void {
    this.#id = message.id;
    this.calls = this.#worker.holdCalls(this.#id, receiver, () => undefined);
    this.#pool.begin();
    this.#worker.ask(this.#id, this, message, arrays);
  }

  /** It must end early. */
  stop(reason: EndReason): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    // The worker measures time itself, and returns what the guest had written.
    if (reason === 'aborted') this.#worker.abort(this.#id);
    this.#grace = setTimeout(() => {
      this.#worker.giveUp(`did not end a call within ${this.#pool.graceMs} ms`);
    }, this.#pool.graceMs);
  }

  answer(answer: Answer): boolean {
    if (answer.type === 'error') {
      this.#listener.onError(answer.error);
      return true;
    }
    return this.#listener.onAnswer(answer);
  }

  lose(reason: Error): void {
    const error =
      reason instanceof WasmEdgeError
        ? reason
        : new WasmEdgeError('ERR_WORKER_DIED', reason.message, { cause: reason });
    this.#listener.onError(this.#stopped ? earlyEndError(this.#stopped, { cause: reason }) : error);
  }

  finish(isAnswered: boolean): void {
    clearTimeout(this.#grace);
    this.calls?.end();
    this.#pool.end(this.#worker, isAnswered);
  }
}

/** An instance in a worker process. */
class WorkerInstance implements InstancePort {
  readonly #pool: AskingPool;
  readonly #worker: Worker;
  readonly #instance: number;

  constructor(pool: AskingPool, worker: Worker, instance: number) {
    this.#pool = pool;
    this.#worker = worker;
    this.#instance = instance;
  }

  call(
    request: CallRequest,
    signal: AbortSignal | undefined,
    progress: (progress: CallProgress) => void,
  ): void {
    const { functions, values, resultCount, stdin, timeoutMs, keepsOutput, isOne } = request;
    let left = functions.length;
    let bytesLeft = resultCount * 8;
    let outputLeft = this.#worker.outputBytes * (isOne ? 1 : functions.length);
    /** Incomplete results. */
    let parts: Uint8Array[] = [];
    const forget = onEarlyEnd(timeoutMs, signal, (reason) => {
      asked.stop(reason);
    });
    const asked = new AskedOfWorker(this.#pool, this.#worker, {
      onAnswer: (answer) => {
        if (answer.type !== 'progress')
          throw new Malformed('an answer of the wrong type to a request for calls');
        const { calls, results, stdout, stderr, ending } = answer.progress;
        const output = stdout.length + stderr.length;
        left -= calls;
        bytesLeft -= results.byteLength;
        outputLeft -= output;
        // Parts are kept until the last of them, and each must bring that closer.
        const isNothing =
          !ending && (answer.isPart ? 0 : calls + output) + results.byteLength === 0;
        if (isNothing || outputLeft < 0) throw new Malformed('no output, or more than is allowed');
        const isWhole = ending && !ending.error && ending.exitCode === undefined;
        const isShort = isWhole && left + bytesLeft > 0;
        if (left < 0 || bytesLeft < 0 || isShort)
          throw new Malformed('results that do not match the calls');
        parts.push(new Uint8Array(results));
        if (answer.isPart) return false;
        const whole = parts.length === 1 ? results : new Uint8Array(Buffer.concat(parts)).buffer;
        parts = [];
        if (ending) forget();
        if (ending?.hasEnded) this.#worker.forgetInstance(this.#instance);
        answer.progress.results = whole;
        progress(answer.progress);
        return ending !== undefined;
      },
      onError: (error) => {
        forget();
        this.#worker.forgetInstance(this.#instance);
        progress({
          ...{ calls: 0, results: new ArrayBuffer(0), stdout: NOTHING, stderr: NOTHING },
          ending: { error, hasEnded: true, timings: NO_TIMINGS },
        });
      },
    });
    asked.send(
      {
        type: 'calls',
        id: this.#pool.nextId(),
        instance: this.#instance,
        timeoutMs,
        keepsOutput,
        isOne,
        isNested: request.isNested,
      },
      {
        receiver: request.hostCalls,
        // Sent data must not change, and the caller reuses its arrays.
        arrays: [bytesOf(functions), bytesOf(values), stdin ? Buffer.from(stdin) : NOTHING],
      },
    );
  }

  readMemory(address: number, length: number, isNested: boolean): Promise<Buffer> {
    return this.#access({ kind: 'read', address, length }, isNested, ({ bytes }) => {
      if (bytes.length !== length) throw new Malformed('bytes that were not requested');
      return bytes;
    });
  }

  writeMemory(address: number, bytes: Uint8Array, isNested: boolean): Promise<void> {
    const copy = Buffer.from(bytes);
    return this.#access({ kind: 'write', address }, isNested, () => undefined, [copy]);
  }

  memorySize(isNested: boolean): Promise<number> {
    return this.#access({ kind: 'size' }, isNested, ({ value }) => amount(value));
  }

  growMemory(pages: number, isNested: boolean): Promise<number> {
    return this.#access({ kind: 'grow', pages }, isNested, ({ value }) => amount(value));
  }

  getGlobal(name: string, isNested: boolean): Promise<number | bigint> {
    return this.#access({ kind: 'get', name }, isNested, ({ value }) => {
      return this.#worker.exports.requireGlobal(name, value);
    });
  }

  setGlobal(name: string, value: number | bigint, isNested: boolean): Promise<void> {
    const access = { kind: 'set', name, value: encodeValue(value) } as const;
    return this.#access(access, isNested, () => undefined);
  }

  endWaits(): void {
    this.#worker.endWaits(this.#instance);
  }

  close(isNested: boolean): Promise<void> {
    return this.#access({ kind: 'close' }, isNested, () => {
      this.#worker.forgetInstance(this.#instance);
    });
  }

  #access<T>(
    access: InstanceAccess,
    isNested: boolean,
    read: (found: { value: number | bigint | undefined; bytes: Buffer }) => T,
    arrays: Uint8Array[] = [],
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const asked = new AskedOfWorker(this.#pool, this.#worker, {
        onAnswer: (answer) => {
          if (answer.type !== 'accessed')
            throw new Malformed('an answer of the wrong type to an access');
          resolve(read(answer));
          return true;
        },
        onError: reject,
      });
      const id = this.#pool.nextId();
      const about = { id, instance: this.#instance, access, isNested };
      asked.send({ type: 'access', ...about }, { arrays });
    });
  }
}

function bytesOf(array: Uint32Array | Float64Array): Uint8Array {
  return Buffer.copyBytesFrom(array);
}

/** A number of bytes or pages. */
function amount(value: number | bigint | undefined): number {
  const isAmount = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_BYTES;
  if (!isAmount) throw new Malformed('an invalid amount');
  return Number(value);
}
