import type { HTTPMethod } from 'find-my-way';

import type { Task } from '../guest/task.js';
import { Problem } from '../lambda/problem.js';
import type { Body, Request } from '../lambda/request.js';
import type { Isolation } from '../options/types.js';

import type { Exchange } from './exchange.js';
import { IsolationUnavailable } from './handlers.js';
import type { Handlers, ReadyHandler } from './handlers.js';
import { isCrossOrigin } from './hosts.js';
import { httpRequest } from './http-request.js';
import { invokeFunction } from './invocations.js';
import { PageFiles } from './page/files.js';
import { reply, replyJson, replyProblem } from './reply.js';
import type { Service } from './service.js';

/** The values of a path's `:names`. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export interface Route {
  /** All if none are listed. */
  methods?: HTTPMethod[];
  serve: (exchange: Exchange, parameters: Parameters) => Promise<void> | void;
}

/** The routes, by path. */
export function routesOf(service: Service): Readonly<Record<string, Route>> {
  const { task } = service.handlers;
  const serve: Route['serve'] = (exchange) => answer(service, exchange);
  return {
    // A single resource named after the task, which the model determines. For a program, the paths
    // below it as well.
    ...(task === 'run' ? { '/run/*': { serve } } : pictureRoutes(service, task)),
    [`/${task}`]: { serve },
    '/2015-03-31/functions/:name/invocations': {
      methods: ['POST'],
      serve: (exchange, { name = 'function' }) => invokeFunction(service, name, exchange),
    },
    '/healthz': {
      methods: ['GET', 'HEAD'],
      serve: (exchange) => {
        health(service, exchange);
      },
    },
    '/metrics': {
      methods: ['GET', 'HEAD'],
      serve: async ({ response }) => {
        const { metrics } = service;
        reply(response, 200, await metrics.text(), { 'content-type': metrics.contentType });
      },
    },
  };
}

/** The routes of the page for pictures. */
function pictureRoutes(service: Service, task: Task): Readonly<Record<string, Route>> {
  const files = new PageFiles({
    task,
    isolations: service.handlers.isolations,
    ...(service.model !== undefined && { model: service.model }),
    maxBytes: service.maxBodyBytes,
  });
  return {
    '/': pageRoute(files, () => 'page.html'),
    '/page/:file': pageRoute(files, ({ file }) => file),
  };
}

function pageRoute(files: PageFiles, name: (parameters: Parameters) => string | undefined): Route {
  return {
    methods: ['GET', 'HEAD'],
    serve: ({ request, response }, parameters) => {
      files.serve(name(parameters), request, response);
    },
  };
}

/**
 * The picture as the body, as an HTTP API would forward it to the handler; `?isolation=NAME`
 * selects one of those on offer. The handler answers every error, so that it is logged and has the
 * usual headers.
 */
async function answer(service: Service, exchange: Exchange): Promise<void> {
  const { request, response, requestId, signal } = exchange;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const root = service.handlers.task === 'run' ? '/run' : '';
  // If dot segments, or characters that encode them, led to this path.
  if (!`${url.pathname}/`.startsWith(`${root}/`)) {
    replyProblem(response, 404, `There is no such resource below ${root}.`);
    return;
  }
  const { handler, loadMs, body } = await prepare(service, exchange, url);
  const result = await handler.serve(httpRequest(request, url, body, root), {
    requestId,
    // Loading another isolation is not part of the invocation.
    remainingMs: service.timeoutMs - (performance.now() - exchange.begin) + loadMs,
    signal,
  });
  reply(response, result.status, result.body, {
    ...result.headers,
    'server-timing': `load;dur=${loadMs.toFixed(3)}`,
  });
}

/**
 * The handler of the requested isolation; if the request is rejected, the server's own, to do so.
 */
async function prepare(
  service: Service,
  exchange: Exchange,
  url: URL,
): Promise<ReadyHandler & { body: Request['body'] }> {
  const { handlers, timeoutMs } = service;
  try {
    const ready = await handlers.ready(isolationOf(exchange, handlers, url));
    const body = async (leftMs = timeoutMs): Promise<Body> => ({
      content: await exchange.receive(service, leftMs),
      isBase64Encoded: false,
    });
    return { ...ready, body };
  } catch (error) {
    const problem = error instanceof IsolationUnavailable ? new Problem(503, error.message) : error;
    if (!(problem instanceof Problem)) throw error;
    return { handler: handlers.own, loadMs: 0, body: () => Promise.reject(problem) };
  }
}

/** The requested isolation. Only this server's own page may request one, not a page elsewhere. */
function isolationOf({ request }: Exchange, handlers: Handlers, { searchParams }: URL): Isolation {
  const name = searchParams.get('isolation');
  if (name === null) return handlers.isolation;
  if (isCrossOrigin(request)) {
    throw new Problem(403, "A page of another origin cannot choose the 'isolation'.");
  }
  const isolation = handlers.find(name);
  if (isolation) return isolation;
  const choices = handlers.isolations.join(', ');
  throw new Problem(400, `The parameter 'isolation' must be one of: ${choices}.`);
}

/** For load balancers and orchestrators: whether requests should be sent here. */
function health({ slots }: Service, { response }: Exchange): void {
  replyJson(response, slots.isClosed ? 503 : 200, {
    status: slots.isClosed ? 'shutting down' : 'ok',
    inFlight: slots.taken,
    maxInFlight: slots.max,
  });
}
