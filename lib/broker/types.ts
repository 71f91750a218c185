import type { Context } from 'aws-lambda';

/**
 * A Lambda handler, such as one from `createHandler`.
 *
 * @param event A message's content, parsed as JSON: at most 20,000 values, and 2 MiB apart from
 *   strings of 1 KiB and more.
 * @param context As on Lambda, with the function's name and the deadline.
 * @returns The response, which is sent as JSON; `undefined` as `null`.
 */
export type InvocationHandler = (event: never, context: Context) => Promise<unknown>;

/** A change of the connection to the broker. */
export interface ConnectionEvent {
  /** `lost` is followed by attempts to reconnect; each failed attempt is a `retry`. */
  state: 'connected' | 'lost' | 'retry';
  /** With `retry`: milliseconds until the next attempt. */
  delayMs?: number;
  /** With `lost` and `retry`: the reason. */
  error?: Error;
}

/** A message that a consumer did not serve, as reported to {@link ConsumerOptions.onFailure}. */
export interface FailedMessage {
  /**
   * What happened to the message: `returned` to the broker, which delivers it again, or
   * `dead-lettered`.
   */
  outcome: 'returned' | 'dead-lettered';
  /**
   * The message's ID, otherwise its correlation ID, if it has one. The sender can choose any text:
   * escape it for display.
   */
  messageId?: string;
  /** The handler's error, or the reason why the message or its response was not accepted. */
  error: Error;
}

/** Options of {@link startConsumer}. */
export interface ConsumerOptions {
  /** The broker's address: `amqp://user:password@host:5672/vhost`, or `amqps://…`. */
  url: string;
  /**
   * The queue of invocations, named after the function, at most 255 bytes. It is declared if it
   * does not exist.
   */
  queue: string;
  /**
   * The handler. It may be called again before its previous promise has settled (`concurrency`).
   */
  handler: InvocationHandler;
  /**
   * Maximum number of concurrent invocations, 1 to 65,535: the channel's prefetch count. Default 1,
   * since not every handler supports more; for `createHandler`, use its number of threads.
   */
  concurrency?: number;
  /**
   * Time limit for an invocation, 1 to 86,400,000 milliseconds; the handler sees it as its
   * deadline. An invocation that takes longer has failed, and the message is delivered again.
   * Default 30,000.
   */
  timeoutMs?: number;
  /**
   * Number of redeliveries, 1 to 1,000, after its consumer ended, the handler failed or its
   * response was refused, before a message is dead-lettered. Default 5.
   */
  deliveryLimit?: number;
  /**
   * Queue for messages that are delivered again. Each of them is served alone, so that one that
   * ends its consumer's process affects no other. It is declared if it does not exist. Default: the
   * queue's name with `.retry`.
   */
  retryQueue?: string;
  /**
   * Queue for messages that no consumer can serve (not an event, too many deliveries) or that
   * expired while they waited; RabbitMQ adds the reason to each (header `x-death`). Default: the
   * queue's name with `.dead`.
   */
  deadLetterQueue?: string;
  /**
   * Pattern for the names of queues that responses may be sent to; a message that requests a
   * response elsewhere is dead-lettered without being served. The consumer's own queues are always
   * excluded. Default: all others.
   */
  replyQueues?: RegExp;
  /**
   * Called for each message that was not served. An exception becomes a warning. Default: a process
   * warning with the code `WASMEDGE_EMBED_BROKER`.
   *
   * @param failure The message, what happened to it, and why.
   */
  onFailure?: (failure: FailedMessage) => void | Promise<void>;
  /**
   * Called when the connection changes.
   *
   * @param event The change.
   */
  onConnection?: (event: ConnectionEvent) => void;
}

/** @deprecated Use {@link ConsumerOptions}. */
export type WorkerOptions = ConsumerOptions;

/** Options of {@link connectClient}. */
export interface ClientOptions {
  /** The broker's address, as for a consumer. */
  url: string;
  /** The consumers' queue. */
  queue: string;
  /** Time limit for an invocation, 1 to 86,400,000 milliseconds. Default 60,000. */
  timeoutMs?: number;
}

/** Options of a single invocation. */
export interface InvokeOptions {
  /** Time limit instead of the client's: 1 to 86,400,000 milliseconds. */
  timeoutMs?: number;
  /**
   * Stops waiting (ERR_ABORTED, with the signal's reason as its cause); a consumer may still serve
   * the invocation.
   */
  signal?: AbortSignal;
}
