import type { IncomingMessage, ServerResponse } from 'node:http';

import type { HTTPMethod } from 'find-my-way';

import { lambdaContext } from '../lambda/local-runtime.js';

import { readBody } from './body.js';
import { IsolationUnavailable } from './handlers.js';
import type { Handlers } from './handlers.js';
import { httpEvent } from './http-event.js';
import { invokeFunction, refuseInvocation } from './invocations.js';
import type { Metrics } from './metrics.js';
import { PageFiles } from './page/files.js';
import { reply, replyJson, replyProblem } from './reply.js';

const FUNCTION_NAME = 'classify';

/** What routes work with. */
export interface Service {
  handlers: Handlers;
  metrics: Metrics;
  timeoutMs: number;
  maxBodyBytes: number;
  maxInFlight: number;
  inFlight(): number;
  isClosing(): boolean;
}

/** The values of a path's `:names`. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export interface Route {
  /** All where none are named. */
  methods?: HTTPMethod[];
  serve: (
    request: IncomingMessage,
    response: ServerResponse,
    parameters: Parameters,
  ) => Promise<void> | void;
  /** For what counts among the requests under way: the answer where there are too many. */
  refuse?: (response: ServerResponse) => void;
}

/** What is served, by path. */
export function routesOf(service: Service): Readonly<Record<string, Route>> {
  const files = new PageFiles({
    isolations: service.handlers.isolations,
    maxBytes: service.maxBodyBytes,
  });
  return {
    '/': pageRoute(files, () => 'page.html'),
    '/page/:file': pageRoute(files, ({ file }) => file),
    '/classify': {
      serve: (request, response) => classify(service, request, response),
      refuse: (response) => {
        replyProblem(response, 503, 'All workers are busy: try again.', { 'retry-after': '1' });
      },
    },
    '/2015-03-31/functions/:name/invocations': {
      methods: ['POST'],
      serve: (request, response, { name = 'function' }) =>
        invokeFunction(service, name, request, response),
      refuse: refuseInvocation,
    },
    '/healthz': {
      methods: ['GET', 'HEAD'],
      serve: (_request, response) => {
        health(service, response);
      },
    },
    '/metrics': {
      methods: ['GET', 'HEAD'],
      serve: async (_request, response) => {
        const { metrics } = service;
        reply(response, 200, await metrics.text(), { 'content-type': metrics.contentType });
      },
    },
  };
}

function pageRoute(files: PageFiles, name: (parameters: Parameters) => string | undefined): Route {
  return {
    methods: ['GET', 'HEAD'],
    serve: (request, response, parameters) => {
      files.serve(name(parameters), request, response);
    },
  };
}

/**
 * The picture as the body, as an HTTP API would hand it to the handler; `?isolation=NAME` chooses
 * among those on offer. Loading it is no part of the invocation: its deadline begins afterwards.
 */
async function classify(
  { handlers, timeoutMs, maxBodyBytes }: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const isolation = handlers.find(searchParams.get('isolation') ?? handlers.isolation);
  if (!isolation) {
    const choices = handlers.isolations.join(', ');
    replyProblem(response, 400, `The parameter 'isolation' must be one of these: ${choices}.`);
    return;
  }
  const body = await readBody(request, response, maxBodyBytes);
  const loaded = await handlers.ready(isolation).catch((error: unknown) => {
    if (!(error instanceof IsolationUnavailable)) throw error;
    replyProblem(response, 503, error.message);
  });
  if (!loaded) return;
  const { handler, loadMs } = loaded;
  const context = lambdaContext(FUNCTION_NAME, timeoutMs);
  const result = await handler(httpEvent(request, body, context.awsRequestId), context);
  reply(response, result.statusCode ?? 200, result.body ?? '', {
    ...(result.headers as Record<string, string> | undefined),
    'x-request-id': context.awsRequestId,
    'server-timing': `load;dur=${loadMs.toFixed(3)}`,
  });
}

/** For load balancers and orchestrators: whether to send requests here. */
function health(service: Service, response: ServerResponse): void {
  const isClosing = service.isClosing();
  replyJson(response, isClosing ? 503 : 200, {
    status: isClosing ? 'shutting down' : 'ok',
    inFlight: service.inFlight(),
    maxInFlight: service.maxInFlight,
  });
}
