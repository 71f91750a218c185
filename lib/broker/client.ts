import { randomUUID } from 'node:crypto';

import type { ConfirmChannel, ConsumeMessage, Message, RecoveringChannelModel } from 'amqplib';

import { onEarlyEnd } from '../runners/early-end.js';
import { WasmEdgeError, reasonOf } from '../support/errors.js';

import { publishConfirmed, stayConnected } from './connection.js';
import { FUNCTION_ERROR_HEADER, toJson } from './message.js';
import { resolveClientOptions, resolveInvokeOptions } from './options.js';
import type { ResolvedClientOptions } from './options.js';
import type { ClientOptions, InvokeOptions } from './types.js';

/**
 * The AMQP 0-9-1 reply code for closing a channel, used among others for a message that is too
 * large.
 */
const PRECONDITION_FAILED = 406;

/** A pending invocation. */
interface Pending {
  content: Buffer;
  /** Its deadline on the clock of `performance.now`. */
  end: number;
  resolve: (answer: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Connects a client to the consumers of a queue.
 *
 * @param options Broker, queue, and time limit.
 * @throws {WasmEdgeError} ERR_BROKER if the broker cannot be reached; ERR_INVALID_ARGUMENT.
 */
export async function connectClient(options: ClientOptions): Promise<QueueClient> {
  const client = new QueueClient(resolveClientOptions(options));
  await client.connect();
  return client;
}

/**
 * Invokes a function behind a queue, and delivers each response once. It survives the loss of its
 * connection: unanswered invocations are sent again, so the function may run twice.
 */
export class QueueClient {
  readonly #options: ResolvedClientOptions;
  readonly #pending = new Map<string, Pending>();
  #connection: RecoveringChannelModel | undefined;
  /** The channel to publish on and the queue for responses; absent without a connection. */
  #channel: { channel: ConfirmChannel; replyTo: string } | undefined;
  #closed = false;

  /** @internal Use {@link connectClient}. */
  constructor(options: ResolvedClientOptions) {
    this.#options = options;
  }

  /** @internal Must be called once, before anything else. */
  async connect(): Promise<void> {
    this.#connection = await stayConnected(
      this.#options.url,
      (channel) => this.#begin(channel),
      ({ state }) => {
        if (state !== 'connected') this.#channel = undefined;
      },
      (error) => {
        this.#onChannelError(error);
      },
    );
  }

  /**
   * Invokes the function with an event, and returns the response of its handler.
   *
   * @param event The handler's event; sent as JSON.
   * @param options Time limit and signal.
   * @throws {WasmEdgeError} ERR_TIMEOUT; ERR_ABORTED; ERR_BROKER if there is no such queue, if the
   *   event is larger than the broker allows, or if the function failed; ERR_INVALID_ARGUMENT for
   *   an event that cannot be JSON; ERR_CLOSED.
   */
  async invoke(event: object, options?: InvokeOptions): Promise<unknown> {
    const { timeoutMs, signal } = resolveInvokeOptions(options, this.#options);
    if (this.#closed) throw new WasmEdgeError('ERR_CLOSED', 'The client is closed.');
    if (signal?.aborted) throw aborted(signal);

    const id = randomUUID();
    const content = toJson('The event', event);
    const answer = new Promise<unknown>((resolve, reject) => {
      const end = performance.now() + timeoutMs;
      this.#pending.set(id, { content, end, resolve, reject });
    });
    const forget = onEarlyEnd(timeoutMs, signal, (reason) => {
      const error =
        reason === 'aborted'
          ? aborted(signal)
          : new WasmEdgeError(
              'ERR_TIMEOUT',
              `No consumer of ${this.#options.queue} answered within ${timeoutMs} ms.`,
            );
      this.#settle(id)?.reject(error);
    });
    try {
      this.#send(id);
      return await answer;
    } finally {
      forget();
    }
  }

  /** Disconnects. Pending invocations reject with ERR_CLOSED. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#pending.keys()]) {
      this.#settle(id)?.reject(new WasmEdgeError('ERR_CLOSED', 'The client was closed.'));
    }
    await this.#connection?.close();
  }

  /** Disconnects at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #begin(channel: ConfirmChannel): Promise<void> {
    // Only for this connection: responses to a lost one do not arrive.
    const { queue: replyTo } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
    channel.on('return', (message: Message) => {
      this.#settle(idOf(message))?.reject(
        new WasmEdgeError(
          'ERR_BROKER',
          `The broker has no queue ${this.#options.queue}: start a consumer for it first ` +
            "('wasmedge-embed consume').",
        ),
      );
    });
    const onMessage = (message: ConsumeMessage | null): void => {
      if (message) this.#receive(message);
    };
    await channel.consume(replyTo, onMessage, { noAck: true });
    // Before unconfirmed messages are reported: they are sent again rather than failed.
    channel.once('close', () => {
      this.#channel = undefined;
    });
    this.#channel = { channel, replyTo };
    for (const id of this.#pending.keys()) this.#send(id);
  }

  #send(id: string): void {
    const pending = this.#pending.get(id);
    // Without a connection, they are sent once there is one.
    if (!pending || !this.#channel) return;
    const { channel, replyTo } = this.#channel;
    const options = {
      mandatory: true,
      persistent: true,
      contentType: 'application/json',
      messageId: id,
      correlationId: id,
      replyTo,
      // So that consumers do not work for callers that have stopped waiting.
      expiration: Math.max(1, Math.ceil(pending.end - performance.now())),
    };
    publishConfirmed(channel, this.#options.queue, pending.content, options).catch(
      (error: unknown) => {
        // When a channel is closed, all of its messages are returned; they are sent again on the
        // next one.
        if (this.#channel?.channel !== channel) return;
        this.#settle(id)?.reject(
          new WasmEdgeError('ERR_BROKER', `The broker refused it: ${reasonOf(error)}`, {
            cause: error,
          }),
        );
      },
    );
  }

  #receive(message: ConsumeMessage): void {
    // Unknown: a second response, or one that arrived too late.
    const pending = this.#settle(idOf(message));
    if (!pending) return;
    let answer: unknown;
    try {
      answer = JSON.parse(message.content.toString());
    } catch (error) {
      pending.reject(
        new WasmEdgeError(
          'ERR_BROKER',
          'The answer is not JSON. Does another program serve this queue?',
          {
            cause: error,
          },
        ),
      );
      return;
    }
    const headers = message.properties.headers as Record<string, unknown> | undefined;
    if (headers?.[FUNCTION_ERROR_HEADER] === undefined) pending.resolve(answer);
    else pending.reject(new WasmEdgeError('ERR_BROKER', functionFailure(answer)));
  }

  /**
   * A message beyond the broker's limit closes the channel. The other messages are sent again on
   * the next channel; this one must not be, because it would close that one as well.
   */
  #onChannelError(error: Error): void {
    if ((error as { code?: unknown }).code !== PRECONDITION_FAILED) return;
    const limit = /size \d+ .*max size (\d+)/.exec(error.message)?.[1];
    if (limit === undefined) return;
    for (const [id, { content }] of this.#pending) {
      if (content.length <= Number(limit)) continue;
      this.#settle(id)?.reject(
        new WasmEdgeError(
          'ERR_BROKER',
          `The event has ${content.length} bytes as JSON, but the broker allows at most ${limit} (max_message_size).`,
          { cause: error },
        ),
      );
    }
  }

  /** Removes an invocation: a second caller finds nothing. */
  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

function functionFailure(answer: unknown): string {
  const { errorType, errorMessage } = Object(answer) as Record<string, unknown>;
  return typeof errorType === 'string' && typeof errorMessage === 'string'
    ? `The function failed: ${errorType}: ${errorMessage}`
    : 'The function failed without an error message.';
}

function idOf({ properties }: Message | ConsumeMessage): string {
  return String(properties.correlationId);
}

function aborted(signal: AbortSignal | undefined): WasmEdgeError {
  return new WasmEdgeError('ERR_ABORTED', 'The invocation was aborted.', { cause: signal?.reason });
}
