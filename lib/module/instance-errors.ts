import { inWords as invocationInWords } from '../runners/end-message.js';
import type { CallEnding, SingleCall } from '../runners/instance-port.js';
import { WasmEdgeError } from '../support/errors.js';
import type { WasmEdgeErrorDetails } from '../support/errors.js';
import { printable } from '../support/printable.js';

/** The values that messages about an instance need. */
export interface SpokenFacts {
  file: string;
  /** Time limit of a call, in milliseconds. */
  timeoutMs: number | undefined;
  concurrency: number;
  maxWaiting: number;
}

/** Details of a failed call, in addition to the reason. */
export type CallOutput = Pick<
  WasmEdgeErrorDetails,
  'stdout' | 'stderr' | 'timings' | 'inferenceFailures'
>;

/** Messages for failed operations of a kept instance. */
export class InstanceErrors {
  readonly #facts: SpokenFacts;
  readonly #maxQueue: number;

  constructor(facts: SpokenFacts, maxQueue: number) {
    this.#facts = facts;
    this.#maxQueue = maxQueue;
  }

  get #file(): string {
    return printable(this.#facts.file);
  }

  /** Requested by its own host function. */
  ofItself(): WasmEdgeError {
    return new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `The instance of ${this.#file} is waiting for the host function that called it. Use the ` +
        "host function's caller: caller.call, caller.memory.",
    );
  }

  circle(): WasmEdgeError {
    return new WasmEdgeError(
      'ERR_QUEUE_FULL',
      `The instance of ${this.#file} was called by a host function that it is waiting for ` +
        'or may come to wait for, through other instances. That would be a deadlock.',
    );
  }

  queueFull(): WasmEdgeError {
    return new WasmEdgeError(
      'ERR_QUEUE_FULL',
      `The instance of ${this.#file} has as many pending operations as its queue allows ` +
        `(maxQueue is ${this.#maxQueue}). Try again later.`,
    );
  }

  /** @param cause What ended it, if known; undefined if it was closed. */
  closed(cause: unknown): WasmEdgeError {
    return cause === undefined
      ? new WasmEdgeError(
          'ERR_CLOSED',
          `The instance of ${this.#file} is closed. Create another one.`,
        )
      : new WasmEdgeError(
          'ERR_CLOSED',
          `The instance of ${this.#file} was ended, and its memory may be inconsistent: see ` +
            'the cause. Create another one.',
          { cause },
        );
  }

  /** The same error with the wording used for invocations. */
  inWords(error: WasmEdgeError, isNested: boolean, single?: SingleCall): WasmEdgeError {
    const cause: unknown = error.code === 'ERR_ABORTED' ? single?.signal?.reason : error.cause;
    const { file, timeoutMs, concurrency, maxWaiting } = this.#facts;
    return invocationInWords(
      error,
      {
        ...{ file, concurrency, maxQueue: this.#maxQueue, maxWaiting, isNested },
        timeoutMs: single ? single.timeoutMs : timeoutMs,
        timeoutOption: single?.timeoutOption ?? 'limits.timeoutMs',
      },
      cause,
    );
  }

  /** Why a call of this function did not return; undefined if it did. */
  ofEnding(
    { error, exitCode: code }: CallEnding,
    name: string,
    isNested: boolean,
    output: CallOutput = {},
    single?: SingleCall,
  ): WasmEdgeError | undefined {
    if (code !== undefined) {
      const exitCode = code & 0xff;
      const message = `The guest called proc_exit(${exitCode}) instead of returning from '${name}'.`;
      return new WasmEdgeError('ERR_GUEST_EXIT', message, { exitCode, ...output });
    }
    if (!error || !(error instanceof WasmEdgeError)) return error;
    return this.inWords(Object.assign(error, output), isNested, single);
  }
}
