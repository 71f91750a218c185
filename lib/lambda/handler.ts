import { randomUUID } from 'node:crypto';

import type { Context } from 'aws-lambda';

import { WasmEdgeError } from '../errors.js';

import { answer } from './answer.js';
import { Classifier } from './classifier.js';
import { corsHeaders } from './cors.js';
import { Deadline } from './deadline.js';
import { errorRecord, problemOf } from './failure.js';
import { embeddedMetrics } from './metrics.js';
import { millisecondsSince } from './milliseconds.js';
import { CONTENT_TYPES } from './representation.js';
import { readRequest } from './request.js';
import type { Request } from './request.js';
import { formatResponse } from './response.js';
import type { Response } from './response.js';
import { resolveSettings } from './settings.js';
import type { Settings } from './settings.js';
import type { ClassificationHandler, HandlerOptions, InvocationRecord } from './types.js';

/**
 * Makes a Lambda handler that classifies the JPEG in an event of API Gateway (REST and HTTP APIs), a
 * Function URL, an Application Load Balancer, or of a plain invocation `{"body": "<hexadecimal>"}`.
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

class Invocations {
  readonly ready: Promise<void>;
  readonly #settings: Settings;
  /** Absent after a failure: the next invocation tries once more. */
  #classifier: Promise<Classifier> | undefined;
  #closing: Promise<void> | undefined;
  #coldStart = true;
  readonly #underWay = new Set<Promise<object>>();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.ready = this.#load().then(ignore, (error: unknown) => {
      throw error instanceof LoadFailure ? error.cause : error;
    });
    // Whoever awaits it sees the failure, and so does each invocation: it is never lost.
    this.ready.catch(ignore);
  }

  accept(event: unknown, context: Context | undefined): Promise<object> {
    // Decided here: what has begun before it is closed still gets its classifier.
    const load = this.#closing ? refuseClosed : () => this.#load();
    const invocation = this.#invoke(event, context, load);
    this.#underWay.add(invocation);
    const forget = (): boolean => this.#underWay.delete(invocation);
    invocation.then(forget, forget);
    return invocation;
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    const classifier = await this.#classifier?.catch(ignore);
    await classifier?.close();
  }

  async #invoke(
    event: unknown,
    context: Context | undefined,
    load: () => Promise<Classifier>,
  ): Promise<object> {
    const begin = performance.now();
    const requestId = context?.awsRequestId ?? randomUUID();
    const deadline = new Deadline(remainingMs(context), this.#settings.deadlineMarginMs);
    const coldStart = this.#coldStart;
    this.#coldStart = false;
    const request = readRequest(event);
    const record: InvocationRecord = {
      requestId,
      kind: request.kind,
      method: request.method,
      path: request.path,
      status: 0,
      coldStart,
      isolation: this.#settings.load.isolation ?? 'in-process',
      bodyBytes: Buffer.byteLength(request.body),
      pictureBytes: 0,
      responseBytes: 0,
      totalMs: 0,
      decodeMs: 0,
    };
    const response = await this.#respond(request, load, deadline, record);
    record.status = response.status;
    record.responseBytes = Buffer.byteLength(response.body);
    record.totalMs = millisecondsSince(begin);
    this.#tell(record);
    return formatResponse(request.kind, response);
  }

  async #respond(
    request: Request,
    load: () => Promise<Classifier>,
    deadline: Deadline,
    record: InvocationRecord,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await deadline.guard(answer(request, this.#settings, load, deadline, record));
    } catch (error) {
      if (error instanceof LoadFailure) throw error.cause;
      const problem = problemOf(error);
      record.problem = problem.message;
      if (problem.status >= 500) record.error = errorRecord(problem.cause ?? problem);
      response = {
        status: problem.status,
        headers: { ...problem.headers, 'content-type': CONTENT_TYPES.problem },
        body: problem.toBody(record.requestId),
      };
    }
    const headers = {
      ...response.headers,
      ...corsHeaders(this.#settings.cors, request),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    return { ...response, headers };
  }

  #load(): Promise<Classifier> {
    this.#classifier ??= Classifier.load(this.#settings, (record) => {
      this.#settings.logger?.info('loaded', record);
    }).catch((error: unknown) => {
      this.#classifier = undefined;
      this.#settings.logger?.error('loading failed', { error: errorRecord(error) });
      throw new LoadFailure(error);
    });
    return this.#classifier;
  }

  #tell(record: InvocationRecord): void {
    const { logger, metrics, onInvocation } = this.#settings;
    if (record.status >= 500) logger?.error('invocation', record);
    else if (record.status >= 400) logger?.warn('invocation', record);
    else logger?.info('invocation', record);
    if (metrics) process.stdout.write(`${embeddedMetrics(metrics, record, Date.now())}\n`);
    // A copy: an invocation that is over time may still write into its own.
    onInvocation?.({ ...record });
  }
}

function ignore(): undefined {
  return undefined;
}

function refuseClosed(): Promise<never> {
  return Promise.reject(new WasmEdgeError('ERR_CLOSED', 'The handler is closed.'));
}

/** Undefined where there is no deadline: whoever calls the handler by hand may give no context. */
function remainingMs(context: Partial<Context> | undefined): number | undefined {
  return context?.getRemainingTimeInMillis?.();
}

/** Sets what went wrong at load apart from what went wrong with a picture. */
class LoadFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('Loading failed.');
  }
}
