// What the package's users see of its types. Compiled and never run; each call stands in a function.
import type { ReadStream, WriteStream } from 'node:fs';

import { connectClient, startConsumer } from 'wasmedge-embed/broker';
import type { QueueClient, QueueConsumer } from 'wasmedge-embed/broker';
import {
  WasmEdgeError,
  compileModule,
  inspectModel,
  inspectModule,
  loadModule,
} from 'wasmedge-embed';
import type {
  BytesLike,
  CompileEvent,
  CompileLimits,
  CompileOptions,
  GuestExports,
  GuestFrame,
  GuestResult,
  InputStream,
  Instance,
  InvokeResult,
  Isolation,
  Limits,
  LoadOptions,
  LoadedModule,
  OutputTarget,
  RunEvent,
  RunOptions,
  RunResult,
  Timings,
  Trap,
  WasmEdgeErrorCode,
} from 'wasmedge-embed';
import { createHandler } from 'wasmedge-embed/lambda';
import type {
  ClassificationHandler,
  HandlerOptions,
  InvocationEvent,
  InvocationResult,
  StreamingHandler,
  StreamingHandlerOptions,
} from 'wasmedge-embed/lambda';
import { expectTypeOf } from 'expect-type';

expectTypeOf(loadModule).parameter(0).toEqualTypeOf<string | URL | BytesLike>();
expectTypeOf(loadModule).parameter(1).toEqualTypeOf<LoadOptions | undefined>();
expectTypeOf(loadModule<GuestExports>).returns.resolves.toEqualTypeOf<LoadedModule>();
expectTypeOf<LoadedModule>().toExtend<AsyncDisposable>();
expectTypeOf<LoadedModule['run']>().parameter(0).toEqualTypeOf<RunOptions | undefined>();
expectTypeOf<LoadedModule['run']>().returns.resolves.toEqualTypeOf<RunResult>();
expectTypeOf<InvokeResult['value']>().toEqualTypeOf<
  number | bigint | (number | bigint)[] | undefined
>();
expectTypeOf<LoadedModule['close']>().returns.resolves.toBeVoid();
expectTypeOf<LoadedModule['mode']>().toEqualTypeOf<'aot' | 'interpreter'>();

expectTypeOf<LoadOptions['isolation']>().toEqualTypeOf<Isolation | undefined>();
expectTypeOf<Isolation>().toEqualTypeOf<'in-process' | 'worker-process' | 'subprocess'>();
expectTypeOf<LoadOptions['limits']>().toEqualTypeOf<Limits | undefined>();
expectTypeOf<LoadOptions['aot']>().toEqualTypeOf<'auto' | 'off' | 'background' | undefined>();
expectTypeOf<LoadOptions['trusted']>().toEqualTypeOf<boolean | undefined>();
expectTypeOf<LoadOptions['compile']>().toEqualTypeOf<CompileLimits | undefined>();
expectTypeOf<LoadOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();
expectTypeOf<CompileOptions>().toExtend<CompileLimits>();
expectTypeOf<{ compile: { timeoutMs: string } }>().not.toExtend<LoadOptions>();
expectTypeOf<{ models: { default: string } }>().toExtend<LoadOptions>();
expectTypeOf<{ models: { default: { file: Buffer; labels: string[] } } }>().toExtend<LoadOptions>();
expectTypeOf<{ limits: { timeoutMs: string } }>().not.toExtend<LoadOptions>();
expectTypeOf<{ isolation: 'thread' }>().not.toExtend<LoadOptions>();

expectTypeOf<RunOptions['stdin']>().toEqualTypeOf<string | BytesLike | InputStream | undefined>();
expectTypeOf<RunOptions['stdout']>().toEqualTypeOf<OutputTarget | undefined>();
expectTypeOf<RunOptions['stderr']>().toEqualTypeOf<OutputTarget | undefined>();
expectTypeOf<ReadStream>().toExtend<InputStream>();
expectTypeOf<ReadableStream<Uint8Array>>().toExtend<InputStream>();
expectTypeOf<AsyncGenerator<Buffer>>().toExtend<InputStream>();
expectTypeOf<Blob>().toExtend<InputStream>();
expectTypeOf<AsyncGenerator<object>>().not.toExtend<InputStream>();
expectTypeOf<WriteStream>().toExtend<OutputTarget>();
expectTypeOf<WritableStream<Uint8Array>>().toExtend<OutputTarget>();
expectTypeOf<(chunk: Buffer) => Promise<void>>().toExtend<OutputTarget>();
expectTypeOf<(chunk: string) => void>().not.toExtend<OutputTarget>();
expectTypeOf<Buffer>().toExtend<BytesLike>();
expectTypeOf<Uint8Array>().toExtend<BytesLike>();
expectTypeOf<RunOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();
expectTypeOf<RunResult['stdout']>().toEqualTypeOf<Buffer>();
expectTypeOf<RunResult['exitCode']>().toBeNumber();
expectTypeOf<RunResult['timings']>().toEqualTypeOf<Timings>();
expectTypeOf<Timings['inferenceMs']>().toEqualTypeOf<number | undefined>();
expectTypeOf<RunEvent['isolation']>().toEqualTypeOf<Isolation>();
expectTypeOf<CompileEvent>().toBeObject();

expectTypeOf(compileModule).returns.resolves.toBeVoid();
expectTypeOf(inspectModule).parameters.toEqualTypeOf<[string | URL | BytesLike]>();
expectTypeOf(inspectModel).parameter(0).toEqualTypeOf<string | BytesLike>();

expectTypeOf<WasmEdgeError>().toExtend<Error>();
expectTypeOf<WasmEdgeError['code']>().toEqualTypeOf<WasmEdgeErrorCode>();
expectTypeOf<'ERR_TRAP' | 'ERR_TIMEOUT' | 'ERR_NATIVE_LOAD'>().toExtend<WasmEdgeErrorCode>();
expectTypeOf<'ERR_UNHEARD_OF'>().not.toExtend<WasmEdgeErrorCode>();
expectTypeOf<WasmEdgeError['trap']>().toEqualTypeOf<Trap | undefined>();
expectTypeOf<WasmEdgeError['stdout']>().toEqualTypeOf<Buffer | undefined>();

declare const handlerOptions: HandlerOptions | undefined;
expectTypeOf(createHandler(handlerOptions)).toEqualTypeOf<ClassificationHandler>();
expectTypeOf(createHandler()).toEqualTypeOf<ClassificationHandler>();
const streaming = { task: 'run', module: 'guest.wasm', responseStream: true } as const;
expectTypeOf(createHandler(streaming)).toEqualTypeOf<StreamingHandler>();
expectTypeOf<StreamingHandler>().returns.resolves.toBeVoid();
expectTypeOf<{ responseStream: true }>().not.toExtend<HandlerOptions>();
expectTypeOf<{ task: 'classify'; responseStream: true }>().not.toExtend<StreamingHandlerOptions>();
expectTypeOf<HandlerOptions>().toExtend<LoadOptions>();
expectTypeOf<ClassificationHandler['ready']>().resolves.toBeVoid();
expectTypeOf((handler: ClassificationHandler, event: InvocationEvent) =>
  handler(event),
).returns.resolves.toEqualTypeOf<InvocationResult>();

expectTypeOf(startConsumer).returns.resolves.toEqualTypeOf<QueueConsumer>();
expectTypeOf(connectClient).returns.resolves.toEqualTypeOf<QueueClient>();

/** As it is used. */
export async function classify(picture: Uint8Array): Promise<string> {
  const classifier = await loadModule('guest.so', {
    models: { default: { file: 'model.tflite', labels: ['cat'] } },
    limits: { timeoutMs: 10_000 },
  });
  try {
    const { stdout } = await classifier.run({ stdin: picture, signal: AbortSignal.timeout(500) });
    return stdout.toString();
  } catch (error) {
    if (error instanceof WasmEdgeError && error.code === 'ERR_TIMEOUT') return '';
    // @ts-expect-error A number is no name of a function.
    await classifier.call(1);
    throw error;
  } finally {
    await classifier.close();
  }
}

/** What a module exports, as its user knows it. */
interface Exports {
  add(left: number, right: number): number;
  now(): bigint;
  both(value: bigint): [number, bigint];
  log(pointer: number): undefined;
}

export async function callsOfAnyModule(module: LoadedModule): Promise<void> {
  expectTypeOf(await module.call('anything', 1, 2n)).toEqualTypeOf<GuestResult>();
  expectTypeOf(await module.invoke('anything')).toEqualTypeOf<InvokeResult>();
  expectTypeOf(await module.instantiate()).toEqualTypeOf<Instance>();
  expectTypeOf(await (await module.instantiate()).call('anything', 1)).toEqualTypeOf<GuestResult>();
  // @ts-expect-error a string is no value of WebAssembly
  await module.call('anything', 'text');
}

export async function callsOfAKnownModule(): Promise<void> {
  const module = await loadModule<Exports>('guest.wasm');
  expectTypeOf(await module.call('add', 1, 2)).toBeNumber();
  expectTypeOf(await module.call('now')).toEqualTypeOf<bigint>();
  expectTypeOf((await module.invoke('both', [1n])).value).toEqualTypeOf<[number, bigint]>();
  // @ts-expect-error it exports no such function
  await module.call('subtract', 1, 2);
  // @ts-expect-error it takes two
  await module.call('add', 1);
  // @ts-expect-error it takes a bigint
  await module.invoke('both', [1]);

  await using instance = await module.instantiate({ args: ['a'], stdout: (chunk) => chunk.length });
  expectTypeOf(instance).toEqualTypeOf<Instance<Exports>>();
  expectTypeOf(await instance.call('both', 1n)).toEqualTypeOf<[number, bigint]>();
  expectTypeOf(await instance.callMany('add', [[1, 2]])).toEqualTypeOf<number[]>();
  expectTypeOf(await instance.invoke('log', [1])).toEqualTypeOf<InvokeResult<undefined>>();
  expectTypeOf(await instance.memory.read(0, 1)).toEqualTypeOf<Buffer>();
  expectTypeOf(await instance.globals.get('count')).toEqualTypeOf<number | bigint>();
  // @ts-expect-error it takes two
  await instance.callMany('add', [[1]]);
}

export function whereAGuestFailed(error: WasmEdgeError): void {
  expectTypeOf(error.guestStack).toEqualTypeOf<GuestFrame[] | undefined>();
  expectTypeOf(error.guestStack?.[0]).toEqualTypeOf<GuestFrame | undefined>();
  expectTypeOf<GuestFrame>().toEqualTypeOf<{ function: string; index: number }>();
  expectTypeOf(error.guestStackOmitted).toEqualTypeOf<number | undefined>();
}
