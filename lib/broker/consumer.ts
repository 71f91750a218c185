import { clearTimeout, setTimeout } from 'node:timers';

import type { ChannelModel, ConfirmChannel, ConsumeMessage, RecoveringChannelModel } from 'amqplib';

import { functionError, lambdaContext } from '../lambda/local-runtime.js';
import { refuse } from '../options/validation.js';
import { parseBoundedJson } from '../support/bounded-json.js';
import { WasmEdgeError, isError, reasonOf } from '../support/errors.js';

import { publishConfirmed, stayConnected } from './connection.js';
import {
  FUNCTION_ERROR_HEADER,
  deliveryCount,
  isShortString,
  propertiesOf,
  text,
  toJson,
} from './message.js';
import { resolveConsumerOptions } from './options.js';
import type { ResolvedConsumerOptions } from './options.js';
import { declareQueues } from './queues.js';
import { Turns } from './turns.js';
import type { ConsumerOptions, FailedMessage } from './types.js';

interface Answer {
  content: Buffer;
  isError?: true;
}

interface ReplyTarget {
  replyTo: string;
  correlationId: string | undefined;
}

/** What happens to a message, the response to its sender, and the reason if it failed. */
interface Verdict {
  settle: 'acknowledge' | 'return' | 'dead-letter';
  answer?: Answer;
  error?: unknown;
  /** Returned so often that the broker dead-letters it. */
  isBeyondLimit?: true;
}

/**
 * Serves invocations from a queue, which any number of consumers on any number of machines can
 * share: an event arrives as JSON, and the handler's response is sent as JSON to the message's
 * `reply_to` with its `correlation_id`.
 *
 * A message is acknowledged only after the broker has confirmed its response. If a consumer dies in
 * between, another one gets the message, so delivery is at least once: a client discards a second
 * response by its correlation ID. Every message is acknowledged, returned to be delivered again, or
 * dead-lettered; docs/queue.md says when.
 *
 * @param options Broker, queue, and the handler.
 * @throws {WasmEdgeError} ERR_BROKER if the broker cannot be reached, or has a queue with this name
 *   and other arguments; ERR_INVALID_ARGUMENT.
 */
export async function startConsumer(options: ConsumerOptions): Promise<QueueConsumer> {
  const consumer = new QueueConsumer(resolveConsumerOptions(options));
  await consumer.start();
  return consumer;
}

/**
 * @param options As for {@link startConsumer}.
 * @throws {WasmEdgeError} As {@link startConsumer}.
 * @deprecated Use {@link startConsumer}.
 */
export function startWorker(options: ConsumerOptions): Promise<QueueConsumer> {
  return startConsumer(options);
}

/** Serves a queue until it is closed. Reconnects automatically when the connection is lost. */
export class QueueConsumer {
  readonly #options: ResolvedConsumerOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #turns = new Turns();
  #connection: RecoveringChannelModel | undefined;
  /** The consumer tags of the current connection. */
  #subscriptions: { channel: ConfirmChannel; tags: string[] } | undefined;
  #closing: Promise<void> | undefined;

  /** @internal Use {@link startConsumer}. */
  constructor(options: ResolvedConsumerOptions) {
    this.#options = options;
  }

  /** @internal Must be called once, before anything else. */
  async start(): Promise<void> {
    const { url, onConnection } = this.#options;
    this.#connection = await stayConnected(
      url,
      (channel, model) => this.#consume(channel, model),
      onConnection,
    );
  }

  /**
   * Accepts no more invocations, finishes and acknowledges those in progress, and disconnects. The
   * handler stays open.
   */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Closes the consumer at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    const { channel, tags = [] } = this.#subscriptions ?? {};
    // Without a connection there are none: the broker has given their messages to other consumers.
    for (const tag of tags) await channel?.cancel(tag).catch(() => undefined);
    await Promise.all(this.#underWay);
    await this.#connection?.close();
  }

  async #consume(channel: ConfirmChannel, model: ChannelModel): Promise<void> {
    if (this.#closing) return;
    const { queue, retryQueue, concurrency } = this.#options;
    await declareQueues(channel, this.#options);
    const consume = async (
      name: string,
      prefetch: number,
      serve: (message: ConsumeMessage) => Promise<void>,
    ): Promise<string> => {
      // Applies to new consumers; the other consumers of the channel keep theirs.
      await channel.prefetch(prefetch);
      const onMessage = (message: ConsumeMessage | null): void => {
        // Without a message, the queue was deleted. Reconnecting declares it again.
        if (!message) void model.close().catch(() => undefined);
        else this.#track(serve(message));
      };
      return (await channel.consume(name, onMessage)).consumerTag;
    };
    this.#subscriptions = {
      channel,
      tags: [
        await consume(queue, concurrency, (message) => this.#serve(channel, message)),
        await consume(retryQueue, 1, (message) => this.#serveAgain(channel, message)),
      ],
    };
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** The first delivery. A redelivered message is moved to the queue where it is served alone. */
  async #serve(channel: ConfirmChannel, message: ConsumeMessage): Promise<void> {
    if (deliveryCount(message) > 0) {
      await this.#settle(channel, message, await this.#move(channel, message));
      return;
    }
    await this.#turns.beside(async () => {
      await this.#settle(channel, message, await this.#invoke(message));
    });
  }

  /**
   * A redelivery. Whatever ended a consumer's process before may do so again, so no other message
   * may be in progress: its deliveries would count as well, and it would be dead-lettered.
   */
  async #serveAgain(channel: ConfirmChannel, message: ConsumeMessage): Promise<void> {
    const isBeyondLimit = deliveryCount(message) >= this.#options.deliveryLimit;
    await this.#turns.alone(async () => {
      const verdict = isBeyondLimit ? this.#giveUp() : await this.#invoke(message);
      await this.#settle(channel, message, verdict);
    });
  }

  /** Once the broker has moved the message, nobody would notify the sender. */
  #giveUp(): Verdict {
    const error = new WasmEdgeError(
      'ERR_BROKER',
      `The message was delivered ${this.#options.deliveryLimit + 1} times, and each time its consumer died or the ` +
        'handler failed. It goes to the dead-letter queue.',
    );
    return { settle: 'return', answer: errorAnswer(error), error, isBeyondLimit: true };
  }

  async #move(channel: ConfirmChannel, message: ConsumeMessage): Promise<Verdict> {
    try {
      const { retryQueue } = this.#options;
      await publishConfirmed(channel, retryQueue, message.content, propertiesOf(message));
      return { settle: 'acknowledge' };
    } catch (error) {
      return { settle: 'return', error };
    }
  }

  async #invoke(message: ConsumeMessage): Promise<Verdict> {
    const { queue, handler, timeoutMs } = this.#options;
    let event: unknown;
    try {
      this.#replyTarget(message);
      event = await parseBoundedJson(message.content);
    } catch (error) {
      return { settle: 'dead-letter', answer: errorAnswer(error), error };
    }
    const { properties } = message;
    const context = lambdaContext(queue, timeoutMs);
    const awsRequestId =
      text(properties.messageId) ?? text(properties.correlationId) ?? context.awsRequestId;
    let result: unknown;
    try {
      const invocation = handler(event as never, { ...context, awsRequestId });
      result = await withinTime(invocation, timeoutMs);
    } catch (error) {
      const isNoEvent = error instanceof WasmEdgeError && error.code === 'ERR_INVALID_ARGUMENT';
      // Any other failure of the handler may be temporary, and not caused by the message.
      return isNoEvent
        ? { settle: 'dead-letter', answer: errorAnswer(error), error }
        : { settle: 'return', error };
    }
    try {
      return {
        settle: 'acknowledge',
        answer: { content: toJson("The handler's answer", result ?? null) },
      };
    } catch (error) {
      return { settle: 'dead-letter', answer: errorAnswer(error), error };
    }
  }

  /**
   * The queue for the response; absent if none is expected.
   *
   * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT if a response cannot or must not be sent there.
   */
  #replyTarget({ properties }: ConsumeMessage): ReplyTarget | undefined {
    const replyTo = text(properties.replyTo);
    const correlationId = text(properties.correlationId);
    if (replyTo === undefined) return undefined;
    for (const [name, value] of Object.entries({ replyTo, correlationId })) {
      if (value !== undefined && !isShortString(value)) {
        refuse(`${name} of a message`, 'UTF-8 of at most 255 bytes', value);
      }
    }
    const { queue, retryQueue, deadLetterQueue, replyQueues } = this.#options;
    // A response in one of its own queues would be served as an event.
    if ([queue, retryQueue, deadLetterQueue].includes(replyTo) || !replyQueues.test(replyTo)) {
      refuse('replyTo of a message', 'a queue that this consumer may reply to', replyTo);
    }
    return { replyTo, correlationId };
  }

  /** Responds, then settles the message; if anything throws, the broker keeps it. */
  async #settle(channel: ConfirmChannel, message: ConsumeMessage, verdict: Verdict): Promise<void> {
    const { settle, error } = await this.#answer(channel, message, verdict);
    try {
      if (settle === 'acknowledge') channel.ack(message);
      else if (settle === 'return') channel.nack(message, false, true);
      else channel.reject(message, false);
    } catch {
      // The connection is lost, and the message can no longer be acknowledged: the broker delivers
      // it again.
      return;
    }
    if (settle === 'acknowledge') return;
    const isDead = settle === 'dead-letter' || verdict.isBeyondLimit;
    await this.#tell(message, isDead ? 'dead-lettered' : 'returned', error);
  }

  /** @returns The outcome, which changes if the broker did not accept the response. */
  async #answer(
    channel: ConfirmChannel,
    message: ConsumeMessage,
    verdict: Verdict,
  ): Promise<Verdict> {
    let target: ReplyTarget | undefined;
    try {
      if (verdict.answer) target = this.#replyTarget(message);
    } catch {
      // It is the reason for the outcome.
    }
    if (!verdict.answer || !target) return verdict;
    const { content, isError } = verdict.answer;
    const { replyTo, correlationId } = target;
    try {
      // The queue of a disconnected client does not exist any more, and the broker drops the
      // response.
      await publishConfirmed(channel, replyTo, content, {
        contentType: 'application/json',
        ...(correlationId !== undefined && { correlationId }),
        ...(isError && { headers: { [FUNCTION_ERROR_HEADER]: 'Unhandled' } }),
      });
      return verdict;
    } catch (cause) {
      // Without a response the work is not finished; the response queue may only be full
      // temporarily.
      if (verdict.settle !== 'acknowledge') return verdict;
      const reason = `The broker refused the response to ${JSON.stringify(replyTo)}: ${reasonOf(cause)}`;
      return { settle: 'return', error: new WasmEdgeError('ERR_BROKER', reason, { cause }) };
    }
  }

  async #tell(
    message: ConsumeMessage,
    outcome: FailedMessage['outcome'],
    error: unknown,
  ): Promise<void> {
    const { properties } = message;
    const messageId = text(properties.messageId) ?? text(properties.correlationId);
    try {
      await this.#options.onFailure({
        outcome,
        ...(messageId !== undefined && { messageId }),
        error: isError(error) ? error : new Error(String(error)),
      });
    } catch (thrown) {
      // A fault of a listener does not affect the message, which has been settled.
      process.emitWarning(`onFailure threw: ${reasonOf(thrown)}`, {
        code: 'WASMEDGE_EMBED_BROKER',
      });
    }
  }
}

/**
 * The result of an invocation, or a failure when its time limit has passed: an invocation that
 * never ends would occupy its slot forever. It continues in the background, because it cannot be
 * stopped from here.
 */
async function withinTime(invocation: Promise<unknown>, timeoutMs: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new WasmEdgeError(
          'ERR_TIMEOUT',
          `The handler took longer than ${timeoutMs} ms (timeoutMs).`,
        ),
      );
    }, timeoutMs);
  });
  try {
    return await Promise.race([invocation, late]);
  } finally {
    clearTimeout(timer);
  }
}

function errorAnswer(error: unknown): Answer {
  return { content: toJson('The error', functionError(error)), isError: true };
}

/** @deprecated Use {@link QueueConsumer}. */
export type QueueWorker = QueueConsumer;
