import type {
  ALBEvent,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';

import type { Damaged } from '../guest/accepted-pictures.js';
import type { Task } from '../guest/task.js';
import type { BytesLike, Isolation, LoadOptions, Timings } from '../options/types.js';

/**
 * The service that sent the event, recognized by the event's format: an API Gateway REST API
 * (payload 1.0), an HTTP API (payload 2.0), a Function URL (also payload 2.0), an Application Load
 * Balancer, VPC Lattice (either version), a schedule that keeps the function warm, or an invocation
 * with only a body.
 */
export type EventKind =
  | 'rest-api'
  | 'http-api'
  | 'function-url'
  | 'load-balancer'
  | 'load-balancer-multi-value'
  | 'vpc-lattice'
  | 'schedule'
  | 'invocation';

/** A plain invocation, without HTTP. */
export interface InvocationEvent {
  /** The picture: hexadecimal text, a data URL, or with `isBase64Encoded` its bytes. */
  body: string | null;
  /** Whether `body` is base64. Default false. */
  isBase64Encoded?: boolean;
  /**
   * Headers that are used: `content-type`, `content-encoding`, `accept` and `origin`, in upper or
   * lower case.
   */
  headers?: Readonly<Record<string, string | undefined>> | null;
  /** Parameter that is used: `format`, either `json` or `text`. */
  queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
}

/**
 * An event that keeps a function warm: a scheduled event of EventBridge (`source` is `aws.events`,
 * with `detail-type` `Scheduled Event`, or `aws.scheduler`), or an event of
 * `serverless-plugin-warmup` (recognized by `source`) or `lambda-warmer`.
 */
export type WarmingEvent =
  | {
      /** The sender. */
      source: string;
      /** The type of an EventBridge event. */
      'detail-type'?: string;
    }
  | {
      /** Set by `lambda-warmer`. */
      warmer: true;
    };

/** A request from VPC Lattice, in version 1.0 or 2.0 of its events. */
export type VpcLatticeEvent =
  | {
      /** The path and the query. */
      raw_path: string;
      /** The HTTP method. */
      method: string;
      /** Headers by name, in upper or lower case. */
      headers?: Readonly<Record<string, string>>;
      /** Parameter that is used: `format`. */
      query_string_parameters?: Readonly<Record<string, string>>;
      /** As in an {@link InvocationEvent}. */
      body?: string | null;
      /** Whether `body` is base64. */
      is_base64_encoded?: boolean;
    }
  | {
      /** The path. */
      path: string;
      /** The HTTP method. */
      method: string;
      /** Headers by name, in upper or lower case. */
      headers?: Readonly<Record<string, string | readonly string[]>>;
      /** Parameter that is used: `format`. */
      queryStringParameters?: Readonly<Record<string, string | readonly string[]>>;
      /** As in an {@link InvocationEvent}. */
      body?: string | null;
      /** Whether `body` is base64. */
      isBase64Encoded?: boolean;
      /** The event is recognized by its `targetGroupArn`. */
      requestContext: Readonly<Record<string, unknown>>;
    };

/** The response to an {@link InvocationEvent}. */
export interface InvocationResult {
  /** The HTTP status. */
  statusCode: number;
  /** Headers by name, in lower case. */
  headers: Record<string, string>;
  /** The sentence, the labels or objects as JSON, or the problem as JSON (RFC 9457). */
  body: string;
  /** Whether the body is base64, which is the case if a program's output is not UTF-8. */
  isBase64Encoded: boolean;
}

/** The handler's response, in the format that the sender expects. */
export interface ClassificationHandler extends AsyncDisposable {
  /**
   * Handles an event of an HTTP API or a Function URL.
   *
   * @param event The event of API Gateway (payload 2.0).
   * @param context Lambda's context; without one there is no deadline.
   */
  (event: APIGatewayProxyEventV2, context?: Context): Promise<APIGatewayProxyStructuredResultV2>;
  /**
   * Handles an event of a REST API.
   *
   * @param event The event of API Gateway (payload 1.0).
   * @param context Lambda's context; without one there is no deadline.
   */
  (event: APIGatewayProxyEvent, context?: Context): Promise<APIGatewayProxyResult>;
  /**
   * Handles an event of an Application Load Balancer or of VPC Lattice.
   *
   * @param event The event of the load balancer, with single-value or multi-value headers, or of
   *   VPC Lattice in either version.
   * @param context Lambda's context; without one there is no deadline.
   */
  (event: ALBEvent | VpcLatticeEvent, context?: Context): Promise<ALBResult>;
  /**
   * Handles a plain invocation, or a scheduled event that keeps the function warm: the latter gets
   * 200 once module and model are loaded, without classifying anything.
   *
   * @param event The body, or the scheduled event.
   * @param context Lambda's context; without one there is no deadline.
   */
  (event: InvocationEvent | WarmingEvent, context?: Context): Promise<InvocationResult>;

  /**
   * Resolves when module and model are loaded and the warm-up run has finished. Await it in an ES
   * module, so that all of this is part of Lambda's init phase, and a failure is an init error:
   *
   *     export const handler = createHandler();
   *     await handler.ready;
   *
   * Rejects with a WasmEdgeError as `loadModule` does, or with the failure of the warm-up run. If
   * it is not awaited, invocations fail with that error; each of them tries again.
   */
  readonly ready: Promise<void>;

  /** Accepts no more invocations (503), finishes those in progress, and frees everything. */
  close(): Promise<void>;
}

/** The part of Lambda's response stream that is used. A Writable of Node.js also has it. */
export interface ResponseStream {
  /**
   * Writes bytes of the body.
   *
   * @param chunk The bytes.
   * @returns False if the next chunk should wait for the event `drain`.
   */
  write(chunk: Uint8Array): boolean;
  /** Ends the body. */
  end(): unknown;
  /**
   * Adds a listener.
   *
   * @param event `drain`, `finish`, `close` or `error`.
   * @param listener Called with the arguments of the event.
   */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  /**
   * Removes a listener.
   *
   * @param event The event that it was added for.
   * @param listener The listener.
   */
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Whether all data has been passed on after `end`. */
  readonly writableFinished: boolean;
}

/** A handler whose responses are streamed: Lambda's runtime calls it with a stream. */
export interface StreamingHandler extends AsyncDisposable {
  /**
   * Handles an event of a Function URL, or of an API with response streaming.
   *
   * @param event As for a {@link ClassificationHandler}.
   * @param responseStream The runtime's stream.
   * @param context Lambda's context; without one there is no deadline.
   * @returns A promise that resolves when the response has been passed on. It rejects if the
   *   program fails after the first byte, or if the client has disconnected: the runtime then ends
   *   the response with an error.
   */
  (event: unknown, responseStream: ResponseStream, context?: Context): Promise<void>;
  /** As for a {@link ClassificationHandler}. */
  readonly ready: Promise<void>;
  /** As for a {@link ClassificationHandler}. */
  close(): Promise<void>;
}

/** Cross-origin requests from browsers. */
export interface CorsOptions {
  /** `*` (default), or the origins that may read the responses, such as `https://example.com`. */
  origins?: '*' | readonly string[];
  /** Request headers that a page may set. Default `content-type` and `accept`. */
  headers?: readonly string[];
  /**
   * Seconds for which browsers may cache the response to a preflight request, 0 to 86,400. Default
   * 3,600.
   */
  maxAgeSeconds?: number;
}

/** CloudWatch metrics in the embedded metric format: one line of the log for each invocation. */
export interface MetricsOptions {
  /** CloudWatch namespace, such as the application's name. */
  namespace: string;
  /** Dimensions and their values. Default: `FunctionName` with the name of the Lambda function. */
  dimensions?: Readonly<Record<string, string>>;
}

/**
 * The target of log entries, each with a message and fields: the interface of `console` and of
 * Powertools' Logger.
 */
export interface Logger {
  /**
   * Logs a success.
   *
   * @param message A word or two.
   * @param fields Details, such as an {@link InvocationRecord}.
   */
  info(message: string, fields: object): void;
  /**
   * Logs an error of the caller: statuses 400 to 499.
   *
   * @param message A word or two.
   * @param fields Details.
   */
  warn(message: string, fields: object): void;
  /**
   * Logs a failure: statuses from 500 on, and a failed load.
   *
   * @param message A word or two.
   * @param fields Details, including an {@link ErrorRecord} as `error`.
   */
  error(message: string, fields: object): void;
}

/** The record of an invocation, for its log line and `onInvocation`. */
export interface InvocationRecord {
  /** Lambda's ID of the invocation, truncated to 255 characters. */
  requestId: string;
  /** The service that sent the event. */
  kind: EventKind;
  /** The HTTP method. */
  method: string;
  /** The path of the URL, without its query, truncated to 1,024 characters. */
  path: string;
  /** The HTTP status of the response. */
  status: number;
  /** Whether it is the first invocation of its process. */
  coldStart: boolean;
  /** Where the guest runs. */
  isolation: Isolation;
  /** Size of the body as received, before decoding, in bytes; 0 if it was not read. */
  bodyBytes: number;
  /** Size of the picture in bytes; 0 if there was none. */
  pictureBytes: number;
  /** Size of the response's body in bytes. */
  responseBytes: number;
  /** Duration of the handler in milliseconds. */
  totalMs: number;
  /** Part of it that was spent on decoding the body. */
  decodeMs: number;
  /** Part of it that was spent on the guest; absent if the guest did not run. */
  timings?: Timings;
  /** The reason given to the caller, if the picture was not classified. */
  problem?: string;
  /** The underlying error, for statuses from 500 on. It is never sent to the caller. */
  error?: ErrorRecord;
}

/** An error in the log. */
export interface ErrorRecord {
  /** Class of the error. */
  name: string;
  /** Code of a WasmEdgeError or an error of Node.js. */
  code?: string;
  /** The message. */
  message: string;
  /** The stack, in this package's code. */
  stack?: string;
  /** The end of the guest's standard error, at most 4 KiB. */
  stderr?: string;
  /** The stack or message of the cause. */
  cause?: string;
}

/**
 * Options of {@link createHandler}, in addition to those of `loadModule`, which are passed on.
 * Without `models`, the model that `wasmedge-embed classify` uses becomes `default`.
 * `limits.stdinBytes`, the maximum size of a picture, is 6 MiB by default (1 byte to 256 MiB).
 */
export interface HandlerOptions extends LoadOptions {
  /**
   * What to do with a request. `classify` (default): label the picture. `detect`: find objects in
   * it, with a detector that ends with TFLite_Detection_PostProcess, which must be given as
   * `models.default`; a JSON answer is then a {@link DetectionAnswer} with `isolation` and
   * `timings`. `run`: run `module`, any WASI program, with the request's body as its standard input
   * and its standard output as the response's body; an exit code other than 0 is a 500. See
   * docs/programs.md.
   */
  task?: Task | 'run';
  /**
   * The guest. It reads a picture from its standard input, accepts `--format text|json` and
   * `--top-k N` (for detection: `--threshold S`) after the given `args`, and prints the answer; it
   * exits with 0, or with 65 and one line on standard error if the picture cannot be decoded.
   * Default: the package's own guest.
   */
  module?: string;
  /** For `run`: the Content-Type of responses. Default `text/plain; charset=utf-8`. */
  contentType?: string;
  /**
   * For `run`: whether the program uses CGI/1.1 (RFC 3875). It then finds method, path, query and
   * headers in its environment, and its output begins with headers: `Status`, `Content-Type` and
   * others. Default false.
   */
  cgi?: boolean;
  /** See {@link StreamingHandlerOptions}. Default false. */
  responseStream?: false;
  /** For `classify`: number of labels in a JSON answer, 1 to 1,000. Default 5. */
  topK?: number;
  /** For `detect`: the lowest score to report, 0 to 1. Default 0.5. */
  threshold?: number;
  /**
   * Maximum number of pixels (width × height) of a picture, 1 to 2³²; a larger one is rejected
   * before memory is allocated for it. Default 200,000,000. A module of your own gets `--max-pixels
   * N` only if this is set.
   */
  maxPixels?: number;
  /**
   * How to handle a truncated or otherwise damaged JPEG: `refuse` responds with 422; `accept` uses
   * what can be decoded, with the rest in grey, and JSON has `"damaged": true`. Default `refuse`. A
   * JPEG that only lacks its end marker or a restart marker is always accepted. A module of your
   * own gets `--damaged accept` only if this is set.
   */
  damaged?: Damaged;
  /**
   * Milliseconds before Lambda's deadline at which the response is a 504, 10 to 60,000. Default
   * 500: enough for an inference that cannot be interrupted, and for sending the response.
   */
  deadlineMarginMs?: number;
  /** The picture for the warm-up run, or false for no warm-up. Default: a tiny JPEG. */
  warmUp?: BytesLike | false;
  /**
   * Headers for cross-origin requests. Default: none, since HTTP APIs and Function URLs can add
   * these headers themselves.
   */
  cors?: boolean | CorsOptions;
  /**
   * Whether GET and HEAD get 200 once module and model are loaded, for the health checks of a load
   * balancer. Default false: they get 405.
   */
  healthChecks?: boolean;
  /**
   * The target of log entries. Default: one line on stdout, following the conventions of Lambda's
   * own log formats and levels.
   */
  logger?: Logger | false;
  /** Metrics on stdout. Default none. */
  metrics?: MetricsOptions;
  /**
   * Called after each invocation; must not throw.
   *
   * @param record A copy, which can be kept or changed.
   */
  onInvocation?: (record: InvocationRecord) => void;
}

/**
 * Options of a handler that streams a program's output with Lambda's response streams instead of
 * responding after it has ended: for responses beyond 6 MiB, and for those whose first bytes should
 * arrive early.
 */
export interface StreamingHandlerOptions extends Omit<HandlerOptions, 'task' | 'responseStream'> {
  /** Only for programs. */
  task: 'run';
  /**
   * Wraps the handler with `awslambda.streamifyResponse` of Lambda's Node.js runtime. Status and
   * headers are sent before the first byte of the body; a failure after that terminates the
   * response.
   */
  responseStream: true;
}
