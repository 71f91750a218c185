import { randomUUID } from 'node:crypto';

import type { Context } from 'aws-lambda';

import { WasmEdgeError } from '../support/errors.js';

import { answer } from './answer.js';
import type { Work } from './answer.js';
import { corsHeaders } from './cors.js';
import { Deadline } from './deadline.js';
import { clientGone, errorRecord, problemOf } from './failure.js';
import { embeddedMetrics } from './metrics.js';
import { millisecondsSince } from './log-line.js';
import { PictureModule } from './picture-module.js';
import type { LoadRecord } from './picture-module.js';
import { Problem } from './problem.js';
import { answerByProgram } from './program-answer.js';
import { ProgramModule } from './program-module.js';
import { CONTENT_TYPES } from './representation.js';
import { readRequest } from './request.js';
import type { Request } from './request.js';
import { checkSize, formatResponse } from './response.js';
import type { Response } from './response.js';
import type { Settings } from './settings.js';
import type { StreamedResponse } from './streamed-response.js';
import type { InvocationRecord } from './types.js';

/** Maximum length of a path in the log. */
const MAX_PATH = 1 << 10;
/** Maximum length of an invocation's ID, which in a queue is chosen by the message's sender. */
const MAX_ID = 255;

/** An invocation, without its request. */
export interface InvocationContext {
  requestId: string;
  /** Milliseconds left; undefined for no limit. */
  remainingMs: number | undefined;
  /** Aborted when the client has disconnected. */
  signal?: AbortSignal;
  /** The target of a streamed response. */
  stream?: StreamedResponse;
}

/** The invocations of one function: its module and model, and the records of invocations. */
export class Invocations {
  /** See {@link ClassificationHandler.ready}. */
  readonly ready: Promise<void>;
  readonly #settings: Settings;
  /** Absent after a failure: the next invocation tries again. */
  #module: Promise<PictureModule | ProgramModule> | undefined;
  #closing: Promise<void> | undefined;
  #coldStart = true;
  readonly #underWay = new Set<Promise<object>>();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.ready = this.#load().then(ignore, (error: unknown) => {
      throw error instanceof LoadFailure ? error.cause : error;
    });
    // Everything that awaits it sees the failure, and so does each invocation: it is never lost.
    this.ready.catch(ignore);
  }

  /**
   * Handles an event, and returns the response in the sender's format.
   *
   * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if it is not an event; as `loadModule`.
   */
  accept(
    event: unknown,
    context: Partial<Context> | undefined,
    signal?: AbortSignal,
  ): Promise<object> {
    return this.#track(async () => {
      const request = readRequest(event);
      const response = await this.#invoke(request, {
        requestId: idOf(context?.awsRequestId),
        remainingMs: remainingMs(context),
        ...(signal && { signal }),
      });
      return formatResponse(request.kind, response);
    });
  }

  /**
   * Handles an event with a streamed response.
   *
   * @throws {Error} A failure after the first byte, or that the client has disconnected; as
   *   `accept`.
   */
  async stream(
    event: unknown,
    stream: StreamedResponse,
    context: Partial<Context> | undefined,
  ): Promise<void> {
    try {
      await this.#track(() =>
        this.#invoke(readRequest(event), {
          requestId: idOf(context?.awsRequestId),
          remainingMs: remainingMs(context),
          signal: stream.signal,
          stream,
        }),
      );
    } finally {
      stream.release();
    }
  }

  /**
   * Handles a request that is not an event.
   *
   * @throws {WasmEdgeError} As `loadModule`.
   */
  serve(request: Request, context: InvocationContext): Promise<Response> {
    return this.#track(() => this.#invoke(request, context));
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    const module = await this.#module?.catch(ignore);
    await module?.close();
  }

  #track<T extends object>(invoke: () => Promise<T>): Promise<T> {
    const invocation = invoke();
    this.#underWay.add(invocation);
    const forget = (): boolean => this.#underWay.delete(invocation);
    invocation.then(forget, forget);
    return invocation;
  }

  async #invoke(request: Request, context: InvocationContext): Promise<Response> {
    const begin = performance.now();
    const settings = this.#settings;
    const work: Work<PictureModule | ProgramModule> = {
      settings,
      // Decided here: invocations that began before it was closed still get their module.
      module: this.#closing ? refuseClosed : () => this.#load(),
      deadline: new Deadline(context.remainingMs, settings.deadlineMarginMs),
      signal: context.signal,
      stream: context.stream,
    };
    const record: InvocationRecord = {
      requestId: context.requestId.slice(0, MAX_ID),
      kind: request.kind,
      method: request.method,
      path: request.path.slice(0, MAX_PATH),
      status: 0,
      coldStart: this.#coldStart,
      isolation: settings.load.isolation ?? 'in-process',
      bodyBytes: 0,
      pictureBytes: 0,
      responseBytes: 0,
      totalMs: 0,
      decodeMs: 0,
    };
    this.#coldStart = false;
    context.stream?.addHeaders(addedHeaders(settings, request));
    const response = await this.#respond(request, work, record);
    const failure = await this.#passOn(response, work, record);
    record.status = failure instanceof Problem ? failure.status : response.status;
    record.responseBytes = context.stream?.bytes ?? Buffer.byteLength(response.body);
    record.totalMs = millisecondsSince(begin);
    this.#tell(record);
    if (failure) throw failure;
    return response;
  }

  /** Ends a stream, or writes all of it; returns the reason if it was terminated. */
  async #passOn(
    response: Response,
    { stream, deadline }: Work<PictureModule | ProgramModule>,
    record: InvocationRecord,
  ): Promise<Error | undefined> {
    if (!stream) return undefined;
    if (stream.isGone) return clientGone();
    if (stream.isBegun && record.problem !== undefined) {
      return new Error(`The response broke off: ${record.problem}`);
    }
    try {
      await deadline.guard(stream.send(response));
      return undefined;
    } catch (error) {
      const problem = problemOf(error, 'run');
      record.problem = problem.message;
      return problem;
    }
  }

  async #respond(
    request: Request,
    work: Work<PictureModule | ProgramModule>,
    record: InvocationRecord,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await work.deadline.guard(this.#answer(request, work, record));
      checkSize(request.kind, response);
    } catch (error) {
      if (error instanceof LoadFailure) throw error.cause;
      const problem = problemOf(error, work.settings.task.name);
      record.problem = problem.message;
      if (problem.status >= 500) record.error = errorRecord(problem.cause ?? problem);
      response = {
        status: problem.status,
        headers: { ...problem.headers, 'content-type': CONTENT_TYPES.problem },
        body: problem.toBody(record.requestId),
      };
    }
    const headers = { ...response.headers, ...addedHeaders(work.settings, request) };
    return { ...response, headers };
  }

  /** The loaded module is the one for the task. */
  #answer(
    request: Request,
    work: Work<PictureModule | ProgramModule>,
    record: InvocationRecord,
  ): Promise<Response> {
    const { task } = work.settings;
    return task.name === 'run'
      ? answerByProgram(request, task, work as Work<ProgramModule>, record)
      : answer(request, work as Work, record);
  }

  #load(): Promise<PictureModule | ProgramModule> {
    this.#module ??= this.#loaded().catch((error: unknown) => {
      this.#module = undefined;
      this.#settings.logger?.error('loading failed', { error: errorRecord(error) });
      throw new LoadFailure(error);
    });
    return this.#module;
  }

  #loaded(): Promise<PictureModule | ProgramModule> {
    const settings = this.#settings;
    const { task } = settings;
    const tell = (record: LoadRecord): void => {
      settings.logger?.info('loaded', record);
    };
    return task.name === 'run'
      ? ProgramModule.load(settings, tell)
      : PictureModule.load({ ...settings, task }, tell);
  }

  #tell(record: InvocationRecord): void {
    const { logger, metrics, onInvocation } = this.#settings;
    if (record.status >= 500) logger?.error('invocation', record);
    else if (record.status >= 400) logger?.warn('invocation', record);
    else logger?.info('invocation', record);
    if (metrics) process.stdout.write(`${embeddedMetrics(metrics, record, Date.now())}\n`);
    // A copy: an invocation that has timed out may still write to its own.
    onInvocation?.({ ...record });
  }
}

/** Headers that every response has in addition to its own. */
function addedHeaders({ cors }: Settings, request: Request): Record<string, string> {
  return {
    ...corsHeaders(cors, request),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
}

function idOf(given: unknown): string {
  return typeof given === 'string' ? given : randomUUID();
}

function ignore(): undefined {
  return undefined;
}

function refuseClosed(): Promise<never> {
  return Promise.reject(new WasmEdgeError('ERR_CLOSED', 'The handler is closed.'));
}

/** Distinguishes failures of the load from those of a picture. */
class LoadFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('Loading failed.');
  }
}

/**
 * Undefined if there is no deadline: a manual call may have no context, or one without a deadline.
 */
function remainingMs(context: Partial<Context> | undefined): number | undefined {
  const remaining: unknown = context?.getRemainingTimeInMillis;
  if (typeof remaining !== 'function') return undefined;
  const milliseconds: unknown = remaining.call(context);
  return Number.isFinite(milliseconds) ? (milliseconds as number) : undefined;
}
