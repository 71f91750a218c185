import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import createRouter from 'find-my-way';

import { errorRecord } from '../lambda/failure.js';
import { lambdaLogger } from '../lambda/log.js';
import type { HandlerOptions } from '../lambda/types.js';
import type { Isolation } from '../options/types.js';

import { Connections } from './connections.js';
import { Exchange } from './exchange.js';
import { Handlers } from './handlers.js';
import { isLoopback, isMeantForLoopback } from './hosts.js';
import { linger } from './linger.js';
import { Metrics } from './metrics.js';
import { replyProblem } from './reply.js';
import { routesOf } from './routes.js';
import type { Parameters, Route } from './routes.js';
import type { Service } from './service.js';
import { Slots } from './slots.js';
import { Uploads } from './uploads.js';

/** For the head of a request. */
const HEAD_TIMEOUT_MS = 10_000;
/** Beyond these, new connections are closed immediately. */
const MAX_CONNECTIONS = 2000;

/** Options of {@link startServer}. */
export interface ServerOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  /**
   * `concurrency` and `maxQueue` together limit the requests in progress, and the bytes of bodies.
   */
  handler: HandlerOptions & { concurrency: number; maxQueue: number };
  /** Describes the model, for people. */
  model?: string;
  /** Further isolations that a request for `/classify` may select. Default: none. */
  compare?: readonly Isolation[];
  /**
   * Host names, in addition to those of loopback addresses, that requests may use if it listens on
   * one.
   */
  allowHosts?: readonly string[];
  /** From the end of a request's head to its response. */
  timeoutMs: number;
  /** Of a request's body as received. */
  maxBodyBytes: number;
}

/**
 * Loads the module and its model, then serves the Lambda handler over HTTP.
 *
 * @throws {WasmEdgeError} As `loadModule`; the system's error if it cannot listen.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = new Server(options);
  await server.listen();
  return server;
}

/** The local server. */
export class Server {
  readonly #options: ServerOptions;
  readonly #metrics: Metrics;
  readonly #http: HttpServer;
  readonly #connections = new Connections();
  readonly #service: Service;
  /** Whether only this machine can reach it. */
  #isLocal = false;
  #closing: Promise<void> | undefined;

  /** Use {@link startServer}. */
  constructor(options: ServerOptions) {
    this.#options = options;
    const { handler, maxBodyBytes, timeoutMs } = options;
    const slots = new Slots(handler.concurrency + handler.maxQueue);
    this.#metrics = new Metrics(() => slots.taken);
    const onInvocation = this.#metrics.invocation.bind(this.#metrics);
    this.#service = {
      handlers: new Handlers({ ...handler, onInvocation }, options.compare ?? []),
      metrics: this.#metrics,
      slots,
      uploads: new Uploads({ maxBytes: maxBodyBytes, maxHeldBytes: slots.max * maxBodyBytes }),
      logger: handler.logger === false ? undefined : (handler.logger ?? lambdaLogger()),
      model: options.model,
      timeoutMs,
      maxBodyBytes,
    };
    const router = this.#router();
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#connections.accept(request, response, () => {
        router.lookup(request, response);
      });
    };
    this.#http = createServer({
      headersTimeout: HEAD_TIMEOUT_MS,
      // For a body that nobody reads: uploads have their own limit.
      requestTimeout: Math.max(timeoutMs, HEAD_TIMEOUT_MS),
      connectionsCheckingInterval: 1000,
    });
    this.#http.maxConnections = MAX_CONNECTIONS;
    this.#http
      .on('connection', (socket) => {
        this.#connections.add(socket);
      })
      .on('request', listener)
      // Clients that ask before they send a body are told to continue when it is read.
      .on('checkContinue', listener);
  }

  /** The address on which it listens. */
  get url(): string {
    const { address, family, port } = this.#http.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async listen(): Promise<void> {
    try {
      await this.#service.handlers.own.ready;
      this.#http.listen(this.#options.port, this.#options.host);
      await once(this.#http, 'listening');
      this.#isLocal = isLoopback((this.#http.address() as AddressInfo).address);
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  /**
   * Accepts no more connections or requests, closes connections without a complete request,
   * finishes those in progress, and frees everything.
   */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    this.#service.slots.close();
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
    });
    this.#connections.close();
    await closed;
    await this.#release();
  }

  async #release(): Promise<void> {
    await this.#service.handlers.close();
    this.#metrics.close();
  }

  #router(): createRouter.Instance<createRouter.HTTPVersion.V1> {
    const routes = routesOf(this.#service);
    const known = Object.keys(routes).join(', ');
    const none: Route = {
      serve: ({ response }) => {
        replyProblem(response, 404, `There is no such resource. Available: ${known}.`);
      },
    };
    const router = createRouter({
      ignoreTrailingSlash: true,
      defaultRoute: (request, response) => {
        void this.#handle('none', none, request, response);
      },
    });
    for (const [path, route] of Object.entries(routes)) {
      const handle: createRouter.Handler<createRouter.HTTPVersion.V1> = (
        request,
        response,
        parameters,
      ) => {
        void this.#handle(path, route, request, response, parameters);
      };
      if (route.methods) router.on(route.methods, path, handle);
      else router.all(path, handle);
    }
    return router;
  }

  /** Serves a request, and counts it. */
  async #handle(
    name: string,
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
    parameters: Parameters = {},
  ): Promise<void> {
    const exchange = new Exchange(request, response);
    response.on('finish', () => {
      const seconds = (performance.now() - exchange.begin) / 1000;
      this.#metrics.request(name, response.statusCode, seconds);
    });
    try {
      if (this.#isMisdirected(request)) {
        replyProblem(
          response,
          421,
          'This server does not accept that host name. The option --allow-host adds names.',
        );
      } else await route.serve(exchange, parameters);
    } catch (error) {
      this.#fail(exchange, error);
    } finally {
      exchange.end();
    }
    linger(request);
  }

  #isMisdirected(request: IncomingMessage): boolean {
    return this.#isLocal && !isMeantForLoopback(request, this.#options.allowHosts ?? []);
  }

  #fail({ response, requestId }: Exchange, error: unknown): void {
    this.#service.logger?.error('request', { requestId, status: 500, error: errorRecord(error) });
    if (response.headersSent || response.destroyed) response.destroy();
    else replyProblem(response, 500, 'The request could not be served. The log says why.');
  }
}
