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
 * Which service made the event, told by its form: an API Gateway REST API (payload 1.0), an HTTP API
 * (payload 2.0), a Function URL (payload 2.0 as well), an Application Load Balancer, VPC Lattice
 * (either version), a schedule that keeps the function warm, or whoever invoked the function with a
 * body alone.
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

/** The plain invocation: no HTTP around it. */
export interface InvocationEvent {
  /** The picture: hexadecimal text, a data URL, or with `isBase64Encoded` its bytes. */
  body: string | null;
  /** Whether `body` is base64. Default false. */
  isBase64Encoded?: boolean;
  /**
   * Looked at: `content-type`, `content-encoding`, `accept` and `origin`, in any case of letters.
   */
  headers?: Readonly<Record<string, string | undefined>> | null;
  /** Looked at: `format`, which is `json` or `text`. */
  queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
}

/**
 * What keeps a function warm: an event of EventBridge by the clock (`source` is `aws.events`, with
 * `detail-type` `Scheduled Event`, or `aws.scheduler`), of `serverless-plugin-warmup` (`source` says
 * so), or of `lambda-warmer`.
 */
export type WarmingEvent =
  | {
      /** Who sent it. */
      source: string;
      /** What it is, of EventBridge's own. */
      'detail-type'?: string;
    }
  | {
      /** As `lambda-warmer` has it. */
      warmer: true;
    };

/** A request as VPC Lattice hands it on, in version 1.0 or 2.0 of its events. */
export type VpcLatticeEvent =
  | {
      /** The path with its query. */
      raw_path: string;
      /** The HTTP method. */
      method: string;
      /** By names in any case of letters. */
      headers?: Readonly<Record<string, string>>;
      /** Looked at: `format`. */
      query_string_parameters?: Readonly<Record<string, string>>;
      /** As of an {@link InvocationEvent}. */
      body?: string | null;
      /** Whether `body` is base64. */
      is_base64_encoded?: boolean;
    }
  | {
      /** The path. */
      path: string;
      /** The HTTP method. */
      method: string;
      /** By names in any case of letters. */
      headers?: Readonly<Record<string, string | readonly string[]>>;
      /** Looked at: `format`. */
      queryStringParameters?: Readonly<Record<string, string | readonly string[]>>;
      /** As of an {@link InvocationEvent}. */
      body?: string | null;
      /** Whether `body` is base64. */
      isBase64Encoded?: boolean;
      /** By `targetGroupArn` in it the event is known. */
      requestContext: Readonly<Record<string, unknown>>;
    };

/** The answer to an {@link InvocationEvent}. */
export interface InvocationResult {
  /** The HTTP status. */
  statusCode: number;
  /** By names in small letters. */
  headers: Record<string, string>;
  /** The sentence, the labels or the things found as JSON, or the problem as JSON (RFC 9457). */
  body: string;
  /** Whether the body is base64: of a program that wrote what is no UTF-8. */
  isBase64Encoded: boolean;
}

/** What the handler answers, in the form that the event's kind expects. */
export interface ClassificationHandler extends AsyncDisposable {
  /**
   * Answers an HTTP API or a Function URL.
   *
   * @param event As API Gateway makes it (payload 2.0).
   * @param context Lambda's; without one there is no deadline.
   */
  (event: APIGatewayProxyEventV2, context?: Context): Promise<APIGatewayProxyStructuredResultV2>;
  /**
   * Answers a REST API.
   *
   * @param event As API Gateway makes it (payload 1.0).
   * @param context Lambda's; without one there is no deadline.
   */
  (event: APIGatewayProxyEvent, context?: Context): Promise<APIGatewayProxyResult>;
  /**
   * Answers an Application Load Balancer, or VPC Lattice.
   *
   * @param event Of the load balancer with single or with multi-value headers; of VPC Lattice in either
   *   version.
   * @param context Lambda's; without one there is no deadline.
   */
  (event: ALBEvent | VpcLatticeEvent, context?: Context): Promise<ALBResult>;
  /**
   * Answers a plain invocation, or a schedule that keeps the function warm: that with 200 once module and
   * model are loaded, and nothing is classified.
   *
   * @param event The body alone, or the schedule.
   * @param context Lambda's; without one there is no deadline.
   */
  (event: InvocationEvent | WarmingEvent, context?: Context): Promise<InvocationResult>;

  /**
   * Resolves when module and model are loaded and the warm-up run is done. Await it in an ECMAScript
   * module, so that Lambda's init phase covers all of it, and a failure is an init error:
   *
   *     export const handler = createHandler();
   *     await handler.ready;
   *
   * Rejects with a WasmEdgeError as `loadModule` does, or with what the warm-up run came to. Where
   * nobody awaits it, the invocations fail with that error; each of them tries once more.
   */
  readonly ready: Promise<void>;

  /** Takes no more invocations (503), lets those under way finish, and frees everything. */
  close(): Promise<void>;
}

/** The part of Lambda's response stream that is used. Node's Writable has it. */
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
   * @param listener Called with what the event carries.
   */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  /**
   * Removes a listener.
   *
   * @param event The event that it was added for.
   * @param listener The listener.
   */
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Whether everything was passed on after `end`. */
  readonly writableFinished: boolean;
}

/** A handler whose answers are streamed: Lambda's runtime calls it with a stream. */
export interface StreamingHandler extends AsyncDisposable {
  /**
   * Answers an event of a Function URL, or of an API with response streaming.
   *
   * @param event As of a {@link ClassificationHandler}.
   * @param responseStream The runtime's.
   * @param context Lambda's; without one there is no deadline.
   * @returns A promise that resolves when the answer has been passed on. It rejects where the program
   *   fails after the first byte, or the client is gone: the runtime then ends the response with an error.
   */
  (event: unknown, responseStream: ResponseStream, context?: Context): Promise<void>;
  /** As of a {@link ClassificationHandler}. */
  readonly ready: Promise<void>;
  /** As of a {@link ClassificationHandler}. */
  close(): Promise<void>;
}

/** Cross-origin requests from browsers. */
export interface CorsOptions {
  /** `*` (default), or the origins that may read the answers, such as `https://example.com`. */
  origins?: '*' | readonly string[];
  /** Request headers that a page may set. Default `content-type` and `accept`. */
  headers?: readonly string[];
  /**
   * Seconds for which browsers may keep the answer to a preflight request, 0 to 86,400. Default
   * 3,600.
   */
  maxAgeSeconds?: number;
}

/** CloudWatch metrics in the embedded metric format: one line of the log for each invocation. */
export interface MetricsOptions {
  /** Where CloudWatch puts them, such as the application's name. */
  namespace: string;
  /** Dimensions and their values. Default: `FunctionName`, as Lambda names the function. */
  dimensions?: Readonly<Record<string, string>>;
}

/**
 * Where log entries go, each a message and fields: the shape of `console` and of Powertools'
 * Logger.
 */
export interface Logger {
  /**
   * Takes what went well.
   *
   * @param message What happened, in a word or two.
   * @param fields What is known of it: an {@link InvocationRecord}, say.
   */
  info(message: string, fields: object): void;
  /**
   * Takes what its caller did wrong: statuses 400 to 499.
   *
   * @param message What happened, in a word or two.
   * @param fields What is known of it.
   */
  warn(message: string, fields: object): void;
  /**
   * Takes what went wrong here: statuses from 500 on, and loading that failed.
   *
   * @param message What happened, in a word or two.
   * @param fields What is known of it, an {@link ErrorRecord} as `error` among it.
   */
  error(message: string, fields: object): void;
}

/** What is told of an invocation: in its log line, and to `onInvocation`. */
export interface InvocationRecord {
  /** Lambda's id of the invocation, at most 255 characters of it. */
  requestId: string;
  /** Which service made the event. */
  kind: EventKind;
  /** The HTTP method. */
  method: string;
  /** The path of the URL, without its query, at most 1,024 characters of it. */
  path: string;
  /** The HTTP status of the answer. */
  status: number;
  /** Whether it is the first of its process. */
  coldStart: boolean;
  /** Where the guest runs. */
  isolation: Isolation;
  /** Bytes of the body as it arrived, encoded; 0 where it was not looked at. */
  bodyBytes: number;
  /** Bytes of the picture; 0 where none was found. */
  pictureBytes: number;
  /** Bytes of the answer's body. */
  responseBytes: number;
  /** Milliseconds that the handler took. */
  totalMs: number;
  /** Of these, for what the body holds. */
  decodeMs: number;
  /** Of these, for the guest; absent where it did not run. */
  timings?: Timings;
  /** What the caller was told, where the picture was not classified. */
  problem?: string;
  /** What lies behind it, with a status of 500 and beyond. Callers are never told. */
  error?: ErrorRecord;
}

/** An error in the log. */
export interface ErrorRecord {
  /** The error's class. */
  name: string;
  /** Of a WasmEdgeError or an error of Node's. */
  code?: string;
  /** What went wrong. */
  message: string;
  /** Where, in this package's code. */
  stack?: string;
  /** What the guest wrote to its standard error, at most its last 4 KiB. */
  stderr?: string;
  /** The stack, or the words, of what lies behind it. */
  cause?: string;
}

/**
 * Options of {@link createHandler}, beside those of `loadModule`, which are passed on to it. Without
 * `models` it takes as `default` the one that `wasmedge-embed classify` would, and
 * `limits.stdinBytes`, the picture's largest size, is 6 MiB (1 byte to 256 MiB).
 */
export interface HandlerOptions extends LoadOptions {
  /**
   * What is made of a picture. `classify` (default): its name. `detect`: the things in it and where they
   * are, with a detector that ends with TFLite_Detection_PostProcess, which `models.default` has to
   * name; a JSON answer is then a {@link DetectionAnswer} with `isolation` and `timings`. `run`: whatever
   * `module` does, any WASI program: the request's body is its standard input, its standard output the
   * answer's body, an exit code other than 0 a 500. See docs/programs.md.
   */
  task?: Task | 'run';
  /**
   * The guest: reads a picture from its standard input, takes `--format text|json` and
   * `--top-k N` (to detect: `--threshold S`) after the given `args`, prints the answer and exits with 0,
   * or with 65 and one line on its standard error where the picture cannot be decoded. Default: the
   * package's own.
   */
  module?: string;
  /** To run: the Content-Type of answers. Default `text/plain; charset=utf-8`. */
  contentType?: string;
  /**
   * To run: whether the program speaks CGI/1.1 (RFC 3875). It then finds method, path, query and headers
   * in its environment, and what it writes begins with headers: `Status`, `Content-Type` and others.
   * Default false.
   */
  cgi?: boolean;
  /** See {@link StreamingHandlerOptions}. Default false. */
  responseStream?: false;
  /** To classify: labels in a JSON answer, 1 to 1,000. Default 5. */
  topK?: number;
  /** To detect: the lowest score of what is told, 0 to 1. Default 0.5. */
  threshold?: number;
  /**
   * The most pixels (width × height) that a picture may have, 1 to 2³²; a larger one is refused before memory is
   * taken for it. Default 200,000,000. A module of your own gets `--max-pixels N` only where this is given.
   */
  maxPixels?: number;
  /**
   * What becomes of a JPEG that is cut or otherwise damaged: `refuse` answers 422; `accept` makes the answer of what
   * there is of it, the rest is grey, and JSON says `"damaged": true`. Default `refuse`. A JPEG that only lacks the
   * marker of its end, or a restart marker, is taken in any case. A module of your own gets `--damaged accept` only
   * where this is given.
   */
  damaged?: Damaged;
  /**
   * Milliseconds before Lambda's deadline at which the answer is a 504, 10 to 60,000. Default 500:
   * what an inference that cannot be interrupted, and the way of the answer, may take.
   */
  deadlineMarginMs?: number;
  /** The picture to warm up with, or false for no warm-up run. Default: a tiny JPEG. */
  warmUp?: BytesLike | false;
  /**
   * Headers for cross-origin requests. Default: none, since HTTP APIs and Function URLs add these
   * headers themselves if told so.
   */
  cors?: boolean | CorsOptions;
  /**
   * Whether GET and HEAD are answered with 200 once module and model are loaded, for the health checks
   * of a load balancer. Default false: they are answered with 405.
   */
  healthChecks?: boolean;
  /**
   * Where log entries go. Default: one line on stdout, by the conventions of Lambda's own log formats
   * and levels.
   */
  logger?: Logger | false;
  /** Metrics on stdout. Default: none. */
  metrics?: MetricsOptions;
  /**
   * Called after each invocation; must not throw.
   *
   * @param record A copy, to be kept or changed.
   */
  onInvocation?: (record: InvocationRecord) => void;
}

/**
 * Options of a handler that streams what a program writes, by Lambda's response streams, in the place of
 * answering when it has ended: for answers beyond 6 MiB, and those whose beginning matters before their end.
 */
export interface StreamingHandlerOptions extends Omit<HandlerOptions, 'task' | 'responseStream'> {
  /** Programs only. */
  task: 'run';
  /**
   * Wraps the handler by `awslambda.streamifyResponse`, which Lambda's Node.js runtime has. Status and headers
   * are sent before the first byte of the body; a failure after that breaks the response off.
   */
  responseStream: true;
}
