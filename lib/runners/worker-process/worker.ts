import { clearTimeout, setTimeout } from 'node:timers';

import type { NativeResult } from '../../addon/native.js';
import type { HostCallReceiver, InvocationCalls } from '../../host/host-functions.js';
import { compileChannel, compileProgressChannel } from '../../support/diagnostics.js';
import { WasmEdgeError, reasonOf } from '../../support/errors.js';
import { Malformed } from '../../support/received.js';
import type { ExternalDescription } from '../../support/shared-types.js';
import { LargeInput } from '../large-input.js';
import type { ModuleDetails } from '../module-details.js';

import { readAnswer } from './answers.js';
import type { Answer, EndedRun } from './answers.js';
import { Channel } from './channel.js';
import { ChildHandle } from './child-handle.js';
import type { ChildStart } from './child-handle.js';
import { encodeValue } from './encoded-value.js';
import { KnownExports, requireTypes } from './known-exports.js';
import type { Holder, Invocation } from './invocation.js';
import { HOST_CALL_BYTES, HeldCalls } from './held-calls.js';
import type { HostCallSender } from './held-calls.js';
import { HeldStreams } from './held-streams.js';
import { StreamLane } from './lane.js';
import { LOAD_ID, MAX_EXTERNALS, MAX_HEADER_BYTES, MAX_SLICE_BYTES } from './protocol.js';
import type { ToWorker } from './protocol.js';

/** What a worker needs to start: its process, the first message and its arrays. */
export interface WorkerStart extends ChildStart {
  message: Extract<ToWorker, { type: 'load' }>;
  arrays: readonly Uint8Array[];
  /**
   * Returns the handler for host function calls of a guest that runs while the module is loaded.
   */
  loadCalls?: ((details: ModuleDetails) => InvocationCalls | undefined) | undefined;
}

/** Events of a worker, for its pool. */
export interface WorkerEvents {
  onReady(worker: Worker, details: ModuleDetails, identity: string): void;
  /** A run that it held has settled; `hasWaited` if its guest was waiting for a host function. */
  onSettled(worker: Worker, hasWaited: boolean): void;
  /** The guest of a run that it holds begins to wait for a host function, or continues. */
  onWaiting(invocation: Invocation): void;
  /**
   * The guest of a run that it holds has ended, and targets have not accepted all of its output.
   */
  onLeft(invocation: Invocation): void;
  /** A run cannot get its input and must be stopped. */
  onRefused(invocation: Invocation): void;
  /** It has a warning for the user of this process. */
  onWarning(code: string, message: string): void;
  /**
   * It accepts nothing any more, and everything it held has settled: it could not load the module,
   * has ended, or was given up. Once; `lost` is the number of held runs that were not waiting.
   */
  onGone(worker: Worker, reason: Error, lost: number): void;
}

/** An operation other than a run, which it answers by its number. */
export interface Asked {
  /** The host function calls of its guest, if it may make any. */
  readonly calls: HeldCalls | undefined;
  /** Returns whether it was the last one. */
  answer(answer: Answer): boolean;
  lose(reason: Error): void;
  /** The worker is finished with it. */
  finish(isAnswered: boolean): void;
}

const NOTHING = new Uint8Array();
/** Bytes of an answer's arrays that are allocated at once. */
const AHEAD_BYTES = 16 * 1024 * 1024;
/** The time after its stream in which a process ends, if it does. */
const CLOSED_STREAM_MS = 500;
/** The maximum number of warnings and compilations that a process may report. */
const MAX_NOTICES = 16;

/**
 * One worker process, from the pool's side, which trusts it with nothing except the runs that it
 * holds.
 */
export class Worker implements Holder {
  readonly held = new Map<number, Invocation>();
  /** Operations on instances that it has not answered. */
  readonly asked = new Map<number, Asked>();
  /** The kept instances that it holds. */
  readonly instances = new Set<number>();
  /** The number of runs and instances that it has been given. */
  runs = 0;
  /** Whether it has loaded the module. */
  isReady = false;
  /** Whether it gets no more runs, and ends after those that it holds. */
  isRetiring = false;
  /** The number of heartbeats during which it has been loading. */
  loadBeats = 0;
  /** Resident bytes, as last reported. */
  memory = 0;
  readonly #child: ChildHandle;
  readonly #channel: Channel | undefined;
  readonly #lane: StreamLane | undefined;
  readonly #events: WorkerEvents;
  readonly #loadCalls: WorkerStart['loadCalls'];
  /** For a guest that runs while the module is loaded. */
  #loading: { calls: InvocationCalls; held: HeldCalls } | undefined;
  /** The module's file, which a process need not report. */
  readonly #file: string;
  readonly #imports: ExternalDescription[] = [];
  readonly #exports: ExternalDescription[] = [];
  /** The same, by name. */
  readonly exports = new KnownExports();
  /** Maximum number of bytes that a guest may write in one invocation. */
  readonly outputBytes: number;
  /** The number of messages that contained them. */
  #externals = 0;
  /** Whether all of them have been received. From then on, a guest may run there and control it. */
  #isLinked = false;
  #notices = 0;
  /** Of the compilation that it reports. */
  #percent = -1;
  #isGone = false;
  #goneReason: Error = new WasmEdgeError('ERR_CLOSED', 'closed');
  /** Whether it has not answered the last ping yet. */
  #isPinged = false;
  /** Whether it has shown any sign of life since the last ping. */
  #isAlive = true;
  /** The number of heartbeats since. */
  #unanswered = 0;

  constructor({ message, arrays, loadCalls, ...start }: WorkerStart, events: WorkerEvents) {
    this.#events = events;
    this.#loadCalls = message.settings.snapshot && loadCalls;
    this.#file = message.settings.file;
    const { outputBytes, scratchBytes } = message.settings.limits;
    this.outputBytes = outputBytes;
    this.#child = new ChildHandle(start, (how, cause) => {
      this.#goneFor(how, cause);
    });
    const { socket, lane } = this.#child;
    if (!socket) return;
    this.#lane =
      lane &&
      new StreamLane(lane, (reason) => {
        this.giveUp(reason);
      });
    this.#channel = new Channel(
      socket,
      {
        headerBytes: MAX_HEADER_BYTES,
        // Standard output, standard error, and results, or collected files with their paths.
        arrays: 3,
        // Or a slice of a guest's memory, or of a stream.
        arrayBytes: Math.max(outputBytes + 2 * scratchBytes + MAX_SLICE_BYTES, HOST_CALL_BYTES),
        aheadBytes: AHEAD_BYTES,
      },
      {
        onMessage: (received, bytes) => {
          if (!this.#isGone) this.#receive(readAnswer(received, bytes));
        },
        onMalformed: (error) => {
          this.giveUp(`sent an invalid message (${reasonOf(error)})`);
        },
        onTaken: () => {
          this.#isAlive = true;
        },
      },
    );
    // Usually followed by its exit, which says more; but it may continue without a stream.
    socket.once('close', () => {
      const timer = setTimeout(() => {
        this.giveUp('closed its stream');
      }, CLOSED_STREAM_MS);
      timer.unref();
    });
    this.#send(message, arrays);
  }

  /** The number of its runs that do not wait for a host function. */
  get busy(): number {
    let busy = 0;
    for (const invocation of this.held.values()) if (!invocation.isWaiting) busy++;
    return busy;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Settles when its process no longer exists. */
  get exited(): Promise<void> {
    return this.#child.exited;
  }

  /** Gives it a run, which is then answered, or settled when the worker is gone. */
  take(invocation: Invocation): void {
    const { id, request, input, files = NOTHING, remainingMs } = invocation;
    const { arguments: args, ...rest } = request;
    this.runs++;
    this.held.set(id, invocation);
    invocation.holder = this;
    const { given } = invocation;
    const hasLane = given !== undefined && (this.#lane?.isFree ?? false);
    if (given && hasLane) {
      invocation.lane = this.#lane?.hold(given);
    } else if (given) {
      invocation.streams = new HeldStreams(given, (order, pieces, onTaken) => {
        if (this.#channel) this.#channel.send({ ...order, id }, pieces, onTaken);
        else onTaken?.(false);
      });
    }
    invocation.calls = this.holdCalls(id, invocation.receiver, () => {
      this.#events.onWaiting(invocation);
    });
    const encoded = Object.assign(rest, {
      timeoutMs: remainingMs,
      ...(hasLane && { hasLane }),
      ...(args && { arguments: args.map(encodeValue) }),
    });
    if (input instanceof LargeInput) {
      this.#send({ type: 'run', id, request: encoded, inputBytes: input.byteLength }, [
        NOTHING,
        files,
      ]);
      void this.#feed(invocation, input);
    } else {
      this.#send({ type: 'run', id, request: encoded }, [input ?? NOTHING, files]);
    }
  }

  /**
   * The host function calls that the guest with this number will make; none without a receiver.
   *
   * @param onChange Called when the guest begins to wait for a host function, and when it
   *   continues.
   */
  holdCalls(
    id: number,
    receiver: HostCallReceiver | undefined,
    onChange: () => void,
  ): HeldCalls | undefined {
    if (!receiver) return undefined;
    const externals = { imports: this.#imports, exports: this.exports };
    const send: HostCallSender = (order, arrays) => {
      this.#send({ ...order, id }, arrays);
    };
    return new HeldCalls(receiver, externals, send, onChange);
  }

  /** Sends an input as fast as it is accepted, so that other messages can be sent in between. */
  async #feed(invocation: Invocation, input: LargeInput): Promise<void> {
    const { id } = invocation;
    invocation.isFed = false;
    try {
      for (const slice of input.slices()) {
        if (invocation.stopped || !this.held.has(id)) return;
        const isTaken = await new Promise<boolean>((resolve) => {
          this.#channel?.send({ type: 'input', id }, [slice], resolve);
        });
        if (!isTaken) return;
        this.#isAlive = true;
      }
      invocation.isFed = true;
    } catch (error) {
      invocation.refuse(error);
      this.#events.onRefused(invocation);
    }
  }

  abort(id: number): void {
    this.#send({ type: 'abort', id });
  }

  /**
   * Requests an operation, which it answers by this number; a worker that is gone loses it
   * immediately.
   */
  ask(id: number, asked: Asked, message: ToWorker, arrays?: readonly Uint8Array[]): void {
    if (this.#isGone) {
      const reason = this.#goneReason;
      queueMicrotask(() => {
        asked.lose(reason);
        asked.finish(false);
      });
      return;
    }
    this.asked.set(id, asked);
    this.#send(message, arrays);
  }

  /** Ends what waits for a host function, now or later: for this instance, or all. */
  endWaits(instance?: number): void {
    this.#send({ type: 'end-waits', ...(instance !== undefined && { instance }) });
  }

  /** An instance has ended. */
  forgetInstance(instance: number): void {
    this.instances.delete(instance);
  }

  /** Checks that it is still there; returns how many times in a row it has not answered. */
  ping(): number {
    if (!this.#isPinged) this.#send({ type: 'ping' });
    this.#isPinged = true;
    if (this.#isAlive) this.#unanswered = 0;
    this.#isAlive = false;
    return this.#unanswered++;
  }

  /** Kills it. What it holds settles immediately. */
  giveUp(reason: string): void {
    this.#goneFor(`${reason} and was killed`);
  }

  /** Lets it end by itself, and kills it if that takes longer than `graceMs`. */
  async end(graceMs: number): Promise<void> {
    this.#isGone = true;
    this.#send({ type: 'close' });
    const timer = setTimeout(() => {
      this.#child.kill();
    }, graceMs);
    await this.exited;
    clearTimeout(timer);
    // Unanswered requests at its end.
    this.#loseAll(this.#goneReason);
  }

  #send(message: ToWorker, arrays?: readonly Uint8Array[]): void {
    this.#channel?.send(message, arrays);
  }

  #receive(answer: Answer): void {
    switch (answer.type) {
      case 'externals':
        this.#takeExternals(answer);
        return;
      case 'ready':
        this.#requireLoading();
        this.#requireLinked();
        this.#endLoading();
        this.isReady = true;
        this.#events.onReady(this, this.#details(answer.mode), answer.identity);
        return;
      case 'failed':
        this.#requireLoading();
        this.#loading?.calls.addCause(answer.error);
        this.#gone(answer.error);
        return;
      case 'result':
        this.#requireValue(this.#requireHeld(answer.id), answer.result);
        this.#settle(answer, answer.result, (invocation) => {
          invocation.resolve(answer.result);
        });
        return;
      case 'error':
        if (this.#answerAsked(answer)) return;
        this.#settle(answer, answer.error, (invocation) => {
          invocation.reject(answer.error);
        });
        return;
      case 'host-call':
      case 'operated':
      case 'not-operated': {
        const { calls } =
          answer.id === LOAD_ID && !this.isReady
            ? { calls: this.#callsWhileLoading() }
            : (this.held.get(answer.id) ?? this.asked.get(answer.id) ?? {});
        if (!calls) throw new Malformed('a host call of a run that it does not hold');
        calls.take(answer);
        return;
      }
      case 'stream-wanted':
      case 'stream-output': {
        const held = this.held.get(answer.id);
        const streams = held?.lane ?? held?.streams;
        if (!streams) throw new Malformed('a stream message of a run that it does not hold');
        streams.take(answer);
        return;
      }
      case 'made':
      case 'progress':
      case 'accessed':
        if (!this.#answerAsked(answer)) throw new Malformed('an answer without a request');
        return;
      case 'pong':
        if (!this.#isPinged) throw new Malformed('an answer without a request');
        this.#isPinged = false;
        this.#isAlive = true;
        return;
      case 'warning':
        this.#countNotice();
        this.#events.onWarning(answer.code, answer.message);
        return;
      case 'compile-progress': {
        const { percent } = answer;
        // So there are at most a hundred of them for each compilation.
        if (percent <= this.#percent) throw new Malformed('a percentage that does not grow');
        this.#percent = percent;
        compileProgressChannel.publish({ module: this.#file, percent });
        return;
      }
      case 'compile': {
        this.#countNotice();
        this.#percent = -1;
        compileChannel.publish({ module: this.#file, ...answer.event });
      }
    }
  }

  /** Whether it belonged to an operation on an instance. */
  #answerAsked(answer: Answer & { id: number }): boolean {
    const asked = this.asked.get(answer.id);
    if (!asked) return false;
    if (asked.answer(answer)) {
      this.asked.delete(answer.id);
      asked.finish(true);
    }
    return true;
  }

  #takeExternals({ imports, exports, isLast }: Extract<Answer, { type: 'externals' }>): void {
    if (this.#isLinked) throw new Malformed('imports and exports after the last');
    if (++this.#externals > MAX_EXTERNALS) throw new Malformed('too many imports and exports');
    this.#imports.push(...imports);
    this.#exports.push(...exports);
    this.exports.add(exports);
    this.#isLinked = isLast;
  }

  #callsWhileLoading(): HeldCalls | undefined {
    if (!this.#loading) {
      this.#requireLinked();
      const calls = this.#loadCalls?.(this.#details('interpreter'));
      const held = this.holdCalls(LOAD_ID, calls, () => undefined);
      if (calls && held) this.#loading = { calls, held };
    }
    return this.#loading?.held;
  }

  #endLoading(error?: Error): void {
    this.#loading?.held.end();
    this.#loading?.calls.end(error);
    this.#loading = undefined;
  }

  #details(mode: ModuleDetails['mode']): ModuleDetails {
    return { file: this.#file, mode, imports: this.#imports, exports: this.#exports };
  }

  #requireLoading(): void {
    if (this.isReady) throw new Malformed('a loading message after loading');
  }

  #requireLinked(): void {
    if (!this.#isLinked) throw new Malformed('no imports and exports before it');
  }

  #countNotice(): void {
    if (++this.#notices > MAX_NOTICES) throw new Malformed('too many warnings');
  }

  /** Settles an answered run when everything that it has sent through its lane has arrived. */
  #settle(
    { id, memory, streamed }: EndedRun,
    known: Partial<NativeResult>,
    settle: (invocation: Invocation) => void,
  ): void {
    const invocation = this.#requireHeld(id);
    this.memory = memory;
    const { lane } = invocation;
    if (!lane) {
      this.#release(invocation, settle);
      return;
    }
    const wasStopped = invocation.stopped !== undefined;
    lane.answer(streamed, () => {
      const isCut = !wasStopped && invocation.stopped !== undefined;
      this.#release(
        invocation,
        isCut
          ? (each) => {
              each.cut(known);
            }
          : settle,
      );
    });
    if (this.held.has(id)) this.#events.onLeft(invocation);
  }

  /** Removes an answered run from those that it holds; answers to any other run are malformed. */
  #release(invocation: Invocation, settle: (invocation: Invocation) => void): void {
    this.held.delete(invocation.id);
    // What happens to the run afterwards is not this worker's fault.
    invocation.holder = undefined;
    const hasWaited = invocation.isWaiting;
    settle(invocation);
    this.#events.onSettled(this, hasWaited);
  }

  #requireHeld(id: number): Invocation {
    const invocation = this.held.get(id);
    if (!invocation) throw new Malformed('an answer to a run that it does not hold');
    return invocation;
  }

  #requireValue({ request }: Invocation, { exited, value }: NativeResult): void {
    const values = value === undefined ? [] : [value].flat();
    // `_start` has no results, and a guest that exits has not returned.
    if (request.function === undefined || exited) requireTypes([], values);
    else this.exports.requireResults(request.function, values);
  }

  #goneFor(how: string, cause?: Error): void {
    if (this.#isGone) return;
    const words = this.#child.lastWords;
    const message =
      `The worker process ${this.pid === undefined ? '' : `${this.pid} `}${how}` +
      `${this.isReady ? '' : ' before it had loaded the module'}.` +
      (words === '' ? '' : ` Its last output:\n${words}`);
    this.#gone(new WasmEdgeError('ERR_WORKER_DIED', message, cause && { cause }));
  }

  /** Whatever the reason was, its process ends as well. */
  #gone(reason: Error): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#child.kill();
    this.#goneReason = reason;
    this.#endLoading(reason);
    const { busy } = this;
    this.#loseAll(reason);
    this.#events.onGone(this, reason, busy);
  }

  #loseAll(reason: Error): void {
    const invocations = [...this.held.values()];
    const asked = [...this.asked.values()];
    this.held.clear();
    this.asked.clear();
    this.instances.clear();
    for (const each of [...invocations, ...asked]) each.lose(reason);
    for (const each of asked) each.finish(false);
  }
}
