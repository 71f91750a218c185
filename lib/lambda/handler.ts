import type { Context } from 'aws-lambda';

import { Invocations } from './invocations.js';
import { resolveSettings } from './settings.js';
import type { ClassificationHandler, HandlerOptions } from './types.js';

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
export function createHandler(options?: HandlerOptions): ClassificationHandler {
  const invocations = new Invocations(resolveSettings(options));
  const handler = (event: unknown, context?: Context): Promise<object> =>
    invocations.accept(event, context);
  const close = (): Promise<void> => invocations.close();
  return Object.assign(handler, {
    ready: invocations.ready,
    close,
    [Symbol.asyncDispose]: close,
  }) as ClassificationHandler;
}
