import { callableFunction, checkArgument, requireCount } from '../host/arguments.js';
import type { CallValue, CallableFunction, ExportedFunctions } from '../host/arguments.js';
import type { HostFunctions, InvocationCalls } from '../host/host-functions.js';
import { Line, isWithinHostCall } from '../host/host-call-context.js';
import { RawValues } from '../host/raw-values.js';
import { earlyEndError } from '../runners/early-end.js';
import { inWords } from '../runners/end-message.js';
import type { InvocationFacts } from '../runners/end-message.js';
import type {
  CallEnding,
  CallProgress,
  CallRequest,
  InstancePort,
  SingleCall,
} from '../runners/instance-port.js';
import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';
import type { ExternalDescription, Timings } from '../support/shared-types.js';

/** What all instances of a module have in common. */
export interface InstanceFacts {
  file: string;
  exports: readonly ExternalDescription[];
  functions: ExportedFunctions;
  /** Longest time of a call, in milliseconds. */
  timeoutMs: number | undefined;
  concurrency: number;
  maxWaiting: number;
  hostFunctions: HostFunctions | undefined;
}

/** What differs between them. */
export interface InstanceSettings {
  /** Most operations that wait. */
  maxQueue: number;
  onStdout: ((chunk: Buffer) => void) | undefined;
  onStderr: ((chunk: Buffer) => void) | undefined;
}

/** How a single call ended. */
export interface SingleResult {
  value: CallValue;
  stdout: Buffer;
  stderr: Buffer;
  timings: Timings;
}

/** Calls that wait for the end of this turn of JavaScript, to be made together. */
interface Batch {
  called: CallableFunction[];
  resolves: ((value: CallValue) => void)[];
  rejects: ((error: unknown) => void)[];
  functions: Uint32Array;
  values: RawValues;
  /** Where the host calls of all of them go: they see the context of the first. */
  hostCalls: InvocationCalls | undefined;
  /** Whether a guest waits for them. */
  isNested: boolean;
  /** How much of `values` is used. */
  used: number;
  /** How many have settled. */
  settled: number;
}

/** Asks the port; `isNested` is as of calls. */
type Ask<T> = (port: InstancePort, isNested: boolean) => Promise<T>;

/** Calls that are made together at most: the first of them are carried out while others are collected. */
const BATCH_CALLS = 256;
/** Arguments of all of them, unless one has more. */
const BATCH_VALUES = 1024;

/**
 * What is asked of an instance, in order: calls in batches, since a crossing to the guest's thread or
 * process costs more than a small call does.
 */
export class InstanceCalls {
  readonly #port: InstancePort;
  readonly #facts: InstanceFacts;
  readonly #settings: InstanceSettings;
  readonly #onEnd: () => void;
  readonly #line = new Line();
  /** The functions that were called, with their numbers among the exports. */
  readonly #callable = new Map<string, { index: number; called: CallableFunction }>();
  #batch: Batch | undefined;
  /** A batch whose arrays are used again. */
  #spare: Pick<Batch, 'functions' | 'values'> | undefined;
  /** What was asked and has not settled. */
  #pending = 0;
  /** What is asked while something is under way in several steps. */
  #held: (() => void)[] | undefined;
  /** Whether a guest waits for what is under way in several steps. */
  #isHoldNested = false;
  /** How many of those no guest waits for. */
  #plainHolds = 0;
  /** Why nothing is taken any more. */
  #end: { cause?: unknown } | undefined;
  #closing: Promise<void> | undefined;

  /** @param onEnd Called once, when it has released all that it had. */
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
  }

  /** Whether what is asked now is done later. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  call(name: string, args: readonly unknown[]): Promise<CallValue> {
    return this.#asked((isNested) => this.#call(name, args, isNested));
  }

  #call(name: string, args: readonly unknown[], isNested: boolean): Promise<CallValue> {
    // What is thrown here rejects the promise.
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      const { index, called } = this.#find(name);
      requireCount(called, args.length);
      const batch = this.#batchFor(called.params.length, isNested);
      setArguments(batch.values, batch.used, called, args);
      const at = batch.called.length;
      batch.functions[at] = index;
      batch.called[at] = called;
      batch.resolves[at] = resolve;
      batch.rejects[at] = reject;
      batch.used += called.params.length;
      this.#pending++;
      if (at + 1 === BATCH_CALLS) this.#flush();
    });
  }

  /** Calls a function many times, one crossing for all, until it does not return. */
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
      calls.forEach((args, at) => {
        try {
          requireCount(called, args.length);
          setArguments(values, at * params.length, called, args);
        } catch (error) {
          throw ofCall(at, error);
        }
      });
      const functions = new Uint32Array(calls.length).fill(index);
      const given: CallValue[] = [];
      this.#pending++;
      const call = {
        ...{ functions, values: values.doubles, isOne: true, isNested },
        hostCalls: this.#beginHostCalls(),
        resultCount: calls.length * results.length,
      };
      this.#submit(call, undefined, (progress) => {
        const raw = new RawValues(progress.results);
        for (let at = 0; at < progress.calls; at++) {
          given.push(raw.results(at * results.length, results));
        }
        const { ending } = progress;
        if (!ending) return;
        this.#pending--;
        this.#tellOutput(progress);
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
        throw inWords(
          earlyEndError('aborted'),
          this.#wordFacts(isNested, single),
          single.signal.reason,
        );
      }
      const values = RawValues.ofCapacity(args.length);
      setArguments(values, 0, called, args);
      this.#pending++;
      const call = {
        ...{ functions: Uint32Array.of(index), values: values.doubles, isOne: true, isNested },
        hostCalls: this.#beginHostCalls(),
        resultCount: called.results.length,
      };
      this.#submit(call, single, ({ results, stdout, stderr, ending }) => {
        if (!ending) return;
        this.#pending--;
        const { timings } = ending;
        const error = this.#errorOf(ending, called, isNested, { stdout, stderr, timings }, single);
        const value = error ? undefined : new RawValues(results).results(0, called.results);
        if (error) reject(error);
        else resolve({ value, stdout, stderr, timings });
      });
    });
  }

  /** Asks for something that is no call. */
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

  /** A step of what has the instance held already. */
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

  /** Has `work`, which takes several steps, done with nothing else in between. */
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

  /** As {@link release}; but calls that wait for a host function, or come to, end. */
  close(): Promise<void> {
    this.#port.endWaits();
    return this.release();
  }

  /** Takes nothing more, and releases all when what was taken has been done. */
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
      // Those may wait for threads that wait for whoever closes this.
      if (isBehindOthers) resolve();
    });
    return this.#closing;
  }

  async #releaseAll(isNested: boolean): Promise<void> {
    try {
      await this.#port.close(isNested);
    } catch (error) {
      // Its process is gone, or its module's threads: so is what it had.
      if (!(error instanceof WasmEdgeError)) throw error;
      // All threads have guests that wait, for this perhaps: it is done when one of them is free.
      if (error.code === 'ERR_QUEUE_FULL') this.#port.close(false).catch(() => undefined);
    }
  }

  /** Whether a guest that may have a thread of this module waits for what is asked now. */
  #isNested(): boolean {
    return this.#facts.hostFunctions !== undefined && isWithinHostCall();
  }

  /** Has something asked, unless a guest might wait for itself then. */
  #asked<T>(ask: (isNested: boolean) => Promise<T>): Promise<T> {
    // What a host function of its own asks is refused in other words.
    if (!isWithinHostCall() || this.#line.isWaitedFor) return ask(false);
    const isNested = this.#isNested();
    const leave = isNested && this.#plainHolds > 0 ? undefined : this.#line.join();
    if (!leave) return Promise.reject(this.#circleError());
    const asked = ask(isNested);
    asked.then(leave, leave);
    return asked;
  }

  #circleError(): WasmEdgeError {
    return new WasmEdgeError(
      'ERR_QUEUE_FULL',
      `The instance of ${printable(this.#facts.file)} is asked by a host function for which it waits ` +
        'itself, or may come to, by way of other instances. It would wait for itself.',
    );
  }

  #requireOpen(): void {
    const { file } = this.#facts;
    if (this.#line.isWaitedFor) {
      throw new WasmEdgeError(
        'ERR_INVALID_ARGUMENT',
        `The instance of ${printable(file)} waits for the host function that asks this of it. Use the ` +
          "host function's caller: caller.call, caller.memory.",
      );
    }
    if (this.#end) throw this.#closedError();
    if (this.#pending > this.#settings.maxQueue) {
      throw new WasmEdgeError(
        'ERR_QUEUE_FULL',
        `The instance of ${printable(file)} has as many operations waiting as its queue holds ` +
          `(maxQueue is ${this.#settings.maxQueue}). Try again later.`,
      );
    }
  }

  #closedError(): WasmEdgeError {
    const cause = this.#end?.cause;
    const file = printable(this.#facts.file);
    return cause === undefined
      ? new WasmEdgeError('ERR_CLOSED', `The instance of ${file} is closed. Make another one.`)
      : new WasmEdgeError(
          'ERR_CLOSED',
          `The instance of ${file} has ended early, and what it held may be half written: see the ` +
            'cause. Make another one.',
          { cause },
        );
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

  /** The batch that is being collected, with room for so many arguments. */
  #batchFor(values: number, isNested: boolean): Batch {
    const collected = this.#batch;
    const hasRoom = collected && collected.used + values <= collected.values.capacity;
    if (!hasRoom || collected.isNested !== isNested) this.#flush();
    if (this.#batch) return this.#batch;
    const spare = this.#spare;
    this.#spare = undefined;
    this.#batch = {
      ...{ called: [], resolves: [], rejects: [], used: 0, settled: 0 },
      ...{ hostCalls: this.#beginHostCalls(), isNested },
      functions: spare?.functions ?? new Uint32Array(BATCH_CALLS),
      values:
        spare && spare.values.capacity >= values
          ? spare.values
          : RawValues.ofCapacity(Math.max(BATCH_VALUES, values)),
    };
    queueMicrotask(() => {
      this.#flush();
    });
    return this.#batch;
  }

  /** Has what was collected carried out. */
  #flush(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    const call = {
      hostCalls: batch.hostCalls,
      functions: batch.functions.subarray(0, batch.called.length),
      values: batch.values.doubles.subarray(0, batch.used),
      resultCount: batch.called.reduce((sum, { results }) => sum + results.length, 0),
      ...{ isOne: false, isNested: batch.isNested },
    };
    this.#submit(
      call,
      undefined,
      (progress) => {
        this.#settle(batch, progress);
      },
      () => {
        this.#spare = batch;
      },
    );
  }

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
        ...call,
        stdin: single?.stdin,
        timeoutMs: single ? single.timeoutMs : this.#facts.timeoutMs,
        keepsOutput: (single ?? onStdout ?? onStderr) !== undefined,
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

  /** Where it is seen who asks. */
  #beginHostCalls(): InvocationCalls | undefined {
    return this.#facts.hostFunctions?.begin(this.#line);
  }

  /** At once, or when what has the instance held has been done. */
  #inOrder(work: () => void): void {
    if (this.#held) this.#held.push(work);
    else work();
  }

  #release(): void {
    const waiting = this.#held ?? [];
    this.#held = undefined;
    let next = 0;
    while (next < waiting.length && !this.isHeld) waiting[next++]?.();
    // Behind another one that takes several steps.
    for (const work of waiting.slice(next)) this.#inOrder(work);
  }

  #settle(batch: Batch, progress: CallProgress): void {
    this.#tellOutput(progress);
    this.#pending -= progress.calls;
    const raw = new RawValues(progress.results);
    let at = 0;
    for (let count = 0; count < progress.calls; count++) {
      const results = batch.called[batch.settled]?.results ?? [];
      batch.resolves[batch.settled++]?.(raw.results(at, results));
      at += results.length;
    }
    const { ending } = progress;
    const called = batch.called[batch.settled];
    if (!ending || !called) return;
    const error = this.#errorOf(ending, called, batch.isNested);
    if (!error) return;
    this.#pending -= batch.called.length - batch.settled;
    // Those after one that has ended the instance were not made; where it has not, none of them was.
    batch.rejects[batch.settled++]?.(error);
    const others = ending.hasEnded ? this.#closedError() : error;
    while (batch.settled < batch.rejects.length) batch.rejects[batch.settled++]?.(others);
  }

  /** Why a call did not return, in words; undefined where all returned. */
  #errorOf(
    ending: CallEnding,
    called: CallableFunction,
    isNested: boolean,
    output: { stdout?: Buffer; stderr?: Buffer; timings?: Timings } = {},
    single?: SingleCall,
  ): WasmEdgeError | undefined {
    const error = this.#wordsFor(ending, called, isNested, output, single);
    // What has ended since it was closed has no other reason.
    if (error && ending.hasEnded && error.code !== 'ERR_CLOSED') this.#endBy(error);
    return error;
  }

  #wordsFor(
    { error, exitCode: code }: CallEnding,
    { name }: CallableFunction,
    isNested: boolean,
    output: { stdout?: Buffer; stderr?: Buffer; timings?: Timings },
    single: SingleCall | undefined,
  ): WasmEdgeError | undefined {
    if (code !== undefined) {
      const exitCode = code & 0xff;
      const message = `The guest called proc_exit(${exitCode}) instead of returning from '${name}'.`;
      return new WasmEdgeError('ERR_GUEST_EXIT', message, { exitCode, ...output });
    }
    if (!error || !(error instanceof WasmEdgeError)) return error;
    if (error.code === 'ERR_CLOSED') {
      this.#endUntold();
      return this.#closedError();
    }
    Object.assign(error, output);
    const cause: unknown = error.code === 'ERR_ABORTED' ? single?.signal?.reason : error.cause;
    return inWords(error, this.#wordFacts(isNested, single), cause);
  }

  #wordFacts(isNested: boolean, single?: SingleCall): InvocationFacts {
    const { file, timeoutMs, concurrency, maxWaiting } = this.#facts;
    const { maxQueue } = this.#settings;
    return {
      ...{ file, concurrency, maxQueue, maxWaiting, isNested },
      timeoutMs: single ? single.timeoutMs : timeoutMs,
      timeoutOption: single?.timeoutOption ?? 'limits.timeoutMs',
    };
  }

  #accessError(error: WasmEdgeError, isNested: boolean): WasmEdgeError {
    if (error.code === 'ERR_QUEUE_FULL') return inWords(error, this.#wordFacts(isNested));
    if (error.code === 'ERR_WORKER_DIED') this.#endBy(error);
    if (error.code !== 'ERR_CLOSED') return error;
    this.#endUntold();
    return this.#closedError();
  }

  /** It has ended, and what ended it is not known, or not yet. */
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

/** What a listener throws is nobody's but its owner's. */
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

function setArguments(
  values: RawValues,
  at: number,
  { params }: CallableFunction,
  args: readonly unknown[],
): void {
  for (const [index, kind] of params.entries()) {
    values.set(at + index, kind, checkArgument(kind, index, args[index]));
  }
}

/** An error of one of many calls. */
function ofCall(at: number, error: unknown): unknown {
  if (!(error instanceof WasmEdgeError)) return error;
  return new WasmEdgeError(error.code, `Call ${at + 1}: ${error.message}`);
}

/** The same error, with what the calls before it gave. */
function withResults(error: WasmEdgeError, results: CallValue[]): WasmEdgeError {
  return Object.assign(error, { results });
}
