import { checkArgument } from '../host/arguments.js';
import type { CallValue, CallableFunction } from '../host/arguments.js';
import type { InvocationCalls } from '../host/host-functions.js';
import { RawValues } from '../host/raw-values.js';
import type { CallProgress } from '../runners/instance-port.js';

/** The maximum number of calls made together: the first are executed while others are collected. */
const MOST_CALLS = 256;
/** Room for the arguments of all of them, unless a single call has more. */
const USUAL_VALUES = 1024;

/** Buffers in which batches are collected, one after another: the port copies both. */
export interface BatchRoom {
  functions: Uint32Array;
  values: RawValues;
}

export function roomFor(values: number): BatchRoom {
  return {
    functions: new Uint32Array(MOST_CALLS),
    values: RawValues.ofCapacity(Math.max(USUAL_VALUES, values)),
  };
}

/** Calls that wait for the end of this turn of JavaScript, to be made together. */
export class CallBatch {
  /** Whether a guest waits for them. */
  readonly isNested: boolean;
  /** Handles the host function calls of all of them: they see the context of the first. */
  readonly hostCalls: InvocationCalls | undefined;
  readonly room: BatchRoom;
  /** The number of results of all of them. */
  resultCount = 0;
  readonly #called: CallableFunction[] = [];
  /**
   * A promise is rejected by resolving it with a rejected one: holding a second function for each
   * waiting call would cost a fifth of a small call.
   */
  readonly #resolves: ((value: CallValue | Promise<never>) => void)[] = [];
  #used = 0;
  #settled = 0;

  constructor(room: BatchRoom, isNested: boolean, hostCalls: InvocationCalls | undefined) {
    this.room = room;
    this.isNested = isNested;
    this.hostCalls = hostCalls;
  }

  get isFull(): boolean {
    return this.#called.length === MOST_CALLS;
  }

  hasRoomFor(values: number): boolean {
    return this.#used + values <= this.room.values.capacity;
  }

  /** @param index The function's index among the exports. */
  add(
    index: number,
    called: CallableFunction,
    args: readonly unknown[],
    resolve: (value: CallValue | Promise<never>) => void,
  ): void {
    setArguments(this.room.values, this.#used, called, args);
    const at = this.#called.length;
    this.room.functions[at] = index;
    this.#called[at] = called;
    this.#resolves[at] = resolve;
    this.#used += called.params.length;
    this.resultCount += called.results.length;
  }

  get functions(): Uint32Array {
    return this.room.functions.subarray(0, this.#called.length);
  }

  get values(): Float64Array {
    return this.room.values.doubles.subarray(0, this.#used);
  }

  /** The number that have not settled. */
  get left(): number {
    return this.#called.length - this.#settled;
  }

  /** The first one that has not settled. */
  get next(): CallableFunction | undefined {
    return this.#called[this.#settled];
  }

  /** Further calls have returned. */
  settle({ calls, results }: Pick<CallProgress, 'calls' | 'results'>): void {
    if (calls === 0) return;
    const raw = new RawValues(results);
    let at = 0;
    for (let count = 0; count < calls; count++) {
      const kinds = this.#called[this.#settled]?.results ?? [];
      this.#resolveNext(raw.results(at, kinds));
      at += kinds.length;
    }
  }

  /** The next call has ended with one error, and those after it with the other. */
  fail(error: Error, others: Error): void {
    this.#resolveNext(Promise.reject(error));
    while (this.left > 0) this.#resolveNext(Promise.reject(others));
  }

  #resolveNext(value: CallValue | Promise<never>): void {
    this.#resolves[this.#settled++]?.(value);
  }
}

/** Checks the arguments, whose number is correct, and encodes them. */
export function setArguments(
  values: RawValues,
  at: number,
  { params }: CallableFunction,
  args: readonly unknown[],
): void {
  let index = 0;
  for (const kind of params) {
    values.set(at + index, kind, checkArgument(kind, index, args[index]));
    index++;
  }
}
