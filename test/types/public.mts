// What the package's users see of its types. Compiled and never run; each call stands in a function.
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
  InvokeResult,
  Isolation,
  Limits,
  LoadOptions,
  LoadedModule,
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
} from 'wasmedge-embed/lambda';
import { expectTypeOf } from 'expect-type';

expectTypeOf(loadModule).parameter(0).toBeString();
expectTypeOf(loadModule).parameter(1).toEqualTypeOf<LoadOptions | undefined>();
expectTypeOf(loadModule).returns.resolves.toEqualTypeOf<LoadedModule>();
expectTypeOf<LoadedModule>().toExtend<AsyncDisposable>();
expectTypeOf<LoadedModule['run']>().parameter(0).toEqualTypeOf<RunOptions | undefined>();
expectTypeOf<LoadedModule['run']>().returns.resolves.toEqualTypeOf<RunResult>();
expectTypeOf<LoadedModule['call']>().parameters.toEqualTypeOf<[string, ...(number | bigint)[]]>();
expectTypeOf<LoadedModule['call']>().returns.resolves.toEqualTypeOf<
  number | bigint | (number | bigint)[] | undefined
>();
expectTypeOf<LoadedModule['invoke']>()
  .parameter(1)
  .toEqualTypeOf<readonly (number | bigint)[] | undefined>();
expectTypeOf<LoadedModule['invoke']>().parameter(2).toEqualTypeOf<RunOptions | undefined>();
expectTypeOf<LoadedModule['invoke']>().returns.resolves.toEqualTypeOf<InvokeResult>();
expectTypeOf<InvokeResult['value']>().toEqualTypeOf<
  number | bigint | (number | bigint)[] | undefined
>();
expectTypeOf<LoadedModule['close']>().returns.resolves.toBeVoid();
expectTypeOf<LoadedModule['mode']>().toEqualTypeOf<'aot' | 'interpreter'>();

expectTypeOf<LoadOptions['isolation']>().toEqualTypeOf<Isolation | undefined>();
expectTypeOf<Isolation>().toEqualTypeOf<'in-process' | 'worker-process' | 'subprocess'>();
expectTypeOf<LoadOptions['limits']>().toEqualTypeOf<Limits | undefined>();
expectTypeOf<LoadOptions['aot']>().toEqualTypeOf<'auto' | 'off' | undefined>();
expectTypeOf<LoadOptions['trusted']>().toEqualTypeOf<boolean | undefined>();
expectTypeOf<LoadOptions['compile']>().toEqualTypeOf<CompileLimits | undefined>();
expectTypeOf<LoadOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();
expectTypeOf<CompileOptions>().toExtend<CompileLimits>();
expectTypeOf<{ compile: { timeoutMs: string } }>().not.toExtend<LoadOptions>();
expectTypeOf<{ models: { default: string } }>().toExtend<LoadOptions>();
expectTypeOf<{ models: { default: { file: Buffer; labels: string[] } } }>().toExtend<LoadOptions>();
expectTypeOf<{ limits: { timeoutMs: string } }>().not.toExtend<LoadOptions>();
expectTypeOf<{ isolation: 'thread' }>().not.toExtend<LoadOptions>();

expectTypeOf<RunOptions['stdin']>().toEqualTypeOf<string | BytesLike | undefined>();
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
expectTypeOf(inspectModule).parameters.toEqualTypeOf<[string]>();
expectTypeOf(inspectModel).parameter(0).toEqualTypeOf<string | BytesLike>();

expectTypeOf<WasmEdgeError>().toExtend<Error>();
expectTypeOf<WasmEdgeError['code']>().toEqualTypeOf<WasmEdgeErrorCode>();
expectTypeOf<'ERR_TRAP' | 'ERR_TIMEOUT' | 'ERR_NATIVE_LOAD'>().toExtend<WasmEdgeErrorCode>();
expectTypeOf<'ERR_UNHEARD_OF'>().not.toExtend<WasmEdgeErrorCode>();
expectTypeOf<WasmEdgeError['trap']>().toEqualTypeOf<Trap | undefined>();
expectTypeOf<WasmEdgeError['stdout']>().toEqualTypeOf<Buffer | undefined>();

expectTypeOf(createHandler).parameter(0).toEqualTypeOf<HandlerOptions | undefined>();
expectTypeOf(createHandler).returns.toEqualTypeOf<ClassificationHandler>();
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
