/**
 * Invocations through a RabbitMQ queue: consumers that serve them with any Lambda handler, and
 * clients that await their responses.
 *
 * ```js
 * const { startConsumer, connectClient } = require('wasmedge-embed/broker');
 * const consumer = await startConsumer({ url, queue, handler });
 * const client = await connectClient({ url, queue });
 * const answer = await client.invoke({ body: jpeg.toString('hex') });
 * ```
 *
 * @module wasmedge-embed/broker
 */
export { connectClient } from './client.js';
export type { QueueClient } from './client.js';
export { startConsumer } from './consumer.js';
export type { QueueConsumer } from './consumer.js';
export type {
  ClientOptions,
  ConnectionEvent,
  ConsumerOptions,
  FailedMessage,
  InvocationHandler,
  InvokeOptions,
} from './types.js';

/* eslint-disable @typescript-eslint/no-deprecated -- The former names still work. */
export { startWorker } from './consumer.js';
export type { QueueWorker } from './consumer.js';
export type { WorkerOptions } from './types.js';
