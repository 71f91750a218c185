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
 * Makes a Lambda handler that streams what a program writes.
 *
 * @param options With `task: 'run'` and `responseStream: true`.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for options of the wrong form, and where the runtime has no
 *   response streams.
 */
export function createHandler(options: StreamingHandlerOptions): StreamingHandler;
/**
 * Makes a Lambda handler that classifies, or finds things in, the picture in an event of API Gateway (REST and HTTP APIs), a
 * Function URL, an Application Load Balancer, VPC Lattice, or of a plain invocation
 * `{"body": "<hexadecimal>"}`.
 * Loading begins at once: see `ready`.
 *
 * What a request lacks is answered with a status and one line of JSON (RFC 9457). The handler
 * rejects only for what is no request's fault: module and model that cannot be loaded, and events of
 * another kind.
 *
 * @param options Guest, model, limits, and what is logged. Default: the package's own guest and model.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for options of the wrong form.
 */
export function createHandler(options?: HandlerOptions): ClassificationHandler;
export function createHandler(
  options?: HandlerOptions | StreamingHandlerOptions,
): ClassificationHandler | StreamingHandler {
  const settings = resolveSettings(options);
  const streams = settings.task.name === 'run' && settings.task.responseStream;
  // Before anything is loaded.
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
