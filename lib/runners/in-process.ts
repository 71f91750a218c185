import { performance } from 'node:perf_hooks';

import type { NativeModule, NativeRequest, NativeResult, NativeRun } from '../addon/native.js';
import type { HostCallReceiver } from '../host/host-functions.js';
import { WasmEdgeError, fromNative, nativeCall } from '../support/errors.js';
import { toldFailures } from '../support/inference-failures.js';
import type { RunStreams } from '../streams/run-streams.js';

import { requireRoom } from './admission.js';
import type { Room } from './admission.js';
import { earlyEndError, onEarlyEnd } from './early-end.js';
import type { EndReason } from './early-end.js';
import type { Executor } from './executor.js';
import type * as Kept from './in-process-instance.js';
import type * as Streaming from './in-process-streams.js';
import type { InstanceRequest, MadeInstance } from './instance-port.js';
import type * as HostCall from './native-host-call.js';
import { LargeInput, copyToNative, isLarge } from './large-input.js';

// The code for instances, host functions and streams is loaded on first use.

/** Runs guests in this process, on the addon's own threads, each in a fresh instance. */
export class InProcessExecutor implements Executor {
  readonly isolation = 'in-process';
  readonly #module: NativeModule;
  readonly #room: Room;
  /** Handlers of the host function calls of invocations in progress, by the addon's keys. */
  readonly #calls = new Map<number, HostCallReceiver>();
  /** The streams of invocations in progress, likewise. */
  readonly #streams = new Map<number, Streaming.InProcessStreams>();
  /** The number of invocations whose input is being copied, which the addon does not know yet. */
  #copying = 0;
  #closing = false;
  #onCopied: (() => void) | undefined;

  /** Takes a started module. */
  constructor(module: NativeModule, room: Room) {
    this.#module = module;
    this.#room = room;
    const calls = this.#calls;
    let port: typeof HostCall | undefined;
    module.onHostCall = (key, call, index, args) => {
      port ??= require('./native-host-call.js') as typeof HostCall;
      calls.get(key)?.receive(index, args, new port.NativeHostCallPort(module, key, call));
    };
    const streams = this.#streams;
    module.onStream = (key, stream) => {
      streams.get(key)?.serve(stream);
    };
  }

  get mode(): 'aot' | 'interpreter' {
    return this.#module.isAot ? 'aot' : 'interpreter';
  }

  execute(
    request: NativeRequest,
    signal: AbortSignal | undefined,
    calls?: HostCallReceiver,
    streams?: RunStreams,
  ): Promise<NativeResult> {
    const { stdin } = request;
    const given = streams ? { streams: streams.native, ...request } : request;
    return isLarge(stdin)
      ? this.#executeLarge(given, new LargeInput(stdin, 'stdin'), signal, calls, streams)
      : this.#execute(given, signal, calls, streams);
  }

  instantiate(
    request: InstanceRequest,
    signal: AbortSignal | undefined,
    calls?: HostCallReceiver,
  ): Promise<MadeInstance> {
    const { makeInProcess } = require('./in-process-instance.js') as typeof Kept;
    return makeInProcess(this.#module, this.#calls, request, signal, calls);
  }

  endWaits(): void {
    this.#module.endWaits();
  }

  /** Makes runs that request it use these descriptors for their streams. */
  openLane(data: number, error: number): void {
    this.#module.openLane(data, error);
  }

  /** Bytes that the last of these runs has written. Once. */
  takeLaneWritten(): [stdout: number, stderr: number] {
    return this.#module.takeLaneWritten();
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#copying > 0) {
      await new Promise<void>((resolve) => {
        this.#onCopied = resolve;
      });
    }
    await nativeCall(() => this.#module.close());
  }

  async #execute(
    request: NativeRequest,
    signal: AbortSignal | undefined,
    calls: HostCallReceiver | undefined,
    streams: RunStreams | undefined,
  ): Promise<NativeResult> {
    const { promise, ticket, hostKey, streamKey } = this.#start(request);
    if (calls && hostKey !== undefined) this.#calls.set(hostKey, calls);
    const forgetStreams = streams && streamKey !== undefined && this.#serve(streamKey, streams);
    // The addon itself measures the time of running invocations, but not of waiting ones.
    const forget = onEarlyEnd(request.timeoutMs, signal, (reason) => {
      this.#module.stop(ticket, reason);
    });
    try {
      const result = await nativeCall(() => promise);
      const { inferenceFailures } = result;
      return inferenceFailures ? { ...result, ...toldFailures(inferenceFailures) } : result;
    } finally {
      forget();
      if (forgetStreams) forgetStreams();
      if (hostKey !== undefined) this.#calls.delete(hostKey);
    }
  }

  async #executeLarge(
    request: NativeRequest,
    input: LargeInput,
    signal: AbortSignal | undefined,
    calls: HostCallReceiver | undefined,
    streams: RunStreams | undefined,
  ): Promise<NativeResult> {
    requireRoom(this.#closing, this.#copying, this.#room);
    const { timeoutMs } = request;
    const begin = performance.now();
    const waitedMs = (): number => performance.now() - begin;
    this.#copying++;
    let running: Promise<NativeResult>;
    try {
      const stdin = await this.#copy(input, timeoutMs, signal);
      running = this.#execute(
        {
          ...request,
          stdin,
          timeoutMs: timeoutMs && Math.max(1, Math.ceil(timeoutMs - waitedMs())),
        },
        signal,
        calls,
        streams,
      );
    } finally {
      if (--this.#copying === 0) this.#onCopied?.();
    }
    const copyingMs = waitedMs();
    try {
      const result = await running;
      result.timings.queueMs += copyingMs;
      return result;
    } catch (error) {
      if (error instanceof WasmEdgeError && error.timings) error.timings.queueMs += copyingMs;
      throw error;
    }
  }

  /** Until the returned function is called. */
  #serve(key: number, streams: RunStreams): () => void {
    const { InProcessStreams } = require('./in-process-streams.js') as typeof Streaming;
    const served = new InProcessStreams(this.#module, key, streams);
    this.#streams.set(key, served);
    return () => {
      served.end();
      this.#streams.delete(key);
    };
  }

  /** Rejects immediately when the invocation is to end. */
  async #copy(
    input: LargeInput,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<NativeRequest['stdin']> {
    let stopped: EndReason | undefined;
    let forget = (): void => undefined;
    const early = new Promise<never>((_, reject) => {
      forget = onEarlyEnd(timeoutMs, signal, (reason) => {
        stopped = reason;
        reject(earlyEndError(reason));
      });
    });
    try {
      return await Promise.race([
        nativeCall(() => copyToNative(input, () => stopped !== undefined)),
        early,
      ]);
    } finally {
      forget();
    }
  }

  #start(request: NativeRequest): NativeRun {
    try {
      return this.#module.run(request);
    } catch (error) {
      throw fromNative(error);
    }
  }
}
