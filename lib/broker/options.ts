import { abortSignal, integer, nonEmptyText, optionsObject, refuse } from '../options.js';

import type { ClientOptions, InvocationHandler, WorkerOptions } from './types.js';

/** The longest name of a queue that AMQP can carry, in bytes. */
const MAX_NAME_BYTES = 255;
const DAY_MS = 24 * 60 * 60 * 1000;

export type ResolvedWorkerOptions = Required<WorkerOptions>;
export type ResolvedClientOptions = Required<ClientOptions>;

/**
 * Validates the options of a worker.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT.
 */
export function resolveWorkerOptions(options: unknown): ResolvedWorkerOptions {
  const given = optionsObject('options', options, [
    'url',
    'queue',
    'handler',
    'concurrency',
    'timeoutMs',
    'deliveryLimit',
    'deadLetterQueue',
    'onConnection',
  ]);
  const queue = queueName('queue', given.queue);
  const { handler, onConnection = () => undefined } = given;
  if (typeof handler !== 'function') refuse('handler', 'a function', handler);
  if (typeof onConnection !== 'function') refuse('onConnection', 'a function', onConnection);
  return {
    url: brokerUrl(given.url),
    queue,
    handler: handler as InvocationHandler,
    concurrency: integer('concurrency', given.concurrency, { min: 1, max: 65_535, fallback: 1 }),
    timeoutMs: integer('timeoutMs', given.timeoutMs, { min: 1, max: DAY_MS, fallback: 30_000 }),
    deliveryLimit: integer('deliveryLimit', given.deliveryLimit, {
      min: 1,
      max: 1000,
      fallback: 5,
    }),
    deadLetterQueue:
      given.deadLetterQueue === undefined
        ? queueName('deadLetterQueue', `${queue}.dead`)
        : queueName('deadLetterQueue', given.deadLetterQueue),
    onConnection: onConnection as ResolvedWorkerOptions['onConnection'],
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
    url: brokerUrl(given.url),
    queue: queueName('queue', given.queue),
    timeoutMs: integer('timeoutMs', given.timeoutMs, { min: 1, max: DAY_MS, fallback: 60_000 }),
  };
}

/** The options of an invocation, decided. */
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

/** The address without its password, for messages. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  return shown.toString();
}

function brokerUrl(value: unknown): string {
  const text = nonEmptyText('url', value);
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'amqp:' && protocol !== 'amqps:') {
    // The value may hold a password: it is not shown.
    refuse('url', "an address such as 'amqp://user:password@host:5672/vhost' or 'amqps://…'", '…');
  }
  return text;
}

function queueName(name: string, value: unknown): string {
  const text = nonEmptyText(name, value);
  if (Buffer.byteLength(text) > MAX_NAME_BYTES || text.startsWith('amq.')) {
    refuse(name, `at most ${MAX_NAME_BYTES} bytes that do not begin with 'amq.'`, text);
  }
  return text;
}
