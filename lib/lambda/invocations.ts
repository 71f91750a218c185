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

/** What the log is told of a path. */
const MAX_PATH = 1 << 10;
/** Of an invocation's id, whoever made it: of a queue it is what the message's sender wrote. */
const MAX_ID = 255;

/** An invocation beside its request. */
export interface InvocationContext {
  requestId: string;
  /** Milliseconds that are left; undefined for no end. */
  remainingMs: number | undefined;
  /** Aborted where nobody waits for the answer any more. */
  signal?: AbortSignal;
  /** Where the answer goes piece by piece. */
  stream?: StreamedResponse;
}

/** The invocations of one function: its module and model, and what is told of each. */
export class Invocations {
  /** See {@link ClassificationHandler.ready}. */
  readonly ready: Promise<void>;
  readonly #settings: Settings;
  /** Absent after a failure: the next invocation tries once more. */
  #module: Promise<PictureModule | ProgramModule> | undefined;
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

  /**
   * Answers an event in the form that its maker understands.
   *
   * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for what is no event; as `loadModule`.
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
   * Answers an event through a stream.
   *
   * @throws {Error} What went wrong after the first byte, or that the client is gone; as `accept`.
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
   * Answers a request of which nobody made an event.
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
      // Decided here: what has begun before it is closed still gets its module.
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

  /** The end of a stream, or its whole; gives what it broke off for. */
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

  /** What is loaded is what the task is answered by. */
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
    // A copy: an invocation that is over time may still write into its own.
    onInvocation?.({ ...record });
  }
}

/** What each answer has beside its own. */
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

/** Sets what went wrong at load apart from what went wrong with a picture. */
class LoadFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('Loading failed.');
  }
}

/**
 * Undefined where there is no deadline: whoever calls the handler by hand may give no context, or one
 * that tells no time.
 */
function remainingMs(context: Partial<Context> | undefined): number | undefined {
  const remaining: unknown = context?.getRemainingTimeInMillis;
  if (typeof remaining !== 'function') return undefined;
  const milliseconds: unknown = remaining.call(context);
  return Number.isFinite(milliseconds) ? (milliseconds as number) : undefined;
}
