import type { Context } from 'aws-lambda';

import { Invocations } from './invocations.js';
import { resolveSettings } from './settings.js';
import { StreamedResponse, streamingRuntime } from './streamed-response.js';
import type {
  ClassificationHandler,
  HandlerOptions,
  StreamingHandler,
  StreamingHandlerOptions,
} from './types.js';

/**
 * Creates a Lambda handler that streams a program's output.
 *
 * @param options With `task: 'run'` and `responseStream: true`.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for invalid options, and if the runtime has no
 *   response streams.
 */
export function createHandler(options: StreamingHandlerOptions): StreamingHandler;
/**
 * Creates a Lambda handler that classifies, or finds objects in, the picture in an event of API
 * Gateway (REST and HTTP APIs), a Function URL, an Application Load Balancer, VPC Lattice, or of a
 * plain invocation `{"body": "<hexadecimal>"}`. Loading begins immediately: see `ready`.
 *
 * Faulty requests are answered with a status and one line of JSON (RFC 9457). The handler rejects
 * only for failures that no request caused: a module or model that cannot be loaded, and events of
 * other kinds.
 *
 * @param options Guest, model, limits, and logging. Default: the package's own guest and model.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for invalid options.
 */
export function createHandler(options?: HandlerOptions): ClassificationHandler;
export function createHandler(
  options?: HandlerOptions | StreamingHandlerOptions,
): ClassificationHandler | StreamingHandler {
  const settings = resolveSettings(options);
  const streams = settings.task.name === 'run' && settings.task.responseStream;
  // Checked before anything is loaded.
  const runtime = streams ? streamingRuntime() : undefined;
  const invocations = new Invocations(settings);
  const handler = runtime
    ? runtime.streamifyResponse((event, stream, context) =>
        invocations.stream(event, new StreamedResponse(runtime, stream), context),
      )
    : (event: unknown, context?: Context): Promise<object> => invocations.accept(event, context);
  const close = (): Promise<void> => invocations.close();
  return Object.assign(handler, {
    ready: invocations.ready,
    close,
    [Symbol.asyncDispose]: close,
  }) as ClassificationHandler | StreamingHandler;
}
