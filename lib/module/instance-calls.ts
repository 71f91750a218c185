import { callableFunction, requireCount } from '../host/arguments.js';
import type { CallValue, CallableFunction, ExportedFunctions } from '../host/arguments.js';
import type { HostFunctions, InvocationCalls } from '../host/host-functions.js';
import { Line, isWithinHostCall } from '../host/host-call-context.js';
import { RawValues } from '../host/raw-values.js';
import { earlyEndError } from '../runners/early-end.js';
import type {
  CallEnding,
  CallProgress,
  CallRequest,
  InstancePort,
  SingleCall,
} from '../runners/instance-port.js';
import { WasmEdgeError } from '../support/errors.js';
import type { ToldFailures } from '../support/inference-failures.js';
import type { ExternalDescription, Timings } from '../support/shared-types.js';

import { CallBatch, roomFor, setArguments } from './call-batch.js';
import type { BatchRoom } from './call-batch.js';
import { InstanceErrors } from './instance-errors.js';
import type { CallOutput, SpokenFacts } from './instance-errors.js';

/** What all instances of a module have in common. */
export interface InstanceFacts extends SpokenFacts {
  exports: readonly ExternalDescription[];
  functions: ExportedFunctions;
  hostFunctions: HostFunctions | undefined;
}

/** What differs between instances. */
export interface InstanceSettings {
  /** The maximum number of waiting operations. */
  maxQueue: number;
  onStdout: ((chunk: Buffer) => void) | undefined;
  onStderr: ((chunk: Buffer) => void) | undefined;
}

/** How a single call ended. */
export interface SingleResult extends ToldFailures {
  value: CallValue;
  stdout: Buffer;
  stderr: Buffer;
  /** Always empty: a kept instance has its folders for its whole life. */
  files: Record<string, Buffer>;
  timings: Timings;
}

/** A request to the port; `isNested` is as for calls. */
type Ask<T> = (port: InstancePort, isNested: boolean) => Promise<T>;

/**
 * The operations requested from an instance, in order: calls are batched, since a crossing to the
 * guest's thread or process costs more than a small call.
 */
export class InstanceCalls {
  readonly #port: InstancePort;
  readonly #facts: InstanceFacts;
  readonly #settings: InstanceSettings;
  readonly #onEnd: () => void;
  readonly #line = new Line();
  /** The functions called so far, with their indices among the exports. */
  readonly #callable = new Map<string, { index: number; called: CallableFunction }>();
  readonly #errors: InstanceErrors;
  #batch: CallBatch | undefined;
  /** The buffers for the next batch. */
  #spare: BatchRoom | undefined;
  /** Requests that have not settled. */
  #pending = 0;
  /** Requests made during an operation with several steps. */
  #held: (() => void)[] | undefined;
  /** Whether a guest waits for the current operation with several steps. */
  #isHoldNested = false;
  /** The number of them that no guest waits for. */
  #plainHolds = 0;
  /** Why nothing more is accepted. */
  #end: { cause?: unknown } | undefined;
  #closing: Promise<void> | undefined;

  /** @param onEnd Called once, when it has released everything. */
  constructor(
    port: InstancePort,
    facts: InstanceFacts,
    settings: InstanceSettings,
    onEnd: () => void,
  ) {
    this.#port = port;
    this.#facts = facts;
    this.#settings = settings;
    this.#onEnd = onEnd;
    this.#errors = new InstanceErrors(facts, settings.maxQueue);
  }

  /** Whether requests made now are executed later. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  call(name: string, args: readonly unknown[]): Promise<CallValue> {
    // Most calls are not made by a host function, and there may be a million of them.
    if (!isWithinHostCall()) return this.#call(name, args, false);
    return this.#asked((isNested) => this.#call(name, args, isNested));
  }

  #call(name: string, args: readonly unknown[], isNested: boolean): Promise<CallValue> {
    // Exceptions here reject the promise.
    return new Promise((resolve) => {
      this.#requireOpen();
      const { index, called } = this.#find(name);
      requireCount(called, args.length);
      const batch = this.#batchFor(called.params.length, isNested);
      batch.add(index, called, args, resolve);
      this.#pending++;
      if (batch.isFull) this.#flush();
    });
  }

  /** Calls a function many times with a single crossing, until it does not return. */
  callMany(name: string, calls: readonly (readonly unknown[])[]): Promise<CallValue[]> {
    return this.#asked((isNested) => this.#callMany(name, calls, isNested));
  }

  #callMany(
    name: string,
    calls: readonly (readonly unknown[])[],
    isNested: boolean,
  ): Promise<CallValue[]> {
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      const { index, called } = this.#find(name);
      const { params, results } = called;
      const values = RawValues.ofCapacity(calls.length * params.length);
      setAllArguments(values, called, calls);
      const functions = new Uint32Array(calls.length).fill(index);
      const given: CallValue[] = [];
      this.#pending++;
      const call = {
        functions,
        values: values.doubles,
        isOne: true,
        isNested,
        hostCalls: this.#beginHostCalls(),
        resultCount: calls.length * results.length,
      };
      this.#submit(call, undefined, (progress) => {
        const raw = new RawValues(progress.results);
        for (let at = 0; at < progress.calls; at++) {
          given.push(raw.results(at * results.length, results));
        }
        this.#tellOutput(progress);
        const { ending } = progress;
        if (!ending) return;
        this.#pending--;
        const error = this.#errorOf(ending, called, isNested);
        if (error) reject(withResults(error, given));
        else resolve(given);
      });
    });
  }

  invoke(name: string, args: readonly unknown[], single: SingleCall): Promise<SingleResult> {
    return this.#asked((isNested) => this.#invoke(name, args, single, isNested));
  }

  #invoke(
    name: string,
    args: readonly unknown[],
    single: SingleCall,
    isNested: boolean,
  ): Promise<SingleResult> {
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      const { index, called } = this.#find(name);
      requireCount(called, args.length);
      if (single.signal?.aborted) {
        throw this.#errors.inWords(earlyEndError('aborted'), isNested, single);
      }
      const values = RawValues.ofCapacity(args.length);
      setArguments(values, 0, called, args);
      this.#pending++;
      const call = {
        functions: Uint32Array.of(index),
        values: values.doubles,
        isOne: true,
        isNested,
        hostCalls: this.#beginHostCalls(),
        resultCount: called.results.length,
      };
      this.#submit(call, single, ({ results, stdout, stderr, ending }) => {
        if (!ending) return;
        this.#pending--;
        const { timings, inferenceFailures } = ending;
        const told = { stdout, stderr, timings, ...(inferenceFailures && { inferenceFailures }) };
        const error = this.#errorOf(ending, called, isNested, told, single);
        const value = error ? undefined : new RawValues(results).results(0, called.results);
        if (error) reject(error);
        else resolve({ value, files: {}, ...told });
      });
    });
  }

  /** Requests an operation other than a call. */
  access<T>(ask: Ask<T>): Promise<T> {
    return this.#asked((isNested) => this.#access(ask, isNested));
  }

  #access<T>(ask: Ask<T>, isNested: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      this.#flush();
      this.#pending++;
      this.#inOrder(() => {
        this.#step(ask, isNested)
          .finally(() => this.#pending--)
          .then(resolve, reject);
      });
    });
  }

  /** A step of the operation that already holds the instance. */
  step<T>(ask: Ask<T>): Promise<T> {
    return this.#step(ask, this.#isHoldNested);
  }

  async #step<T>(ask: Ask<T>, isNested: boolean): Promise<T> {
    try {
      return await ask(this.#port, isNested);
    } catch (error) {
      throw error instanceof WasmEdgeError ? this.#accessError(error, isNested) : error;
    }
  }

  /** Executes `work`, which takes several steps, with nothing else in between. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    return this.#asked((isNested) => this.#hold(work, isNested));
  }

  #hold<T>(work: () => Promise<T>, isNested: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      this.#flush();
      this.#pending++;
      if (!isNested) this.#plainHolds++;
      this.#inOrder(() => {
        this.#held = [];
        this.#isHoldNested = isNested;
        work()
          .finally(() => {
            this.#pending--;
            if (!isNested) this.#plainHolds--;
            this.#release();
          })
          .then(resolve, reject);
      });
    });
  }

  /** Like {@link release}, but ends calls that wait for a host function, now or later. */
  close(): Promise<void> {
    this.#port.endWaits();
    return this.release();
  }

  /**
   * Accepts nothing more, and releases everything once all accepted requests have been executed.
   */
  release(): Promise<void> {
    this.#closing ??= new Promise((resolve, reject) => {
      this.#flush();
      const hasEnded = this.#end !== undefined;
      this.#end ??= {};
      if (hasEnded) {
        resolve();
        return;
      }
      const isNested = this.#isNested();
      const isBehindOthers = isNested && this.#plainHolds > 0;
      this.#inOrder(() => {
        this.#releaseAll(isNested && !isBehindOthers)
          .finally(this.#onEnd)
          .then(resolve, reject);
      });
      // These may wait for threads that wait for the caller of this.
      if (isBehindOthers) resolve();
    });
    return this.#closing;
  }

  async #releaseAll(isNested: boolean): Promise<void> {
    try {
      await this.#port.close(isNested);
    } catch (error) {
      // Its process or its module's threads are gone, and its resources with them.
      if (!(error instanceof WasmEdgeError)) throw error;
      // The guests on all threads are waiting, perhaps for this: it is done when a thread is free.
      if (error.code === 'ERR_QUEUE_FULL') this.#port.close(false).catch(() => undefined);
    }
  }

  /** Whether a guest that may occupy a thread of this module waits for requests made now. */
  #isNested(): boolean {
    return this.#facts.hostFunctions !== undefined && isWithinHostCall();
  }

  /** Makes a request, unless a guest might then wait for itself. */
  #asked<T>(ask: (isNested: boolean) => Promise<T>): Promise<T> {
    if (!isWithinHostCall()) return ask(false);
    if (this.#line.isWaitedFor) return Promise.reject(this.#errors.ofItself());
    const isNested = this.#isNested();
    const leave = isNested && this.#plainHolds > 0 ? undefined : this.#line.join();
    if (!leave) return Promise.reject(this.#errors.circle());
    const asked = ask(isNested);
    asked.then(leave, leave);
    return asked;
  }

  #requireOpen(): void {
    if (this.#end) throw this.#closedError();
    if (this.#pending > this.#settings.maxQueue) throw this.#errors.queueFull();
  }

  #closedError(): WasmEdgeError {
    return this.#errors.closed(this.#end?.cause);
  }

  #find(name: string): { index: number; called: CallableFunction } {
    let found = this.#callable.get(name);
    if (!found) {
      const { exports, functions } = this.#facts;
      const called = callableFunction(functions, name);
      const description = functions.get(name);
      const index = exports.findIndex((each) => each === description);
      found = { index, called };
      this.#callable.set(name, found);
    }
    return found;
  }

  /** The batch being collected, with room for this many more arguments. */
  #batchFor(values: number, isNested: boolean): CallBatch {
    const collected = this.#batch;
    if (collected?.isNested === isNested && collected.hasRoomFor(values)) return collected;
    this.#flush();
    const spare = this.#spare;
    this.#spare = undefined;
    const room = spare && spare.values.capacity >= values ? spare : roomFor(values);
    this.#batch = new CallBatch(room, isNested, this.#beginHostCalls());
    queueMicrotask(this.#flush);
    return this.#batch;
  }

  /** Executes the collected calls. */
  readonly #flush = (): void => {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    const { hostCalls, functions, values, resultCount, isNested } = batch;
    this.#submit(
      { hostCalls, functions, values, resultCount, isNested, isOne: false },
      undefined,
      (progress) => {
        this.#settle(batch, progress);
      },
      () => {
        this.#spare = batch.room;
      },
    );
  };

  #submit(
    call: Pick<CallRequest, 'functions' | 'values' | 'resultCount' | 'isOne' | 'isNested'> & {
      hostCalls: InvocationCalls | undefined;
    },
    single: SingleCall | undefined,
    progress: (progress: CallProgress) => void,
    onTaken?: () => void,
  ): void {
    if (call.isOne) this.#flush();
    const { onStdout, onStderr } = this.#settings;
    this.#inOrder(() => {
      const request = {
        stdin: single?.stdin,
        timeoutMs: single ? single.timeoutMs : this.#facts.timeoutMs,
        keepsOutput: (single ?? onStdout ?? onStderr) !== undefined,
        ...call,
      };
      this.#port.call(request, single?.signal, (told) => {
        const { ending } = told;
        if (ending?.error) call.hostCalls?.addCause(ending.error);
        if (ending) call.hostCalls?.end(ending.error);
        progress(told);
      });
      onTaken?.();
    });
  }

  /** Called where the requester is known. */
  #beginHostCalls(): InvocationCalls | undefined {
    return this.#facts.hostFunctions?.begin(this.#line);
  }

  /** Immediately, or after the operation that holds the instance. */
  #inOrder(work: () => void): void {
    if (this.#held) this.#held.push(work);
    else work();
  }

  #release(): void {
    const waiting = this.#held ?? [];
    this.#held = undefined;
    let next = 0;
    while (next < waiting.length && !this.isHeld) waiting[next++]?.();
    // After another operation with several steps.
    for (const work of waiting.slice(next)) this.#inOrder(work);
  }

  #settle(batch: CallBatch, progress: CallProgress): void {
    this.#tellOutput(progress);
    this.#pending -= progress.calls;
    batch.settle(progress);
    const { ending } = progress;
    const called = batch.next;
    if (!ending || !called) return;
    const error = this.#errorOf(ending, called, batch.isNested);
    if (!error) return;
    this.#pending -= batch.left;
    // Calls after one that ended the instance were not made; if it was not ended, none was made.
    batch.fail(error, ending.hasEnded ? this.#closedError() : error);
  }

  /** Why a call did not return, in words; undefined if all returned. */
  #errorOf(
    ending: CallEnding,
    { name }: CallableFunction,
    isNested: boolean,
    output?: CallOutput,
    single?: SingleCall,
  ): WasmEdgeError | undefined {
    if (ending.error?.code === 'ERR_CLOSED') {
      // If it ended after it was closed, there is no other reason.
      this.#endUntold();
      return this.#closedError();
    }
    const error = this.#errors.ofEnding(ending, name, isNested, output, single);
    if (error && ending.hasEnded) this.#endBy(error);
    return error;
  }

  #accessError(error: WasmEdgeError, isNested: boolean): WasmEdgeError {
    if (error.code === 'ERR_QUEUE_FULL') return this.#errors.inWords(error, isNested);
    if (error.code === 'ERR_WORKER_DIED') this.#endBy(error);
    if (error.code !== 'ERR_CLOSED') return error;
    this.#endUntold();
    return this.#closedError();
  }

  /** It has ended, for a reason that is unknown, or not known yet. */
  #endUntold(): void {
    if (this.#end) return;
    this.#end = {};
    this.#onEnd();
  }

  #endBy(error: WasmEdgeError): void {
    const wasOpen = this.#end === undefined;
    this.#end = { cause: error };
    if (wasOpen) this.#onEnd();
  }

  #tellOutput({ stdout, stderr }: CallProgress): void {
    tell(this.#settings.onStdout, stdout);
    tell(this.#settings.onStderr, stderr);
  }
}

/** An exception of a listener concerns only its owner. */
export function tell(listener: ((chunk: Buffer) => void) | undefined, chunk: Buffer): void {
  if (!listener || chunk.length === 0) return;
  try {
    listener(chunk);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The arguments of calls of one function, which must all be valid. */
function setAllArguments(
  values: RawValues,
  called: CallableFunction,
  calls: readonly (readonly unknown[])[],
): void {
  const { length } = called.params;
  let at = 0;
  try {
    for (const args of calls) {
      requireCount(called, args.length);
      setArguments(values, at * length, called, args);
      at++;
    }
  } catch (error) {
    throw ofCall(at, error);
  }
}

/**
 * The error of one of many calls. An exception of a proxy or getter means that its arguments are
 * unusable.
 */
function ofCall(at: number, error: unknown): WasmEdgeError {
  const reason = error instanceof WasmEdgeError ? error.message : 'its arguments cannot be read.';
  return new WasmEdgeError('ERR_INVALID_ARGUMENT', `Call ${at + 1}: ${reason}`, { cause: error });
}

/** The same error with the results of the calls before it. */
function withResults(error: WasmEdgeError, results: CallValue[]): WasmEdgeError {
  return Object.assign(error, { results });
}
