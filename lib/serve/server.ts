import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import createRouter from 'find-my-way';

import type { HandlerOptions } from '../lambda/index.js';
import type { Isolation } from '../types.js';

import { BodyTooLarge } from './body.js';
import { Handlers } from './handlers.js';
import { linger } from './linger.js';
import { Metrics } from './metrics.js';
import { replyProblem } from './reply.js';
import { routesOf } from './routes.js';
import type { Parameters, Route } from './routes.js';

/** Options of {@link startServer}. */
export interface ServerOptions {
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** `concurrency` and `maxQueue` together bound the requests under way, their bodies included. */
  handler: HandlerOptions & { concurrency: number; maxQueue: number };
  /** Further isolations that a request for `/classify` may ask for. Default: none. */
  compare?: readonly Isolation[];
  /** Of an invocation, as Lambda's own time-out. */
  timeoutMs: number;
  /** Of a request's body as it arrives. */
  maxBodyBytes: number;
}

/**
 * Loads the module and its model, then serves the Lambda handler over HTTP.
 *
 * @throws {WasmEdgeError} As `loadModule`; the system's error where it cannot listen.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = new Server(options);
  await server.listen();
  return server;
}

/** The local server. */
export class Server {
  readonly #options: ServerOptions;
  readonly #handlers: Handlers;
  readonly #metrics: Metrics;
  readonly #http: HttpServer;
  readonly #maxInFlight: number;
  #inFlight = 0;
  #closing: Promise<void> | undefined;

  /** Use {@link startServer}. */
  constructor(options: ServerOptions) {
    this.#options = options;
    this.#maxInFlight = options.handler.concurrency + options.handler.maxQueue;
    this.#metrics = new Metrics(() => this.#inFlight);
    const onInvocation = this.#metrics.invocation.bind(this.#metrics);
    this.#handlers = new Handlers({ ...options.handler, onInvocation }, options.compare ?? []);
    const router = this.#router();
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      router.lookup(request, response);
    };
    // Clients that ask before they send a body are told to go on where it is read.
    this.#http = createServer(listener).on('checkContinue', listener);
  }

  /** Where it listens. */
  get url(): string {
    const { address, family, port } = this.#http.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async listen(): Promise<void> {
    try {
      await this.#handlers.own.ready;
      this.#http.listen(this.#options.port, this.#options.host);
      await once(this.#http, 'listening');
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  /** Takes no more connections or requests, finishes those that are under way, frees everything. */
  close(): Promise<void> {
    this.#closing ??= new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
    }).then(() => this.#release());
    return this.#closing;
  }

  async #release(): Promise<void> {
    await this.#handlers.close();
    this.#metrics.close();
  }

  #router(): createRouter.Instance<createRouter.HTTPVersion.V1> {
    const routes = routesOf({
      handlers: this.#handlers,
      metrics: this.#metrics,
      timeoutMs: this.#options.timeoutMs,
      maxBodyBytes: this.#options.maxBodyBytes,
      maxInFlight: this.#maxInFlight,
      inFlight: () => this.#inFlight,
      isClosing: () => this.#closing !== undefined,
    });
    const known = Object.keys(routes).join(', ');
    const router = createRouter({
      ignoreTrailingSlash: true,
      defaultRoute: (request, response) => {
        this.#handle(
          'none',
          {
            serve: () => {
              replyProblem(response, 404, `There is no such resource. There are: ${known}.`);
            },
          },
          request,
          response,
        );
      },
    });
    for (const [path, route] of Object.entries(routes)) {
      const handle: createRouter.Handler<createRouter.HTTPVersion.V1> = (
        request,
        response,
        parameters,
      ) => {
        this.#handle(path, route, request, response, parameters);
      };
      if (route.methods) router.on(route.methods, path, handle);
      else router.all(path, handle);
    }
    return router;
  }

  /** Admits a request or refuses it, and counts it. */
  #handle(
    name: string,
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
    parameters: Parameters = {},
  ): void {
    const begin = performance.now();
    response.on('finish', () => {
      this.#metrics.request(name, response.statusCode, (performance.now() - begin) / 1000);
      // Its connection is idle from now on, and would be kept for the next request.
      if (this.#closing)
        setImmediate(() => {
          this.#http.closeIdleConnections();
        });
    });
    if (!route.refuse) {
      void this.#serve(route, request, response, parameters);
    } else if (this.#closing) {
      replyProblem(response, 503, 'The service is shutting down.', { 'retry-after': '1' });
      linger(request);
    } else if (this.#inFlight >= this.#maxInFlight) {
      route.refuse(response);
      linger(request);
    } else {
      this.#inFlight++;
      void this.#serve(route, request, response, parameters).finally(() => {
        this.#inFlight--;
      });
    }
  }

  async #serve(
    { serve }: Route,
    request: IncomingMessage,
    response: ServerResponse,
    parameters: Parameters,
  ): Promise<void> {
    try {
      await serve(request, response, parameters);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        // The client went away in the middle of its request: nobody is left to be told.
        response.destroy();
      } else if (error instanceof BodyTooLarge) {
        replyProblem(response, 413, error.message);
      } else {
        console.error(error);
        replyProblem(response, 500, 'The request could not be served. The log says why.');
      }
    }
    linger(request);
  }
}
