import type { ChannelModel, ConfirmChannel, ConsumeMessage, RecoveringChannelModel } from 'amqplib';

import { WasmEdgeError } from '../errors.js';
import { functionError, lambdaContext, parseEvent } from '../lambda/local-runtime.js';

import { publishConfirmed, stayConnected } from './connection.js';
import { resolveWorkerOptions } from './options.js';
import type { ResolvedWorkerOptions } from './options.js';
import { declareQueues } from './queues.js';
import type { WorkerOptions } from './types.js';

/** What to do with a message, and what to answer its sender where there is one to answer. */
type Verdict =
  | { settle: 'acknowledge'; answer: object }
  | { settle: 'dead-letter'; answer: object }
  | { settle: 'requeue' };

/**
 * Serves invocations from a queue, any number of workers on any number of machines the same one: an
 * event as JSON in, the handler's answer as JSON out, to the message's `reply_to` with its
 * `correlation_id`.
 *
 * A message is acknowledged only after the broker has confirmed its answer. A worker that dies in
 * between leaves the message to another, so that delivery is at least once: a client discards a
 * second answer by its correlation id.
 *
 * @param options Broker, queue, and the handler that serves it.
 * @throws {WasmEdgeError} ERR_BROKER when the broker cannot be reached, or has a queue of the name
 *   with other arguments; ERR_INVALID_ARGUMENT.
 */
export async function startWorker(options: WorkerOptions): Promise<QueueWorker> {
  const worker = new QueueWorker(resolveWorkerOptions(options));
  await worker.start();
  return worker;
}

/** Serves a queue until it is closed. Connects again by itself when the connection is lost. */
export class QueueWorker {
  readonly #options: ResolvedWorkerOptions;
  readonly #underWay = new Set<Promise<void>>();
  #connection: RecoveringChannelModel | undefined;
  /** The consumer of the present connection. */
  #consumer: { channel: ConfirmChannel; tag: string } | undefined;
  #closing: Promise<void> | undefined;

  /** @internal Use {@link startWorker}. */
  constructor(options: ResolvedWorkerOptions) {
    this.#options = options;
  }

  /** @internal Once, before anything else. */
  async start(): Promise<void> {
    const { url, onConnection } = this.#options;
    this.#connection = await stayConnected(
      url,
      (channel, model) => this.#consume(channel, model),
      onConnection,
    );
  }

  /**
   * Takes no more invocations, finishes and acknowledges those under way, and disconnects. The
   * handler stays open.
   */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Closes the worker at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    const { channel, tag } = this.#consumer ?? {};
    // Without a connection there is no consumer: the broker has given its messages to others.
    if (tag !== undefined) await channel?.cancel(tag).catch(() => undefined);
    await Promise.all(this.#underWay);
    await this.#connection?.close();
  }

  async #consume(channel: ConfirmChannel, model: ChannelModel): Promise<void> {
    if (this.#closing) return;
    const { queue, concurrency } = this.#options;
    await channel.prefetch(concurrency);
    await declareQueues(channel, this.#options);
    const onMessage = (message: ConsumeMessage | null): void => {
      // Without a message: the queue was deleted. Connecting again declares it again.
      if (!message) void model.close().catch(() => undefined);
      else this.#track(this.#serve(channel, message));
    };
    const { consumerTag } = await channel.consume(queue, onMessage);
    this.#consumer = { channel, tag: consumerTag };
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #serve(channel: ConfirmChannel, message: ConsumeMessage): Promise<void> {
    const verdict = await this.#invoke(message);
    try {
      if (verdict.settle === 'requeue') {
        channel.nack(message, false, true);
        return;
      }
      await answer(channel, message, verdict.answer, verdict.settle === 'dead-letter');
      if (verdict.settle === 'acknowledge') channel.ack(message);
      else channel.reject(message, false);
    } catch {
      // The connection is gone, and with it the right to acknowledge: the broker delivers the
      // message again.
    }
  }

  async #invoke(message: ConsumeMessage): Promise<Verdict> {
    const { queue, handler, timeoutMs } = this.#options;
    let event: unknown;
    try {
      event = parseEvent(message.content);
    } catch (error) {
      return { settle: 'dead-letter', answer: functionError(error) };
    }
    const { properties } = message;
    const context = lambdaContext(queue, timeoutMs);
    const awsRequestId =
      text(properties.messageId) ?? text(properties.correlationId) ?? context.awsRequestId;
    try {
      const result = await handler(event as never, { ...context, awsRequestId });
      return { settle: 'acknowledge', answer: result };
    } catch (error) {
      const isNoEvent = error instanceof WasmEdgeError && error.code === 'ERR_INVALID_ARGUMENT';
      // Whatever else made the handler fail may be no fault of the message, and pass.
      return isNoEvent
        ? { settle: 'dead-letter', answer: functionError(error) }
        : { settle: 'requeue' };
    }
  }
}

/** A property of a message, where it was given. */
function text(property: unknown): string | undefined {
  return typeof property === 'string' && property !== '' ? property : undefined;
}

async function answer(
  channel: ConfirmChannel,
  { properties }: ConsumeMessage,
  result: object,
  isError: boolean,
): Promise<void> {
  const replyTo = text(properties.replyTo);
  const correlationId = text(properties.correlationId);
  if (replyTo === undefined) return;
  // Of a client that is gone there is no queue any more, and the broker drops its answer.
  await publishConfirmed(channel, replyTo, Buffer.from(JSON.stringify(result)), {
    contentType: 'application/json',
    ...(correlationId !== undefined && { correlationId }),
    ...(isError && { headers: { 'x-amz-function-error': 'Unhandled' } }),
  });
}
