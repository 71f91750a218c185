import type { Context } from 'aws-lambda';

/**
 * A Lambda handler: `createHandler` makes one.
 *
 * @param event A message's content, parsed as JSON: at most 20,000 values, and 2 MiB beside texts of 1 KiB
 *   and more.
 * @param context As Lambda's, with the function's name and the deadline.
 * @returns The answer, which is sent as JSON; `undefined` as `null`.
 */
export type InvocationHandler = (event: never, context: Context) => Promise<unknown>;

/** What became of the connection to the broker. */
export interface ConnectionEvent {
  /** `lost` is followed by attempts to connect again, each of which that fails is a `retry`. */
  state: 'connected' | 'lost' | 'retry';
  /** Milliseconds until the next attempt, of a `retry`. */
  delayMs?: number;
  /** Why, of `lost` and `retry`. */
  error?: Error;
}

/** A message that a consumer did not serve: {@link ConsumerOptions.onFailure} is told of it. */
export interface FailedMessage {
  /**
   * What became of the message: `returned` to the broker, which delivers it again, or
   * `dead-lettered`.
   */
  outcome: 'returned' | 'dead-lettered';
  /**
   * The message's id, else its correlation id, where it has one. Any text of the sender's: escape
   * it where it is shown.
   */
  messageId?: string;
  /** What the handler threw, or why the message or its answer could not be taken. */
  error: Error;
}

/** Options of {@link startConsumer}. */
export interface ConsumerOptions {
  /** The broker's address: `amqp://user:password@host:5672/vhost`, or `amqps://…`. */
  url: string;
  /**
   * The queue that invocations come from, at most 255 bytes: named after the function. Declared
   * where it is not there.
   */
  queue: string;
  /** What serves them; it may be called again before its last answer is there (`concurrency`). */
  handler: InvocationHandler;
  /**
   * Most invocations at a time, 1 to 65,535: the channel's prefetch count. Default 1, since a handler
   * of any kind may serve one at a time only; give a `createHandler` as many as it has threads.
   */
  concurrency?: number;
  /**
   * The longest that an invocation may take, 1 to 86,400,000 milliseconds; the handler is told of it
   * as its deadline. What takes longer has failed: the message is delivered again. Default 30,000.
   */
  timeoutMs?: number;
  /**
   * How often a message is delivered again after its consumer ended, the handler failed or its answer
   * was refused, 1 to 1,000, before it goes to the dead-letter queue. Default 5.
   */
  deliveryLimit?: number;
  /**
   * Where messages wait that are delivered again. Each is then served alone, so that one that ends
   * its consumer's process takes no other with it. Declared where it is not there. Default: the
   * queue's name with `.retry`.
   */
  retryQueue?: string;
  /**
   * Where messages end that no consumer can serve (not an event, too many deliveries) or that expired
   * while they waited; RabbitMQ marks each with the reason (header `x-death`). Default: the queue's
   * name with `.dead`.
   */
  deadLetterQueue?: string;
  /**
   * The names of queues that answers may be sent to, by a pattern that finds them; a message that
   * asks for an answer elsewhere is dead-lettered unserved. The consumer's own queues are never
   * among them. Default: all others.
   */
  replyQueues?: RegExp;
  /**
   * Told of each message that was not served. What it throws is a warning. Default: a process warning with the code
   * `WASMEDGE_EMBED_BROKER`.
   *
   * @param failure The message, what became of it, and why.
   */
  onFailure?: (failure: FailedMessage) => void | Promise<void>;
  /**
   * Told of the connection.
   *
   * @param event What became of it.
   */
  onConnection?: (event: ConnectionEvent) => void;
}

/** @deprecated Its name is {@link ConsumerOptions}. */
export type WorkerOptions = ConsumerOptions;

/** Options of {@link connectClient}. */
export interface ClientOptions {
  /** The broker's address, as of a consumer. */
  url: string;
  /** The consumers' queue. */
  queue: string;
  /** The longest that an invocation may take, 1 to 86,400,000 milliseconds. Default 60,000. */
  timeoutMs?: number;
}

/** Options of one invocation by a client. */
export interface InvokeOptions {
  /** The longest that it may take, instead of the client's: 1 to 86,400,000 milliseconds. */
  timeoutMs?: number;
  /** Stops waiting (ERR_ABORTED, with the signal's reason as its cause); a consumer may still serve it. */
  signal?: AbortSignal;
}
