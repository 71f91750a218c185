import { checkArgument } from '../host/arguments.js';
import type { CallValue, CallableFunction } from '../host/arguments.js';
import type { InvocationCalls } from '../host/host-functions.js';
import { RawValues } from '../host/raw-values.js';
import type { CallProgress } from '../runners/instance-port.js';

/** Calls that are made together at most: the first of them are carried out while others are collected. */
const MOST_CALLS = 256;
/** Arguments of all of them, unless one has more. */
const USUAL_VALUES = 1024;

/** What a batch is collected in, and the next one after it: the port copies both. */
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
  /** Where the host calls of all of them go: they see the context of the first. */
  readonly hostCalls: InvocationCalls | undefined;
  readonly room: BatchRoom;
  /** How many results all of them have. */
  resultCount = 0;
  readonly #called: CallableFunction[] = [];
  /**
   * A promise is rejected by being resolved with one that is: what a second function of each would
   * take, while it waits, costs a fifth of a small call.
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

  /** @param index The function's number among the exports. */
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

  /** How many have not settled. */
  get left(): number {
    return this.#called.length - this.#settled;
  }

  /** The first of those that have not settled. */
  get next(): CallableFunction | undefined {
    return this.#called[this.#settled];
  }

  /** Further ones have returned. */
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

  /** The next one has ended with an error, and those after it with others. */
  fail(error: Error, others: Error): void {
    this.#resolveNext(Promise.reject(error));
    while (this.left > 0) this.#resolveNext(Promise.reject(others));
  }

  #resolveNext(value: CallValue | Promise<never>): void {
    this.#resolves[this.#settled++]?.(value);
  }
}

/** Checks arguments, which are as many as the function takes, and puts them there. */
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
