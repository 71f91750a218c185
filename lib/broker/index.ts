/**
 * Invocations through a queue of RabbitMQ: workers that serve them with any Lambda handler, and
 * clients that await their answers.
 *
 * ```js
 * const { startWorker, connectClient } = require('wasmedge-embed/broker');
 * const worker = await startWorker({ url, queue, handler });
 * const client = await connectClient({ url, queue });
 * const answer = await client.invoke({ body: jpeg.toString('hex') });
 * ```
 *
 * @module wasmedge-embed/broker
 */
export { connectClient } from './client.js';
export type { QueueClient } from './client.js';
export type {
  ClientOptions,
  ConnectionEvent,
  FailedMessage,
  InvocationHandler,
  InvokeOptions,
  WorkerOptions,
} from './types.js';
export { startWorker } from './worker.js';
export type { QueueWorker } from './worker.js';
