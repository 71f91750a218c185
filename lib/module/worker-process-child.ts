import { subscribe } from 'node:diagnostics_channel';
import { stat } from 'node:fs/promises';
import { Socket, connect } from 'node:net';
import type { NetConnectOpts } from 'node:net';
import { memoryUsage } from 'node:process';

import { addon } from '../addon/native.js';
import type { NativeInput, NativeRequest } from '../addon/native.js';
import type { InProcessExecutor } from '../runners/in-process.js';
import type { CallEnding, InstancePort } from '../runners/instance-port.js';
import type { ModuleDetails } from '../runners/module-details.js';
import { earlyEndError } from '../runners/early-end.js';
import { nativeInput } from '../runners/large-input.js';
import { ArrivingInput } from '../runners/worker-process/arriving-input.js';
import { Channel } from '../runners/worker-process/channel.js';
import {
  decodeValue,
  encodeResults,
  encodeValue,
} from '../runners/worker-process/encoded-value.js';
import { batchesOf } from '../runners/worker-process/externals.js';
import { ForwardedCalls } from '../runners/worker-process/forwarded-calls.js';
import { ForwardedStreams, laneStreams } from '../runners/worker-process/forwarded-streams.js';
import { packFiles, unpackFiles } from '../runners/worker-process/packed-files.js';
import {
  CHANNEL_DESCRIPTOR,
  LANE_DESCRIPTORS,
  LOAD_ID,
  MAX_SLICE_BYTES,
} from '../runners/worker-process/protocol.js';
import type {
  EncodedEnding,
  FromWorker,
  InstanceAccess,
  RunNews,
  ToWorker,
} from '../runners/worker-process/protocol.js';
import { compileChannel, compileProgressChannel } from '../support/diagnostics.js';
import type { CompileEvent, CompileProgressEvent } from '../support/diagnostics.js';
import { encodeError } from '../support/encoded-error.js';
import { WasmEdgeError } from '../support/errors.js';

import type { GuestInputs } from './guest-inputs.js';
import { openModule } from './open-module.js';

// A worker process: loads the module according to the first message and runs it in-process.

const controllers = new Map<number, AbortController>();
/** For runs in progress, and for operations requested of instances. */
const calls = new Map<number, ForwardedCalls>();
/** For runs in progress that have streams. */
const streams = new Map<number, ForwardedStreams>();
/** For runs whose input is still arriving. */
const inputs = new Map<number, ArrivingInput>();
/** Kept instances, by the pool's numbers. */
const instances = new Map<number, InstancePort>();
const NOTHING = new Uint8Array();
let executor: InProcessExecutor | undefined;
let tellMemory = false;

const socket = openSocket();
const channel = new Channel(
  socket,
  // The pool's process is trusted.
  { headerBytes: Infinity, arrays: Infinity, arrayBytes: Infinity, aheadBytes: Infinity },
  {
    onMessage: (message, arrays) => {
      receive(message as ToWorker, arrays);
    },
    onMalformed: end,
  },
);
// The pool's process has ended, or has given up this one.
socket.on('close', end);
// A signal that a terminal or a service manager sends to all processes is handled by the pool's
// process, which may want to finish its work.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

function openSocket(): Socket {
  // Bun's constructor accepts a descriptor as well, but then neither reads nor writes.
  if (process.versions.bun !== undefined) {
    return connect({ fd: CHANNEL_DESCRIPTOR } as unknown as NetConnectOpts);
  }
  return new Socket({ fd: CHANNEL_DESCRIPTOR, readable: true, writable: true });
}

function receive(message: ToWorker, arrays: Buffer[]): void {
  switch (message.type) {
    case 'load':
      void load(message, arrays);
      return;
    case 'run':
      void run(message, arrays);
      return;
    case 'input':
      inputs.get(message.id)?.append(arrays[0]);
      return;
    case 'answer':
    case 'fail':
    case 'operate':
      calls.get(message.id)?.take(message, arrays);
      return;
    case 'stream-input':
    case 'stream-taken':
      streams.get(message.id)?.take(message, arrays);
      return;
    case 'abort':
      inputs.get(message.id)?.abandon();
      controllers.get(message.id)?.abort();
      return;
    case 'instantiate':
      void instantiate(message);
      return;
    case 'calls':
      call(message, arrays);
      return;
    case 'access':
      void access(message, arrays[0]);
      return;
    case 'end-waits':
      if (message.instance === undefined) executor?.endWaits();
      else instances.get(message.instance)?.endWaits();
      return;
    case 'ping':
      send({ type: 'pong' });
      return;
    case 'close':
      void close();
  }
}

async function load(message: Extract<ToWorker, { type: 'load' }>, arrays: Buffer[]): Promise<void> {
  tellMemory = message.tellMemory;
  passOn();
  try {
    addon().dieWithParent(message.parent);
    const { settings, hasBytes } = message;
    const bytes = hasBytes ? arrays.shift() : undefined;
    // Before it is read, so that a change in between is noticed.
    const identity = bytes ? '' : await identityOf(settings.file);
    const opened = await openModule(
      { ...settings, ...(bytes && { bytes }) },
      Promise.resolve(inputsOf(message, arrays)),
      message.models.length > 0,
      [],
      [],
      async (details) => {
        // Before any guest code runs: the pool trusts this and nothing that comes later.
        await sendExternals(details);
        return settings.snapshot && forwardCalls(LOAD_ID);
      },
    );
    executor = opened.executor;
    calls.delete(LOAD_ID);
    executor.openLane(...LANE_DESCRIPTORS);
    send({ type: 'ready', mode: opened.details.mode, identity });
  } catch (error) {
    const output: Uint8Array[] = [];
    send({ type: 'failed', error: encodeError(error, output) }, output);
    endGracefully();
  }
}

/** Resolves when they have left this process. */
async function sendExternals(details: ModuleDetails): Promise<void> {
  const batches = batchesOf(details);
  const sent = batches.map(
    (some, index) =>
      new Promise((resolve) => {
        const isLast = index === batches.length - 1;
        channel.send({ type: 'externals', ...some, isLast } satisfies FromWorker, [], resolve);
      }),
  );
  await Promise.all(sent);
}

function inputsOf(
  { files, models }: Extract<ToWorker, { type: 'load' }>,
  arrays: Buffer[],
): GuestInputs {
  const rest = arrays.values();
  const next = (): Buffer => rest.next().value ?? Buffer.alloc(0);
  return {
    files: Object.fromEntries(files.map((path) => [path, next()])),
    models: models.map(({ hasLabels, ...model }) => {
      const [content, labels] = [next(), next()];
      return { ...model, content, labels: hasLabels ? labels : null };
    }),
  };
}

/** Identifies the file and its state; empty if that is not possible. */
async function identityOf(file: string): Promise<string> {
  const status = await stat(file, { bigint: true }).catch(() => null);
  return status ? [status.dev, status.ino, status.size, status.mtimeNs].join(' ') : '';
}

async function run(
  { id, request, inputBytes }: Extract<ToWorker, { type: 'run' }>,
  [stdin, files]: readonly Buffer[],
): Promise<void> {
  const controller = new AbortController();
  controllers.set(id, controller);
  const forwarded = forwardCalls(id);
  const { hasLane = false } = request;
  const given = request.streams;
  const streamed = given && !hasLane ? new ForwardedStreams(id, given, send) : undefined;
  if (streamed) streams.set(id, streamed);
  const lane = given && hasLane ? laneStreams(id, given, send) : undefined;
  const news = (): RunNews => ({
    ...(tellMemory && { memory: memoryUsage.rss() }),
    ...(lane && { streamed: executor?.takeLaneWritten() ?? [0, 0] }),
  });
  try {
    if (!executor) throw new Error('A run was requested before the module was loaded.');
    const arrived = inputBytes === undefined ? undefined : await arrival(id, inputBytes);
    // It may have been aborted in the same turn in which the last part arrived.
    if (controller.signal.aborted) throw earlyEndError('aborted');
    const waitedMs = arrived?.waitedMs ?? 0;
    const { timeoutMs } = request;
    const native: NativeRequest = {
      ...request,
      stdin: arrived?.input ?? stdin,
      ...(files?.length && { files: unpackFiles(files) }),
      arguments: request.arguments?.map(decodeValue) ?? [],
      timeoutMs: timeoutMs && Math.max(1, Math.ceil(timeoutMs - waitedMs)),
    };
    const { signal } = controller;
    const result = await executor.execute(native, signal, forwarded, streamed?.streams ?? lane);
    const { exitCode, exited, value, timings, stdout, stderr } = result;
    const { inferenceFailures } = result;
    const collected = packFiles(result.files);
    timings.queueMs += waitedMs;
    const encoded = {
      exitCode,
      exited,
      timings,
      ...(value !== undefined && { value: encodeResults(value) }),
      ...(inferenceFailures && { inferenceFailures }),
    };
    endThen(id, () => {
      send({ type: 'result', id, result: encoded, ...news() }, [stdout, stderr, collected]);
    });
  } catch (error) {
    const bytes: Uint8Array[] = [];
    endThen(id, () => {
      send({ type: 'error', id, error: encodeError(error, bytes), ...news() }, bytes);
    });
  } finally {
    streams.delete(id);
    streamed?.end();
    lane?.end();
  }
}

function forwardCalls(id: number): ForwardedCalls {
  const forwarded = new ForwardedCalls(id, send);
  calls.set(id, forwarded);
  return forwarded;
}

/** The operation with this number has ended; this is reported after everything else about it. */
function endThen(id: number, tell: () => void): void {
  controllers.delete(id);
  const forwarded = calls.get(id);
  calls.delete(id);
  if (forwarded) forwarded.endThen(tell);
  else tell();
}

async function instantiate({
  id,
  instance,
  ...request
}: Extract<ToWorker, { type: 'instantiate' }>): Promise<void> {
  const controller = new AbortController();
  controllers.set(id, controller);
  const forwarded = forwardCalls(id);
  try {
    if (!executor) throw new Error('An instance was requested before the module was loaded.');
    const { args, env, timeoutMs, isNested } = request;
    const made = await executor.instantiate(
      { args, env, timeoutMs, isNested },
      controller.signal,
      forwarded,
    );
    const { port, exited, exitCode, timings, stdout, stderr } = made;
    if (!exited) instances.set(instance, port);
    endThen(id, () => {
      send({ type: 'made', id, exited, exitCode, timings }, [stdout, stderr]);
    });
  } catch (error) {
    const bytes: Uint8Array[] = [];
    endThen(id, () => {
      send({ type: 'error', id, error: encodeError(error, bytes) }, bytes);
    });
  }
}

function call(
  { id, instance, isOne, ...how }: Extract<ToWorker, { type: 'calls' }>,
  [functions, values, stdin]: Buffer[],
): void {
  const port = instances.get(instance);
  if (!port || !functions || !values) {
    send({ type: 'error', id, error: encodeError(new WasmEdgeError('ERR_CLOSED', 'closed'), []) });
    return;
  }
  const controller = new AbortController();
  controllers.set(id, controller);
  const request = {
    functions: new Uint32Array(new Uint8Array(functions).buffer),
    values: new Float64Array(new Uint8Array(values).buffer),
    ...{ hostCalls: forwardCalls(id), resultCount: 0, stdin, isOne, ...how },
  };
  port.call(request, controller.signal, ({ calls, results, stdout, stderr, ending }) => {
    // The output of one call is within its limit; that of many may not be.
    if (!isOne) sendOutput(id, stdout, stderr);
    const slices = slicesOf(Buffer.from(results));
    for (const slice of slices.slice(0, -1)) {
      send({ type: 'progress', id, calls: 0, isPart: true }, [slice, NOTHING, NOTHING]);
    }
    const output = isOne ? [stdout, stderr] : [NOTHING, NOTHING];
    const last = { type: 'progress', id, calls, isPart: false } as const;
    const arrays = [slices.at(-1) ?? NOTHING, ...output];
    if (!ending) {
      // The last part may have been sent with the previous message.
      if (calls > 0) send(last, arrays);
      return;
    }
    if (ending.hasEnded) instances.delete(instance);
    endThen(id, () => {
      send({ ...last, ending: encodedEnding(ending) }, arrays);
    });
  });
}

function sendOutput(id: number, stdout: Buffer, stderr: Buffer): void {
  const message = { type: 'progress', id, calls: 0, isPart: false } as const;
  for (const slice of slicesOf(stdout)) send(message, [NOTHING, slice, NOTHING]);
  for (const slice of slicesOf(stderr)) send(message, [NOTHING, NOTHING, slice]);
}

/** Nothing for an empty buffer. */
function slicesOf(bytes: Buffer): Buffer[] {
  const slices: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += MAX_SLICE_BYTES) {
    slices.push(bytes.subarray(at, at + MAX_SLICE_BYTES));
  }
  return slices;
}

function encodedEnding({ error, ...rest }: CallEnding): EncodedEnding {
  return { ...rest, ...(error && { error: encodeError(error, []) }) };
}

async function access(
  { id, instance, access: asked, isNested }: Extract<ToWorker, { type: 'access' }>,
  bytes: Uint8Array = NOTHING,
): Promise<void> {
  try {
    const port = instances.get(instance);
    if (!port) throw new WasmEdgeError('ERR_CLOSED', 'closed');
    const found = await accessed(port, asked, bytes, isNested);
    if (asked.kind === 'close') instances.delete(instance);
    const isNumber = typeof found === 'number' || typeof found === 'bigint';
    send(
      { type: 'accessed', id, ...(isNumber && { value: encodeValue(found) }) },
      Buffer.isBuffer(found) ? [found] : [],
    );
  } catch (error) {
    send({ type: 'error', id, error: encodeError(error, []) });
  }
}

function accessed(
  port: InstancePort,
  asked: InstanceAccess,
  bytes: Uint8Array,
  isNested: boolean,
): Promise<unknown> {
  switch (asked.kind) {
    case 'read':
      return port.readMemory(asked.address, asked.length, isNested);
    case 'write':
      return port.writeMemory(asked.address, bytes, isNested);
    case 'size':
      return port.memorySize(isNested);
    case 'grow':
      return port.growMemory(asked.pages, isNested);
    case 'get':
      return port.getGlobal(asked.name, isNested);
    case 'set':
      return port.setGlobal(asked.name, decodeValue(asked.value), isNested);
    case 'close':
      return port.close(isNested);
  }
}

/** Waits for all of a run's input. */
async function arrival(
  id: number,
  byteLength: number,
): Promise<{ input: NativeInput; waitedMs: number }> {
  const input = nativeInput(byteLength);
  const arriving = new ArrivingInput(input, byteLength);
  inputs.set(id, arriving);
  try {
    return { input, waitedMs: await arriving.complete };
  } finally {
    inputs.delete(id);
  }
}

async function close(): Promise<void> {
  await executor?.close();
  endGracefully();
}

/** Sends the pending messages first, when nothing is left to do. */
function endGracefully(): void {
  socket.off('close', end);
  channel.end();
}

/** Forwards what this process would report to its own user to the pool. */
function passOn(): void {
  process.on('warning', (warning: Error & { code?: string }) => {
    if (!warning.code?.startsWith('WASMEDGE_EMBED_')) return;
    send({ type: 'warning', message: warning.message, code: warning.code });
  });
  subscribe(compileProgressChannel.name, (message) => {
    send({ type: 'compile-progress', percent: (message as CompileProgressEvent).percent });
  });
  subscribe(compileChannel.name, (message) => {
    const { error, output, totalMs } = message as CompileEvent;
    send({
      ...{ type: 'compile', totalMs },
      ...(output !== undefined && { output }),
      ...(error !== undefined && { error: encodeError(error, []) }),
    });
  });
}

function send(message: FromWorker, arrays: readonly Uint8Array[] = []): void {
  channel.send(message, arrays);
}

/** Immediately, whatever guests or host functions are doing: nobody is left to learn of it. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}
