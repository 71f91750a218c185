import { types } from 'node:util';

import {
  abortSignal,
  integer,
  nonEmptyText,
  optionsObject,
  refuse,
} from '../options/validation.js';
import { WasmEdgeError } from '../support/errors.js';
import { printable } from '../support/printable.js';

import { MAX_SHORT_STRING_BYTES } from './message.js';
import type { ClientOptions, ConsumerOptions, FailedMessage, InvocationHandler } from './types.js';

const DAY_MS = 24 * 60 * 60 * 1000;

export type ResolvedConsumerOptions = Required<ConsumerOptions>;
export type ResolvedClientOptions = Required<ClientOptions>;

/**
 * Validates the options of a consumer.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT.
 */
export function resolveConsumerOptions(options: unknown): ResolvedConsumerOptions {
  const given = optionsObject('options', options, [
    'url',
    'queue',
    'handler',
    'concurrency',
    'timeoutMs',
    'deliveryLimit',
    'retryQueue',
    'deadLetterQueue',
    'replyQueues',
    'onConnection',
    'onFailure',
  ]);
  const queue = queueName('queue', given.queue);
  const { handler, onConnection = () => undefined, onFailure = warn } = given;
  for (const [name, value] of Object.entries({ handler, onConnection, onFailure })) {
    if (typeof value !== 'function') refuse(name, 'a function', value);
  }
  const retryQueue = queueName('retryQueue', given.retryQueue ?? `${queue}.retry`);
  const deadLetterQueue = queueName('deadLetterQueue', given.deadLetterQueue ?? `${queue}.dead`);
  if (new Set([queue, retryQueue, deadLetterQueue]).size < 3) {
    refuse('queue, retryQueue and deadLetterQueue', 'three different names', deadLetterQueue);
  }
  return {
    url: brokerUrl('url', given.url),
    queue,
    handler: handler as InvocationHandler,
    concurrency: integer('concurrency', given.concurrency, { min: 1, max: 65_535, fallback: 1 }),
    timeoutMs: integer('timeoutMs', given.timeoutMs, { min: 1, max: DAY_MS, fallback: 30_000 }),
    deliveryLimit: integer('deliveryLimit', given.deliveryLimit, {
      min: 1,
      max: 1000,
      fallback: 5,
    }),
    retryQueue,
    deadLetterQueue,
    replyQueues: pattern('replyQueues', given.replyQueues),
    onConnection: onConnection as ResolvedConsumerOptions['onConnection'],
    onFailure: onFailure as ResolvedConsumerOptions['onFailure'],
  };
}

/**
 * Validates the options of a client.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT.
 */
export function resolveClientOptions(options: unknown): ResolvedClientOptions {
  const given = optionsObject('options', options, ['url', 'queue', 'timeoutMs']);
  return {
    url: brokerUrl('url', given.url),
    queue: queueName('queue', given.queue),
    timeoutMs: integer('timeoutMs', given.timeoutMs, { min: 1, max: DAY_MS, fallback: 60_000 }),
  };
}

/** The resolved options of an invocation. */
export interface ResolvedInvokeOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/**
 * Validates the options of an invocation by a client.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT.
 */
export function resolveInvokeOptions(
  options: unknown,
  { timeoutMs: fallback }: ResolvedClientOptions,
): ResolvedInvokeOptions {
  const given = optionsObject('options', options, ['timeoutMs', 'signal']);
  return {
    timeoutMs: integer('timeoutMs', given.timeoutMs, { min: 1, max: DAY_MS, fallback }),
    signal: abortSignal('signal', given.signal),
  };
}

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return (protocol === 'amqp:' || protocol === 'amqps:') && hostname !== '';
}

/** The address without its password, for messages; never throws. */
export function withoutPassword(url: string): string {
  // Where a password ends in an invalid address is unknown.
  if (!isBrokerUrl(url)) return 'the address given';
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  return shown.toString();
}

/**
 * A broker's address. A rejected one is not shown, since it may contain a password.
 *
 * @param name The option's name.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT.
 */
export function brokerUrl(name: string, value: unknown): string {
  if (typeof value !== 'string' || !isBrokerUrl(value)) {
    throw new WasmEdgeError(
      'ERR_INVALID_ARGUMENT',
      `${name} must be an address such as 'amqp://user:password@host:5672/vhost' or 'amqps://…'. In a name or ` +
        "password write '#' as '%23', '%' as '%25', '/' as '%2F', '?' as '%3F' and '@' as '%40'.",
    );
  }
  return value;
}

function queueName(name: string, value: unknown): string {
  const text = nonEmptyText(name, value);
  if (Buffer.byteLength(text) > MAX_SHORT_STRING_BYTES || text.startsWith('amq.')) {
    refuse(name, `at most ${MAX_SHORT_STRING_BYTES} bytes that do not begin with 'amq.'`, text);
  }
  return text;
}

function pattern(name: string, value: unknown): RegExp {
  if (value === undefined) return /(?:)/;
  if (!types.isRegExp(value)) refuse(name, 'a regular expression', value);
  // A global or sticky pattern would start after its last match, and match the same name only every
  // other time.
  return new RegExp(value.source, value.flags.replace(/[gy]/g, ''));
}

/** A log line about a message that was not served. */
export function failureText({ outcome, messageId, error }: FailedMessage): string {
  const id = messageId === undefined ? '' : ` ${printable(messageId)}`;
  return `Message${id} was ${outcome}: ${printable(error.message, 1000)}`;
}

function warn(failure: FailedMessage): void {
  process.emitWarning(failureText(failure), { code: 'WASMEDGE_EMBED_BROKER' });
}
